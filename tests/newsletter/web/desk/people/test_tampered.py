"""Somebody whose evidence was changed behind our back: the pages say so, and everything about them goes on working."""

import pytest

from newsletter.database import Database
from subscribers.model import MailingList
from tests.harness.tampering import TAMPERED, spoil_moment, tamper
from tests.newsletter.web.conftest import Reader, standing
from tests.newsletter.web.desk.conftest import OpenDesk

WARNING = "does not hold together: somebody changed it"


@pytest.mark.parametrize("what", TAMPERED)
def test_everything_works_and_says_so(desk: OpenDesk, reader: Reader, database: Database, what: str) -> None:
    """The page, the file of everything, the question before an erasure, and the erasure."""
    with database.write() as tx:
        tamper(tx, reader.subscriber.id, **TAMPERED[what])
    home = f"/desk/people/{reader.subscriber.id}"
    page = desk.page(home)

    assert WARNING in page
    assert "<script>alert(1)" not in page
    assert "<b>window" not in page
    assert WARNING in desk.page(f"{home}/erase")
    data = desk.press(f"{home}/data")
    assert data.json()["evidence_does_not_fit"]
    assert 303 == desk.press(f"{home}/erase").status_code


def test_page_names_the_act(desk: OpenDesk, reader: Reader, database: Database) -> None:
    """In the warning, and where it stands among the others."""
    with database.write() as tx:
        tamper(tx, reader.subscriber.id, act="blessed")
    page = desk.page(f"/desk/people/{reader.subscriber.id}")

    assert "Act 2 is not what was recorded, or does not stand where it was." in page
    assert 1 == page.count(">does not hold</span>")
    assert "something that cannot be read any more" in page
    assert "newsletter consent verify" in page


def test_yes_that_nobody_said_is_told(desk: OpenDesk, reader: Reader, database: Database) -> None:
    """The act was taken from the end of their chain."""
    with database.write() as tx:
        tamper(tx, reader.subscriber.id, chain=4711)

    assert "no yes to it is written down" in desk.page(f"/desk/people/{reader.subscriber.id}")


def test_moment_that_is_none_is_told(desk: OpenDesk, reader: Reader, database: Database) -> None:
    """And neither the person's file nor the figures of the list break on it."""
    with database.write() as tx:
        spoil_moment(tx, reader.subscriber.id)

    assert "at a time that cannot be read any more" in desk.page(f"/desk/people/{reader.subscriber.id}")
    assert 200 == desk.press(f"/desk/people/{reader.subscriber.id}/data").status_code
    desk.page("/desk/figures")


def test_list_of_a_tampered_person_is_exported(desk: OpenDesk, reader: Reader, database: Database, list_: MailingList) -> None:
    """With a word in place of what cannot be read."""
    with database.write() as tx:
        tamper(tx, reader.subscriber.id, act="blessed", door="window")
    file = desk.press("/desk/people/export", list=str(list_.id)).text

    assert "unreadable" in file


def test_tampered_person_can_leave(desk: OpenDesk, reader: Reader, database: Database, list_: MailingList) -> None:
    """Their no is written behind the act that does not fit."""
    with database.write() as tx:
        tamper(tx, reader.subscriber.id, act="blessed")
    answer = desk.press(f"/desk/people/{reader.subscriber.id}/unsubscribe", list=str(list_.id))

    assert 303 == answer.status_code
    assert "withdrawn" == standing(database, reader.subscription)


def test_nothing_is_said_where_everything_fits(desk: OpenDesk, reader: Reader) -> None:
    """Nor is anything about it in the file."""
    home = f"/desk/people/{reader.subscriber.id}"

    assert WARNING not in desk.page(home)
    assert WARNING not in desk.page(f"{home}/erase")
    assert "evidence_does_not_fit" not in desk.press(f"{home}/data").json()
