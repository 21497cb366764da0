"""What came back, at the desk."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues.model import Newsletter
from newsletter.returns.model import Cause, Kind
from newsletter.staff.permissions import Actor, Role
from subscribers.tokens import Keyring
from tests.harness import mailroom, returned
from tests.harness.newsroom import a_newsletter
from tests.harness.returned import FULL, REPLY
from tests.newsletter.web.conftest import Hands, browser_of
from tests.newsletter.web.desk.conftest import OpenDesk
from tests.newsletter.web.desk.returns.conftest import HOSTILE

HERE = "/desk/returns"


def rows(page: str) -> list[list[str]]:
    """Give the cells of the table, as one reads them."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0].replace("<wbr>", "")
    lines = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in body.split("</tr>")]
    return [[" ".join(unescape(re.sub("<[^>]+>", " ", cell)).split()) for cell in line] for line in lines if line]


def test_what_came_back_stands_there_the_newest_first(desk: OpenDesk, letter_id: int) -> None:
    """With what it is, whose it is, what followed; what is nobody's is counted above, too."""
    page = desk.page(HERE)

    complaint, forged, full = rows(page)
    assert ("called spam abuse", "nobody’s: counts for nothing") == (complaint[0], complaint[2].removeprefix("Followed "))
    assert "It says it is from Ann Lee <ann@example.net>." in complaint[1]
    assert forged[0].startswith("The address does not exist any more")
    assert "The mailbox is full" in full[0]
    assert ("Whose ann@example.org January", "Followed a point") == (full[1], full[2])
    assert "2 are nobody’s" in page
    assert HOSTILE not in page


def test_what_is_late_is_not_told_as_what_did_not_arrive(
    desk: OpenDesk, database: Database, keyring: Keyring, clock: Hands, letter_id: int
) -> None:
    """A server that goes on trying says why, too; in the list and on its own page."""
    late = replace(FULL, kind=Kind.DELAY, cause=Cause.TEMPORARY)
    with database.write() as tx:
        back = returned.address(keyring, returned.delivery_of(tx, "ann", letter_id, "example.org"))
        taken = returned.take(tx, keyring, returned.bounce(back, subject="Delayed"), late, clock() + timedelta(minutes=3))

    assert rows(desk.page(HERE))[0][0].startswith("is late")
    assert "<h1>Is late</h1>" in desk.page(f"{HERE}/{taken.message_id}")


def test_it_is_narrowed_by_what_it_is(
    desk: OpenDesk, database: Database, newsletter: Newsletter, clock: Hands, letter_id: int
) -> None:
    """By what became of it, by its kind, by issue; what is no choice is told apart from nothing."""
    with database.write() as tx:
        issue_id = mailroom.approved_issue(tx, newsletter.id, clock())
    assert "Nothing of this kind came back" in desk.page(f"{HERE}?issue={issue_id}")
    assert 2 == len(rows(desk.page(f"{HERE}?show=nobody")))
    assert 1 == len(rows(desk.page(f"{HERE}?show=complaint")))
    assert "Nothing of this kind came back" in desk.page(f"{HERE}?show=challenge")
    for wrong in ("show=everything", "issue=x", "issue=987654", "before=x", "sort=raw"):
        assert 422 == desk.client.get(f"{HERE}?{wrong}").status_code, wrong


def test_whoever_looks_after_one_newsletter_sees_what_came_back_from_it_alone(
    application: Application, database: Database, newsletter: Newsletter, letter_id: int
) -> None:
    """And nothing that is nobody's."""
    with database.write() as tx:
        other = a_newsletter(tx, "Other News")
    own = browser_of(application, Actor("Pia", None, {newsletter.id: Role.PUBLISHER}))
    foreign = browser_of(application, Actor("Paul", None, {other.id: Role.PUBLISHER}))

    assert ["Whose ann@example.org January"] == [cells[1] for cells in rows(own.get(HERE).text)]
    assert "nobody’s:" not in own.get(HERE).text
    assert "Nothing came back from your newsletters" in foreign.get(HERE).text


def test_answers_that_wait_stand_before_everything(
    desk: OpenDesk, database: Database, keyring: Keyring, letter_id: int, clock: Hands
) -> None:
    """Until they are forwarded."""
    assert "Nothing came back yet" not in desk.page(HERE)
    with database.write() as tx:
        back = returned.address(keyring, returned.delivery_of(tx, "ann", letter_id, "example.org"))
        returned.take(tx, keyring, returned.mail(back), REPLY, clock())

    assert [["answer by a person", "Hello"]] == [
        re.split(r" (?=Hello)", cells[0]) for cells in rows(desk.page(f"{HERE}?show=reply"))
    ]


def test_where_nothing_came_back_it_says_how_it_would(desk: OpenDesk) -> None:
    """An instance that nobody set up for it reads no mail."""
    assert "Nothing came back yet" in desk.page(HERE)
