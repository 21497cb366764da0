"""The dates of a newsletter, for calendar programs."""

from datetime import UTC, datetime, time, timedelta

import icalendar
import pytest
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues import schedulebook, timetable
from newsletter.issues.model import Newsletter
from newsletter.issues.practice import Practice, parse_lead
from newsletter.issues.recurrence import parse_recurrence
from newsletter.issues.schedule import WhenEmpty
from subscribers.tokens import Purpose
from tests.newsletter.web.conftest import Hands


@pytest.fixture
def address(application: Application, database: Database, newsletter: Newsletter, clock: Hands) -> str:
    """Let issues be due on first Mondays, and give where their dates are read."""
    practice = Practice(approval=parse_lead("1d"))
    rule = parse_recurrence("first monday")
    proposed = timetable.propose(
        newsletter.id, rule, time(9), "Europe/Amsterdam", timedelta(days=7), None, WhenEmpty.SKIP, clock(), practice
    )
    with database.write() as tx:
        schedulebook.set_schedule(tx, proposed)
    return f"/calendar/{application.keyring.seal(Purpose.CALENDAR, newsletter.id)}.ics"


def test_the_staff_subscribe_to_a_year_of_dates(client: TestClient, newsletter: Newsletter, address: str) -> None:
    """Each of an issue's dates is an appointment that says whose it is."""
    answer = client.get(address)
    events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")

    assert "text/calendar; charset=utf-8" == answer.headers["content-type"]
    assert 12 * 3 == len(events)
    assert len(events) == len({str(event["UID"]) for event in events})
    assert (f"{newsletter.name}, January 2020: draft opens", datetime(2020, 1, 27, 8, 0, tzinfo=UTC)) == (
        str(events[0]["SUMMARY"]),
        events[0].decoded("DTSTART"),
    )


def test_nobody_guesses_the_address(client: TestClient, application: Application, newsletter: Newsletter, address: str) -> None:
    """Neither by the number nor by a token that is good for something else."""
    other = application.keyring.seal(Purpose.PREFERENCES, newsletter.id)

    assert 200 == client.get(address).status_code
    assert [404, 404] == [client.get(f"/calendar/{token}.ics").status_code for token in (other, newsletter.id)]
