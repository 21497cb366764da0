"""What the staff owes an issue."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.issues.duties import STALE, Duty, Own, owed
from newsletter.issues.model import Issue, IssueState, SectionKind
from newsletter.issues.practice import Milestone, Stage
from tests.harness.letters import a_section, an_article, an_issue

DRAFT_AT = datetime(2020, 1, 27, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
DATES = (
    Milestone(Stage.DRAFT, DRAFT_AT),
    Milestone(Stage.CONTRIBUTIONS, DRAFT_AT + 2 * DAY),
    Milestone(Stage.REVIEW, DRAFT_AT + 3 * DAY),
    Milestone(Stage.APPROVAL, DRAFT_AT + 6 * DAY),
    Milestone(Stage.SENDING, DRAFT_AT + 7 * DAY),
)


def issue(*, is_placeholder: bool = True, state: IssueState = IssueState.DRAFT, created_at: datetime = DRAFT_AT) -> Issue:
    """Give an issue with one letter."""
    letter = replace(an_article(), is_placeholder=is_placeholder)
    made = an_issue(a_section("Letter", letter, kind=SectionKind.LETTER))
    return replace(made, state=state, created_at=created_at)


@pytest.mark.parametrize(
    ("after", "duty"),
    [
        (-timedelta(hours=1), None),
        (timedelta(), Duty.DRAFTED),
        (2 * DAY, Duty.LETTERS_MISSING),
        (3 * DAY, Duty.REVIEW),
        (5 * DAY, Duty.APPROVAL_SOON),
        (6 * DAY, Duty.APPROVAL_OVERDUE),
        (6 * DAY + STALE + timedelta(minutes=1), None),
    ],
)
def test_one_thing_at_a_time_is_told(after: timedelta, duty: Duty | None) -> None:
    """The latest, and nothing that was due long ago."""
    found = owed(issue(), DATES, DRAFT_AT + after, may_approve=True)

    assert duty == (found.duty if found else None)


def test_letters_that_are_there_are_not_missed() -> None:
    """Nobody is asked for what they have given."""
    found = owed(issue(is_placeholder=False), DATES, DRAFT_AT + 2 * DAY, may_approve=True)

    assert found is not None
    assert Duty.DRAFTED is found.duty


def test_a_late_draft_is_told_when_it_is_there() -> None:
    """A worker that was down for a day tells of what it drafted when it came back."""
    found = owed(issue(created_at=DRAFT_AT + DAY), DATES[:1], DRAFT_AT + DAY + STALE, may_approve=True)

    assert found is not None
    assert (Duty.DRAFTED, DRAFT_AT + DAY) == (found.duty, found.since)


@pytest.mark.parametrize(("may_approve", "duty"), [(True, Duty.APPROVAL_OVERDUE), (False, Duty.REVIEW)])
def test_drafted_after_its_dates_the_latest_of_them_is_owed(*, may_approve: bool, duty: Duty) -> None:
    """Whoever may approve hears that it is overdue; whoever may only edit, what is left to them."""
    late = DRAFT_AT + 6 * DAY + timedelta(hours=1)

    found = owed(issue(created_at=late), DATES, late, may_approve=may_approve)

    assert found is not None
    assert (duty, late) == (found.duty, found.since)


@pytest.mark.parametrize("may_approve", [True, False])
def test_only_who_may_approve_is_told_of_a_held_issue(*, may_approve: bool) -> None:
    """It waits for their decision, whatever its dates were."""
    held = replace(issue(state=IssueState.HELD), updated_at=DRAFT_AT + 7 * DAY)

    found = owed(held, (), DRAFT_AT + 7 * DAY, may_approve=may_approve)

    assert (Duty.HELD if may_approve else None) == (found.duty if found else None)


@pytest.mark.parametrize("state", sorted(set(IssueState) - {IssueState.DRAFT, IssueState.IN_REVIEW, IssueState.HELD}))
def test_nothing_is_owed_to_an_issue_that_is_decided(state: IssueState) -> None:
    """Approved, sent, cancelled: nobody is reminded."""
    assert None is owed(issue(state=state), DATES, DRAFT_AT + 6 * DAY, may_approve=True)


@given(st.lists(st.sampled_from(DATES), unique=True), st.timedeltas(-10 * DAY, 20 * DAY))
def test_nothing_is_told_before_it_is_owed(dates: Sequence[Milestone], after: timedelta) -> None:
    """Whatever dates a newsletter keeps."""
    now = DRAFT_AT + after
    found = owed(issue(), dates, now, may_approve=True)

    assert found is None or found.since <= now <= found.since + STALE


OWN = Own("Letter", DRAFT_AT + 4 * DAY, since=DRAFT_AT)


@pytest.mark.parametrize(
    ("after", "duty"),
    [
        (2 * DAY, Duty.LETTERS_MISSING),
        (3 * DAY, Duty.REVIEW),
        (3 * DAY + timedelta(hours=12), Duty.REVIEW),
        (4 * DAY, Duty.SECTIONS_OVERDUE),
        (6 * DAY, Duty.APPROVAL_OVERDUE),
    ],
)
def test_whoever_owns_a_section_is_told_of_it(after: timedelta, duty: Duty) -> None:
    """Beside what everybody is told; what came to be owed later comes first."""
    found = owed(issue(), DATES, DRAFT_AT + after, may_approve=True, own=(OWN,))

    assert found is not None
    assert duty is found.duty


def test_an_issue_without_dates_reminds_the_owners_of_its_sections() -> None:
    """A day before the first deadline, and from the deadline on; never before it was theirs."""
    late = replace(OWN, due_at=OWN.due_at + 9 * DAY)
    given_late = replace(OWN, since=OWN.due_at - timedelta(hours=1))
    at = OWN.due_at - timedelta(hours=2)

    soon, none, over = (
        owed(issue(), (), moment, may_approve=False, own=own)
        for moment, own in ((at, (late, OWN)), (at, (given_late,)), (OWN.due_at, (OWN,)))
    )
    assert [Duty.SECTIONS_SOON, None, Duty.SECTIONS_OVERDUE] == [found and found.duty for found in (soon, none, over)]


def test_an_approved_issue_owes_its_owners_nothing() -> None:
    """It is made."""
    made = issue(state=IssueState.APPROVED)

    assert owed(made, DATES, OWN.due_at, may_approve=True, own=(OWN,)) is None
