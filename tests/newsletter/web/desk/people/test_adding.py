"""Putting somebody on a list at the desk."""

import pytest

from newsletter.database import Database
from newsletter.issues.model import Newsletter
from subscribers import register
from subscribers.address import parse
from tests.newsletter.web.conftest import Reader, planned
from tests.newsletter.web.desk.conftest import OpenDesk

WHERE = "/desk/people/add"


def test_a_person_is_asked_by_mail(desk: OpenDesk, newsletter: Newsletter, database: Database) -> None:
    """Until they say yes they stand as asked."""
    answer = desk.press(WHERE, address="eva@example.org", name="Eva", list=str(newsletter.list_id), how="ask")

    assert answer.headers["location"].endswith("said=asked")
    assert "asked, not confirmed" in desk.page(answer.headers["location"])
    assert ["eva@example.org"] == planned(database)


def test_the_staff_says_how_they_consented(desk: OpenDesk, newsletter: Newsletter, database: Database) -> None:
    """In words that are kept as evidence."""
    fields = {"address": "eva@example.org", "list": str(newsletter.list_id), "how": "consented"}
    without = desk.press(WHERE, **fields)
    answer = desk.press(WHERE, **fields, basis="Signed the sheet in Athens.")

    assert 422 == without.status_code
    assert "Say how and when they consented" in without.text
    assert 'value="eva@example.org"' in without.text
    assert "Signed the sheet in Athens." in desk.page(answer.headers["location"])
    with database.read() as tx:
        person = register.find(tx, parse("eva@example.org"))
        assert register.subscriptions_of(tx, person.id)[0].is_confirmed


def test_who_left_is_not_brought_back(desk: OpenDesk, newsletter: Newsletter, reader: Reader) -> None:
    """Whatever the staff says; and what was typed is kept on the page."""
    desk.press(f"/desk/people/{reader.subscriber.id}/unsubscribe", list="0")
    fields = {"address": "ann@example.org", "list": str(newsletter.list_id), "how": "consented", "basis": "Rang us."}
    answer = desk.press(WHERE, **fields)

    assert 422 == answer.status_code
    assert "It is kept out (unsubscribed)" in answer.text
    assert "Rang us." in answer.text


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"address": "no"}, 422), ({"how": "magic"}, 422), ({"list": "999"}, 404), ({"list": "x"}, 404)],
)
def test_what_cannot_be_is_refused(desk: OpenDesk, newsletter: Newsletter, fields: dict[str, str], status: int) -> None:
    """At its place, or as a page."""
    whole = {"address": "eva@example.org", "list": str(newsletter.list_id), "how": "ask"} | fields

    assert status == desk.press(WHERE, **whole).status_code
