"""What the staff owes an issue by its dates, and who is to be told; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from newsletter.issues.model import Issue, IssueState
from newsletter.issues.practice import Milestone, Stage

# Before an approval is due whoever may give it is told once.
NOTICE = timedelta(days=1)

# What was due longer ago is told by alerts and by the desk; a mail about it would come out of nowhere.
STALE = timedelta(days=3)


class Duty(StrEnum):
    """What somebody is told of; each at most once for an issue."""

    DRAFTED = "drafted"
    LETTERS_MISSING = "letters-missing"
    REVIEW = "review"
    APPROVAL_SOON = "approval-soon"
    APPROVAL_OVERDUE = "approval-overdue"

    @property
    def is_for_approvers(self) -> bool:
        """Whether only those who may approve are told; else everybody who may edit."""
        return self in {Duty.APPROVAL_SOON, Duty.APPROVAL_OVERDUE}


@dataclass(frozen=True, slots=True)
class Owed:
    """The one thing to be told of now."""

    duty: Duty
    # When it came to be owed.
    since: datetime


def owed(issue: Issue, dates: Sequence[Milestone], now: datetime) -> Owed | None:
    """Give what the staff is to be told of an issue now; None when nothing is owed.

    Only the latest: whoever was not told of the draft is not told of it when the approval is overdue.
    """
    if issue.state not in {IssueState.DRAFT, IssueState.IN_REVIEW}:
        return None
    when = {date.stage: date.at for date in dates}
    found = [one for one in _all(issue, when) if one.since <= now]
    latest = max(found, key=lambda one: (one.since, _ORDER.index(one.duty)), default=None)
    return latest if latest is not None and now - latest.since <= STALE else None


_ORDER = tuple(Duty)


def _all(issue: Issue, when: dict[Stage, datetime]) -> list[Owed]:
    found = []
    if Stage.DRAFT in when:
        # Drafted late: told when it is there.
        found.append(Owed(Duty.DRAFTED, max(when[Stage.DRAFT], issue.created_at)))
    if Stage.CONTRIBUTIONS in when and any(article.is_placeholder for article in issue.articles):
        found.append(Owed(Duty.LETTERS_MISSING, when[Stage.CONTRIBUTIONS]))
    if Stage.REVIEW in when:
        found.append(Owed(Duty.REVIEW, when[Stage.REVIEW]))
    if Stage.APPROVAL in when:
        found.append(Owed(Duty.APPROVAL_SOON, when[Stage.APPROVAL] - NOTICE))
        found.append(Owed(Duty.APPROVAL_OVERDUE, when[Stage.APPROVAL]))
    return found
