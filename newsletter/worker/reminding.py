"""What a tick does about the staff: tells them by mail what waits for them, each thing once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from newsletter import failpoints
from newsletter.bootstrap import Application
from newsletter.errors import NewsletterError
from newsletter.issues import calendar, duties, newsletters, reminders, store
from newsletter.issues.duties import Owed, Own
from newsletter.issues.model import IN_THE_MAKING, Issue, Newsletter
from newsletter.issues.practice import Milestone
from newsletter.letters.duties import compose
from newsletter.mail import dispatch, mailings
from newsletter.review import charging
from newsletter.review.charge import Progress
from newsletter.staff import accounts
from newsletter.staff.accounts import Account
from newsletter.staff.permissions import Permission, allowed
from subscribers.address import parse

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An issue that something is owed to, and who is to be told."""

    newsletter: Newsletter
    issue: Issue
    dates: tuple[Milestone, ...]
    owed: Owed
    person: Account
    # The sections that they owe it.
    own: tuple[Own, ...]


def remind(application: Application) -> None:
    """Tell the staff of what is owed to the issues in the making; one letter that cannot be made holds up no other."""
    for one in _waiting(application):
        try:
            _tell(application, one)
        except NewsletterError as refusal:
            log.warning("staff cannot be reminded", issue=one.issue.id, duty=one.owed.duty.value, reason=str(refusal))


def _waiting(application: Application) -> list[_Waiting]:
    now = application.clock()
    with application.database.read() as tx:
        staff = [one for one in accounts.all_accounts(tx) if one.address]
        if not staff or mailings.is_copy(tx):
            return []
        found = []
        for line in store.issues_in(tx, IN_THE_MAKING):
            issue = store.load(tx, line.id)
            newsletter = newsletters.by_id(tx, issue.newsletter_id)
            dates, sections = calendar.dates_of_issue(tx, issue), charging.progress_of(tx, issue)
            everybody = [_waiting_for(newsletter, issue, dates, sections, person, now) for person in staff]
            found += [
                one for one in everybody if one is not None and not reminders.was_told(tx, issue.id, one.owed, one.person.id)
            ]
    return found


def _waiting_for(
    newsletter: Newsletter,
    issue: Issue,
    dates: tuple[Milestone, ...],
    sections: Sequence[Progress],
    person: Account,
    now: datetime,
) -> _Waiting | None:
    """Give what one person is to be told of an issue; None where that is nothing, or not their newsletter."""
    if not allowed(person.actor, Permission.EDIT, newsletter.id):
        return None
    own = tuple(_own(sections, person))
    may_approve = allowed(person.actor, Permission.APPROVE, newsletter.id)
    owed = duties.owed(issue, dates, now, may_approve=may_approve, own=own)
    return _Waiting(newsletter, issue, dates, owed, person, own) if owed is not None else None


def _own(sections: Sequence[Progress], person: Account) -> Iterator[Own]:
    for one in sections:
        is_theirs = one.owner is not None and one.owner.account_id == person.id
        if is_theirs and one.is_owed and one.due_at is not None and one.charge.set_at is not None:
            yield Own(one.section.title, one.due_at, one.charge.set_at)


def _tell(application: Application, one: _Waiting) -> None:
    seed = application.keyring.derive("slots")
    draft = compose(application.templates, one.newsletter, one.issue, one.dates, one.owed, application.links, seed, one.own)
    now = application.clock()
    with application.database.write() as tx:
        if not reminders.begin(tx, one.issue.id, one.owed, one.person.id, now):
            # Another worker was faster.
            return
        dispatch.to_guest(
            tx,
            application.keyring,
            draft,
            parse(one.person.address),
            now,
            newsletter_id=one.newsletter.id,
            issue_id=one.issue.id,
            list_id=one.newsletter.list_id,
            number=0,
        )
        failpoints.hit("staff.reminded")
    log.info("staff reminded", issue=one.issue.id, duty=one.owed.duty.value, account=one.person.id)
