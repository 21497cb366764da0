"""Texts of people without an account, asked for at the desk."""

from datetime import timedelta

import pytest

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues import store
from newsletter.issues.model import Issue
from newsletter.review import contributions
from newsletter.review.contribution import ContributionState
from newsletter.staff import audit
from newsletter.staff.permissions import Actor, Role
from tests.newsletter.web.conftest import Hands, browser_of, planned
from tests.newsletter.web.desk.conftest import OpenDesk

# A refusal is the same whatever the database.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

CHAIR = {
    "section": "Division Chair letter",
    "name": "The Chair",
    "address": "chair@example.org",
    "day": "2020-02-24",
    "words": "400",
    "note": "A warm welcome, please.",
}


def address(issue: Issue) -> str:
    """Give where guests are asked."""
    return f"/desk/issues/{issue.id}/contributions"


def test_a_guest_is_asked_by_mail(application: Application, database: Database, desk: OpenDesk, issue: Issue) -> None:
    """And stands on the page with the last day; where they are reached is for those who write to them."""
    before = len(planned(database))
    answer = desk.press(address(issue), **CHAIR)
    page = desk.page(answer.headers["location"])
    viewed = browser_of(application, Actor("Vi", Role.VIEWER)).get(address(issue)).text

    assert ("The Chair" in viewed, "chair@" in viewed) == (True, False)
    assert before + 1 == len(planned(database))
    assert "The mail is on its way." in page
    assert "chair@example.org" in page
    assert "(400 words)" in page


@on_sqlite
@pytest.mark.parametrize(("days", "last_day"), [(None, 14), (30, 14), (5, 4), (1, 1)])
def test_the_last_day_is_before_the_issue_goes_out(
    desk: OpenDesk, database: Database, issue: Issue, clock: Hands, days: int | None, last_day: int
) -> None:
    """Two weeks, unless it goes out sooner; never a day that has passed."""
    with database.write() as tx:
        store.set_send_at(tx, issue.id, None if days is None else clock() + timedelta(days=days))

    assert f'type="date" value="{(clock() + timedelta(days=last_day)).date()}"' in desk.page(address(issue))


@on_sqlite
@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("address", "nobody", "nobody"),
        ("day", "soon", "2020-01-24"),
        ("day", "2019-01-01", "has passed"),
        ("words", "many", "number"),
    ],
)
def test_what_cannot_be_asked_stays_in_the_form(desk: OpenDesk, issue: Issue, field: str, value: str, told: str) -> None:
    """With why; nobody is written to."""
    answer = desk.press(address(issue), **{**CHAIR, field: value})

    assert 422 == answer.status_code
    assert told in answer.text
    assert "A warm welcome, please." in answer.text
    assert "Nobody is asked yet" in desk.page(address(issue))


def test_a_link_is_taken_back(database: Database, desk: OpenDesk, issue: Issue) -> None:
    """It opens nothing any more."""
    desk.press(address(issue), **CHAIR)
    desk.press(f"{address(issue)}/1/withdraw")

    with database.read() as tx:
        assert ContributionState.WITHDRAWN is contributions.find(tx, issue.id, 1).state
    assert "withdrawn" in desk.page(address(issue))


def test_a_guest_is_reminded_by_hand_once_a_day(database: Database, desk: OpenDesk, issue: Issue, clock: Hands) -> None:
    """Not on the day they were asked; the page says who gets a mail, and the audit who wanted it."""
    desk.press(address(issue), **CHAIR)
    asked_today = desk.press(f"{address(issue)}/1/remind")
    before = len(planned(database))
    clock.forward(days=1)
    offered = desk.page(address(issue))
    reminded = desk.press(f"{address(issue)}/1/remind")
    again = desk.press(f"{address(issue)}/1/remind")

    assert (422, 303, 422) == (asked_today.status_code, reminded.status_code, again.status_code)
    assert "within the last day" in again.text
    assert "Nobody was written to." in again.text
    assert before + 1 == len(planned(database))
    assert "A mail goes to <bdi>chair@example.org</bdi> at once" in offered
    assert "can be reminded from" in desk.page(reminded.headers["location"])
    with database.read() as tx:
        assert ["issue.remind"] == [one.act for one in audit.recent(tx, 1)]


@on_sqlite
def test_whoever_owes_nothing_is_not_reminded(database: Database, desk: OpenDesk, issue: Issue, clock: Hands) -> None:
    """Whose link was taken back, or was for another issue."""
    desk.press(address(issue), **CHAIR)
    desk.press(f"{address(issue)}/1/withdraw")
    clock.forward(days=2)
    before = len(planned(database))

    assert 409 == desk.press(f"{address(issue)}/1/remind").status_code
    assert 404 == desk.press(f"{address(issue)}/2/remind").status_code
    assert "Send the reminder" not in desk.page(address(issue))
    assert before == len(planned(database))


@on_sqlite
def test_a_guest_of_two_texts_gets_one_reminder_a_day(desk: OpenDesk, issue: Issue, clock: Hands) -> None:
    """Whichever of the two it is about."""
    for section in ("Division Chair letter", issue.sections[-1].title):
        desk.press(address(issue), **{**CHAIR, "section": section})
    clock.forward(days=1)

    assert [303, 422] == [desk.press(f"{address(issue)}/{number}/remind").status_code for number in (1, 2)]


def test_text_page_says_who_was_asked(desk: OpenDesk, issue: Issue) -> None:
    """Before that it says how to ask."""
    letter = issue.section_called("Division Chair letter").articles[0]
    before = desk.page(f"/desk/issues/{issue.id}/articles/{letter.id}")
    desk.press(address(issue), **CHAIR)

    assert "Ask somebody to write it" in before
    assert "The Chair was asked for this text by 24 February 2020." in desk.page(
        f"/desk/issues/{issue.id}/articles/{letter.id}"
    )
