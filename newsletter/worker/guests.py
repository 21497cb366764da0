"""What a tick does about guests who write: each is reminded once before the last day and once after it."""

import structlog

from newsletter.bootstrap import Application
from newsletter.issues import newsletters, store
from newsletter.letters.letter import Draft, LetterKind
from newsletter.mail import mailings
from newsletter.people import contributors
from newsletter.review import contributions, guests
from newsletter.review.contribution import Contribution, Reminder
from newsletter.review.guests import GuestLink, GuestPurpose
from newsletter.staff.permissions import LOCAL_OPERATOR

log = structlog.get_logger()

# More than are ever asked at a time.
BATCH = 500


def remind(application: Application) -> bool:
    """Remind the guests whose texts are due."""
    now = application.clock()
    with application.database.read() as tx:
        # A copy mails nothing, and would remind everybody when it is adopted.
        owed = () if mailings.is_copy(tx) else contributions.owed(tx, BATCH)
        links = {one.id: guests.find(tx, one.link_id, GuestPurpose.CONTRIBUTION) for one in owed}
    for one in owed:
        reminder = one.reminder(links[one.id].made_at, now)
        if reminder is not None and links[one.id].is_open(now):
            _remind(application, one, links[one.id], reminder)
    return False


def _remind(application: Application, one: Contribution, link: GuestLink, reminder: Reminder) -> None:
    now = application.clock()
    letter = _letter(application, one, link, reminder)
    with application.database.write() as tx:
        # In the transaction of the mail: neither without the other, and nobody twice.
        if not contributions.reminded(tx, one, reminder, now):
            return
        contributors.write_to(tx, application.keyring, letter, link, now)
    log.info("a guest is reminded of a text", issue=one.issue_id, contribution=one.id, reminder=reminder.value)


def _letter(application: Application, one: Contribution, link: GuestLink, reminder: Reminder) -> Draft:
    with application.database.read() as tx:
        issue = store.load(tx, one.issue_id)
        newsletter = newsletters.by_id(tx, issue.newsletter_id)
    host = newsletter.sender_name if link.invited_by == LOCAL_OPERATOR.name else link.invited_by
    errand = contributors.errand(
        issue,
        newsletter,
        host=host,
        section=one.section,
        due_at=one.due_at,
        name=link.name,
        words=one.words,
        is_late=reminder is Reminder.AFTER,
    )
    about = f"{link.id}:{reminder}"
    return contributors.compose(LetterKind.DUE, application.templates, application.keyring, newsletter, errand, about)
