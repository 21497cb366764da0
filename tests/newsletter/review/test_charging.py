"""Sections are given to people, and it is no edit."""

from datetime import datetime, timedelta

import pytest

from newsletter.database import Database
from newsletter.errors import BadValue, WrongState
from newsletter.issues import draft, sections, store
from newsletter.issues.model import Issue, IssueState, Month, Newsletter
from newsletter.people import contributors
from newsletter.review import charges, charging, contributions
from newsletter.review.charge import AS_USUAL, Charge, Owner
from newsletter.review.charging import Assigned, Wish
from newsletter.staff import accounts
from newsletter.staff.accounts import Account
from newsletter.staff.permissions import LOCAL_OPERATOR, Role
from subscribers.transaction import Transaction
from tests.harness.newsroom import a_month

DAY = timedelta(days=1)
LETTER = "Division Chair letter"


@pytest.fixture
def issue(database: Database, newsletter: Newsletter, now: datetime) -> Issue:
    """Draft January 2020."""
    with database.write() as tx:
        a_month(tx, newsletter)
        return draft.draft_month(tx, newsletter, Month(2020, 1), now)


@pytest.fixture
def ann(database: Database, newsletter: Newsletter, now: datetime) -> Account:
    """Give somebody who edits this newsletter and no other."""
    with database.write() as tx:
        made = accounts.add(tx, "Ann", None, now, "ann@staff.example")
        return accounts.set_roles(tx, LOCAL_OPERATOR, made, None, {newsletter.id: Role.EDITOR})


def say(tx: Transaction, issue: Issue, wanted: Charge, now: datetime, seen: Charge = AS_USUAL, by: str = "Bo") -> Assigned:
    """Say something of the letter."""
    return charging.assign(tx, issue.id, {issue.section_called(LETTER).id: Wish(wanted, seen)}, by, now)


def owner(tx: Transaction, issue: Issue) -> Owner | None:
    """Give who sees to the letter."""
    return charging.progress_of(tx, store.load(tx, issue.id))[0].owner


def test_a_section_is_given_to_somebody(database: Database, issue: Issue, ann: Account, now: datetime) -> None:
    """With a deadline; the issue stays at its version, and whatever state it is in."""
    with database.write() as tx:
        reviewed = store.set_state(tx, issue, IssueState.IN_REVIEW, now)
        assigned = say(tx, reviewed, Charge(account_id=ann.id, due_at=now + DAY), now)
        after = store.load(tx, issue.id)
        line = charging.progress_of(tx, after)[0]

    assert [LETTER] == [section.title for section in assigned.changed]
    assert (Owner("Ann", ann.id), now + DAY) == (line.owner, line.due_at)
    assert (reviewed.version, IssueState.IN_REVIEW) == (after.version, after.state)


def test_who_comes_second_is_told_what_the_first_said(database: Database, issue: Issue, ann: Account, now: datetime) -> None:
    """Nothing of theirs is kept; the same said twice is no contest."""
    with database.write() as tx:
        say(tx, issue, Charge(account_id=ann.id), now)
    with database.write() as tx:
        contested = say(tx, issue, Charge(due_at=now + DAY), now, by="Cid").contested
        same = say(tx, issue, Charge(account_id=ann.id), now, by="Cid")

    assert [(LETTER, ann.id, "Bo")] == [(one.section.title, one.theirs.account_id, one.theirs.set_by) for one in contested]
    assert Assigned() == same


def test_whoever_is_taken_off_the_staff_owns_nothing(database: Database, issue: Issue, ann: Account, now: datetime) -> None:
    """The section falls back to the editors, and keeps its deadline."""
    with database.write() as tx:
        say(tx, issue, Charge(account_id=ann.id, due_at=now + DAY), now)
        accounts.remove(tx, LOCAL_OPERATOR, ann)
        line = charging.progress_of(tx, issue)[0]

    assert (None, now + DAY) == (line.owner, line.due_at)


def test_whoever_may_not_edit_any_more_owns_nothing(
    database: Database, issue: Issue, ann: Account, newsletter: Newsletter, now: datetime
) -> None:
    """What was said of them stands, and holds again with the role."""
    with database.write() as tx:
        say(tx, issue, Charge(account_id=ann.id), now)
        accounts.set_roles(tx, LOCAL_OPERATOR, ann, None, {newsletter.id: Role.VIEWER})
        without = owner(tx, issue)
        accounts.set_roles(tx, LOCAL_OPERATOR, accounts.by_id(tx, ann.id), None, {newsletter.id: Role.EDITOR})

        assert (None, Owner("Ann", ann.id)) == (without, owner(tx, issue))


def test_only_editors_and_guests_who_were_asked_can_own(database: Database, issue: Issue, now: datetime) -> None:
    """A viewer, nobody, and the guest of another section cannot."""
    with database.write() as tx:
        viewer = accounts.add(tx, "Vi", Role.VIEWER, now)
        other = asked(tx, issue, now, "Feature articles")
    for wanted in (Charge(account_id=viewer.id), Charge(account_id=10**6), Charge(link_id=other), Charge(link_id=10**6)):
        with pytest.raises(BadValue), database.write() as tx:
            say(tx, issue, wanted, now)


@pytest.mark.parametrize("away", [timedelta(), -DAY, 367 * DAY])
def test_a_deadline_lies_ahead(database: Database, issue: Issue, away: timedelta, now: datetime) -> None:
    """And not further than a year."""
    with pytest.raises(BadValue), database.write() as tx:
        say(tx, issue, Charge(due_at=now + away), now)


def test_nothing_is_due_after_the_issue_goes_out(database: Database, issue: Issue, now: datetime) -> None:
    """Its own moment is the last."""
    with database.write() as tx:
        store.set_send_at(tx, issue.id, now + 2 * DAY)
        say(tx, issue, Charge(due_at=now + 2 * DAY), now)
    with pytest.raises(BadValue), database.write() as tx:
        say(tx, issue, Charge(due_at=now + 3 * DAY), now, seen=Charge(due_at=now + 2 * DAY))


@pytest.mark.parametrize("state", [IssueState.APPROVED, IssueState.SCHEDULED, IssueState.SENDING, IssueState.CANCELLED])
def test_of_what_is_made_nothing_is_said_any_more(
    database: Database, issue: Issue, ann: Account, state: IssueState, now: datetime
) -> None:
    """Approved, on its way or let go."""
    ways = {IssueState.APPROVED: (), IssueState.SCHEDULED: (IssueState.SCHEDULED,), IssueState.SENDING: (IssueState.SENDING,)}
    with database.write() as tx:
        known = issue
        steps = (
            (IssueState.CANCELLED,)
            if state is IssueState.CANCELLED
            else (IssueState.IN_REVIEW, IssueState.APPROVED, *ways[state])
        )
        for step in steps:
            known = store.set_state(tx, known, step, now)
    with pytest.raises(WrongState), database.write() as tx:
        say(tx, known, Charge(account_id=ann.id), now)


def test_a_section_that_comes_back_has_its_owner(database: Database, issue: Issue, ann: Account, now: datetime) -> None:
    """Taken away by a slip, it is given to nobody anew."""
    number = issue.section_called("Feature articles").id
    with database.write() as tx:
        charging.assign(tx, issue.id, {number: Wish(Charge(account_id=ann.id), AS_USUAL)}, "Bo", now)
        sections.remove_section(tx, issue.id, "Feature articles", now, into="… and more")

        assert ann.id == charges.charges_of(tx, issue.id)[number].account_id


def asked(tx: Transaction, issue: Issue, now: datetime, section: str = LETTER) -> int:
    """Ask a guest for a text; gives their link."""
    made = contributors.invite(
        tx,
        issue.id,
        section=section,
        address="chair@example.org",
        name="The Chair",
        by="Bo",
        words=0,
        due_at=now + 3 * DAY,
        now=now,
    )
    return made.link_id


def test_the_deadline_of_a_guest_is_theirs(database: Database, issue: Issue, now: datetime) -> None:
    """They see it on their page and are reminded of it, also when they were reminded of the day before it."""
    with database.write() as tx:
        link = asked(tx, issue, now)
        say(tx, issue, Charge(link_id=link, due_at=now + 10 * DAY), now)
        line, text = charging.progress_of(tx, issue)[0], contributions.of_link(tx, link)

    assert ("The Chair", now + 10 * DAY) == (line.owner.name if line.owner else "", line.due_at)
    assert (now + 10 * DAY, None) == (text.due_at, text.reminded_at)


def test_an_editors_own_deadline_leaves_the_guest_theirs(database: Database, issue: Issue, ann: Account, now: datetime) -> None:
    """Ann sees to it that the text is there."""
    with database.write() as tx:
        link = asked(tx, issue, now)
        say(tx, issue, Charge(account_id=ann.id, due_at=now + 10 * DAY), now)

        assert now + 3 * DAY == contributions.of_link(tx, link).due_at


def test_no_deadline_lies_behind_a_guests_link(database: Database, issue: Issue, now: datetime) -> None:
    """By which nothing could be written then."""
    with database.write() as tx:
        asked(tx, issue, now)
    with pytest.raises(BadValue), database.write() as tx:
        say(tx, issue, Charge(due_at=now + 60 * DAY), now)
