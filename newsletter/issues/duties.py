"""What the staff owes an issue by its dates, and who is to be told; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from newsletter.issues.model import IN_THE_MAKING, Issue, IssueState
from newsletter.issues.practice import Milestone, Stage

# Before an approval or a section is due, whoever owes it is told once.
NOTICE = timedelta(days=1)

# What was due longer ago is told by alerts and by the desk; a mail about it would come out of nowhere.
STALE = timedelta(days=3)


class Duty(StrEnum):
    """What somebody is told of; each at most once for an issue."""

    DRAFTED = "drafted"
    LETTERS_MISSING = "letters-missing"
    SECTIONS_SOON = "sections-soon"
    SECTIONS_OVERDUE = "sections-overdue"
    REVIEW = "review"
    APPROVAL_SOON = "approval-soon"
    APPROVAL_OVERDUE = "approval-overdue"
    HELD = "held"


# Only those who may approve are told of these; of the others everybody who may edit.
_FOR_APPROVERS = frozenset({Duty.APPROVAL_SOON, Duty.APPROVAL_OVERDUE, Duty.HELD})


# Told to whoever owns sections, and only to them.
OF_OWNERS = frozenset({Duty.SECTIONS_SOON, Duty.SECTIONS_OVERDUE})


@dataclass(frozen=True, slots=True)
class Own:
    """A section that somebody on the staff owns and that is not there yet."""

    title: str
    due_at: datetime
    # Since when it is theirs.
    since: datetime


@dataclass(frozen=True, slots=True)
class Owed:
    """The one thing to be told of now."""

    duty: Duty
    # When it came to be owed.
    since: datetime


def owed(issue: Issue, dates: Sequence[Milestone], now: datetime, *, may_approve: bool, own: Sequence[Own] = ()) -> Owed | None:
    """Give what somebody on the staff is to be told of an issue now; None when nothing is owed.

    Only the latest: whoever was not told of the draft is not told of it when the approval is overdue. *may_approve* says
    whether they may approve the issue; else they may edit it. *own* are the sections that they owe it.
    """
    everything = (*_of_state(issue, dates), *_of_sections(issue, own))
    found = [one for one in everything if one.since <= now and (may_approve or one.duty not in _FOR_APPROVERS)]
    latest = max(found, key=lambda one: (one.since, _ORDER.index(one.duty)), default=None)
    return latest if latest is not None and now - latest.since <= STALE else None


_ORDER = tuple(Duty)


def _of_state(issue: Issue, dates: Sequence[Milestone]) -> list[Owed]:
    match issue.state:
        case IssueState.DRAFT | IssueState.IN_REVIEW:
            # Drafted late: what was due before is owed when it is there.
            return [Owed(one.duty, max(one.since, issue.created_at)) for one in _by_dates(issue, dates)]
        case IssueState.HELD:
            return [Owed(Duty.HELD, issue.updated_at)]
        case _:
            return []


def _of_sections(issue: Issue, own: Sequence[Own]) -> list[Owed]:
    if issue.state not in IN_THE_MAKING or not own:
        return []
    first = min(own, key=lambda one: one.due_at)
    # Given to somebody on the last day, it is theirs from then on and not before.
    return [
        Owed(Duty.SECTIONS_SOON, max(first.due_at - NOTICE, first.since)),
        Owed(Duty.SECTIONS_OVERDUE, max(first.due_at, first.since)),
    ]


def _by_dates(issue: Issue, dates: Sequence[Milestone]) -> list[Owed]:
    when = {date.stage: date.at for date in dates}
    found = []
    if Stage.DRAFT in when:
        found.append(Owed(Duty.DRAFTED, when[Stage.DRAFT]))
    if Stage.CONTRIBUTIONS in when and any(article.is_placeholder for article in issue.articles):
        found.append(Owed(Duty.LETTERS_MISSING, when[Stage.CONTRIBUTIONS]))
    if Stage.REVIEW in when:
        found.append(Owed(Duty.REVIEW, when[Stage.REVIEW]))
    if Stage.APPROVAL in when:
        found.append(Owed(Duty.APPROVAL_SOON, when[Stage.APPROVAL] - NOTICE))
        found.append(Owed(Duty.APPROVAL_OVERDUE, when[Stage.APPROVAL]))
    return found
