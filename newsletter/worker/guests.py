"""What a tick does about guests who write: each is reminded once before the last day and once after it."""

from datetime import datetime

import structlog

from newsletter.bootstrap import Application
from newsletter.issues import newsletters, store
from newsletter.letters.letter import Draft
from newsletter.mail import mailings
from newsletter.people import commissions, contributors
from newsletter.people.commissions import Asked
from newsletter.review import contributions, guests
from newsletter.review.contribution import Contribution, Reminder
from newsletter.review.guests import GuestLink, GuestPurpose

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
    letter = _letter(application, one, link, now)
    with application.database.write() as tx:
        # In the transaction of the mail: neither without the other, and nobody twice.
        if not contributions.reminded(tx, one, reminder, now):
            return
        contributors.write_to(tx, application.keyring, letter, link, now)
    log.info("a guest is reminded of a text", issue=one.issue_id, contribution=one.id, reminder=reminder.value)


def _letter(application: Application, one: Contribution, link: GuestLink, now: datetime) -> Draft:
    with application.database.read() as tx:
        issue = store.load(tx, one.issue_id)
        newsletter = newsletters.by_id(tx, issue.newsletter_id)
    return commissions.compose_reminder(application.templates, application.keyring, issue, newsletter, Asked(one, link), now)
