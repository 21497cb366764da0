"""What a tick does about the staff: tells them by mail what waits for them, each thing once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from newsletter import failpoints
from newsletter.bootstrap import Application
from newsletter.errors import NewsletterError
from newsletter.issues import calendar, duties, newsletters, reminders, store
from newsletter.issues.duties import Owed
from newsletter.issues.model import Issue, IssueState, Newsletter
from newsletter.issues.practice import Milestone
from newsletter.letters.duties import compose
from newsletter.mail import dispatch, mailings
from newsletter.staff import accounts
from newsletter.staff.accounts import Account
from newsletter.staff.permissions import Permission, includes
from subscribers.address import parse

log = structlog.get_logger()

_UNDECIDED = frozenset({IssueState.DRAFT, IssueState.IN_REVIEW, IssueState.HELD})


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An issue that something is owed to, and who is to be told."""

    newsletter: Newsletter
    issue: Issue
    dates: tuple[Milestone, ...]
    owed: Owed
    people: tuple[Account, ...]


def remind(application: Application) -> None:
    """Tell the staff of what is owed to the issues in the making; one letter that cannot be made holds up no other."""
    for one in _waiting(application):
        try:
            _tell(application, one)
        except NewsletterError as refusal:
            log.warning("staff cannot be reminded", issue=one.issue.id, duty=one.owed.duty.value, reason=str(refusal))


def _waiting(application: Application) -> list[_Waiting]:
    now = application.clock()
    found = []
    with application.database.read() as tx:
        staff = [one for one in accounts.all_accounts(tx) if one.address]
        if not staff or mailings.is_copy(tx):
            return []
        for line in store.issues_in(tx, _UNDECIDED):
            issue = store.load(tx, line.id)
            dates = calendar.dates_of_issue(tx, issue)
            newsletter = newsletters.by_id(tx, issue.newsletter_id)
            for owed, people in _owing(staff, issue, dates, now):
                untold = [one for one in people if not reminders.was_told(tx, issue.id, owed.duty, one.id)]
                if untold:
                    found.append(_Waiting(newsletter, issue, dates, owed, tuple(untold)))
    return found


def _owing(
    staff: Sequence[Account], issue: Issue, dates: Sequence[Milestone], now: datetime
) -> Iterator[tuple[Owed, list[Account]]]:
    """Give what is owed to *issue* now, with everybody who is to be told of it."""
    editors = [one for one in staff if includes(one.role, Permission.EDIT)]
    for may_approve in (False, True):
        owed = duties.owed(issue, dates, now, may_approve=may_approve)
        if owed is not None:
            yield owed, [one for one in editors if includes(one.role, Permission.APPROVE) is may_approve]


def _tell(application: Application, one: _Waiting) -> None:
    seed = application.keyring.derive("slots")
    draft = compose(application.templates, one.newsletter, one.issue, one.dates, one.owed, application.links, seed)
    for person in one.people:
        now = application.clock()
        with application.database.write() as tx:
            if not reminders.begin(tx, one.issue.id, one.owed.duty, person.id, now):
                # Another worker was faster.
                continue
            dispatch.to_guest(
                tx,
                application.keyring,
                draft,
                parse(person.address),
                now,
                newsletter_id=one.newsletter.id,
                issue_id=one.issue.id,
                list_id=one.newsletter.list_id,
                number=0,
            )
            failpoints.hit("staff.reminded")
        log.info("staff reminded", issue=one.issue.id, duty=one.owed.duty.value, account=person.id)
