"""Events of issues, for calendar programs."""

from datetime import UTC, datetime

import icalendar
import pytest
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues import draft, editing, sections, store, texts
from newsletter.issues.contents import Text
from newsletter.issues.model import Event, Issue, IssueState, Newsletter, SectionKind, Show
from newsletter.letters import eventlinks
from tests.newsletter.web.conftest import PUBLIC_URL, Hands

CIRCLE = Event("2020-02-27T16:00", "2020-02-27T17:00", place="Room 5; upstairs, left")


@pytest.fixture
def issue(database: Database, newsletter: Newsletter, clock: Hands) -> Issue:
    """Give a draft with an event that needs escaping."""
    with database.write() as tx:
        made = draft.draft_empty(tx, newsletter, "A note", clock())
        sections.add_section(tx, made.id, "Dates", SectionKind.EVENTS, clock())
        text = Text("Reading circle, all\u2028welcome", "", Show.FULL, link="https://example.org/circle", event=CIRCLE)
        return texts.add_event(tx, made.id, text, clock())


@pytest.fixture
def address(application: Application, issue: Issue) -> str:
    """Give where the event is got, as the letter says it."""
    seed = application.keyring.derive("slots")
    return eventlinks.address(application.links, seed, issue.articles[0].id).removeprefix(PUBLIC_URL)


def test_an_event_is_got_by_its_link(client: TestClient, newsletter: Newsletter, address: str) -> None:
    """With its hours in the newsletter's zone, which the file describes, whether the issue is out or only proofed."""
    answer = client.get(address)
    calendar = icalendar.Calendar.from_ical(answer.content)
    (event,) = calendar.walk("VEVENT")

    assert "text/calendar; charset=utf-8" == answer.headers["content-type"]
    assert newsletter.zone == calendar.walk("VTIMEZONE")[0]["TZID"]
    assert datetime(2020, 2, 27, 15, 0, tzinfo=UTC) == event.decoded("DTSTART").astimezone(UTC)
    assert datetime(2020, 2, 27, 16, 0, tzinfo=UTC) == event.decoded("DTEND").astimezone(UTC)
    assert ("Reading circle, all welcome", CIRCLE.place, "https://example.org/circle") == (
        str(event["SUMMARY"]),
        str(event["LOCATION"]),
        str(event["URL"]),
    )
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))


def test_what_is_gone_is_not_found(client: TestClient, database: Database, issue: Issue, address: str, clock: Hands) -> None:
    """Dropped, or of an issue that was cancelled; and no number is guessed."""
    with database.write() as tx:
        editing.drop_article(tx, issue.id, issue.articles[0].id, clock())
    dropped = client.get(address).status_code
    with database.write() as tx:
        editing.restore_article(tx, issue.id, issue.articles[0].id, clock())
    there = client.get(address).status_code
    with database.write() as tx:
        store.set_state(tx, store.load(tx, issue.id), IssueState.CANCELLED, clock())

    assert [404, 200, 404] == [dropped, there, client.get(address).status_code]
    assert 404 == client.get(f"/events/{issue.articles[0].id}-{'0' * 20}.ics").status_code
    assert 404 == client.get("/events/nothing.ics").status_code
