"""What the demonstration does for whoever stays: the next issue is in the making, and a mailing runs for some minutes."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from newsletter.bootstrap import Application
from newsletter.demo import acts, people
from newsletter.demo.posts import SITE_ZONE
from newsletter.issues import authors, draft, editing, store
from newsletter.issues.model import Issue, Newsletter
from newsletter.mail import relaybook
from newsletter.mail.limits import Rate
from newsletter.people import contributors
from newsletter.review import comments, guests
from newsletter.review.guests import GuestPurpose
from newsletter.staff.permissions import LOCAL_OPERATOR
from newsletter.strongbox import Strongbox
from subscribers.transaction import Transaction

# The clock is set here for whoever looks around: the draft of February is due at nine.
BEFORE_FEBRUARY = datetime(2020, 2, 29, 8, 59, 56, tzinfo=SITE_ZONE)
LETTER_DUE = datetime(2020, 3, 1, 18, 0, tzinfo=SITE_ZONE)

REMINDER_TITLE = "Webinar on Thursday"
REMINDER_SECTION = "A reminder"
REMINDER_SUBJECT = "On Thursday: the first hundred days in a new post"
REMINDER_TEXT = (
    "<p>Dear colleagues,</p><p>on Thursday at three in the afternoon, Amsterdam time, four of you tell how they began. "
    "Bring a question; there is an hour for them.</p>"
)

# One message in a second and a quarter: two hundred people take four minutes.
PACE = Rate(50, "min")

# Every so many of the readers have trouble with their mail.
FULL_EVERY, GONE_EVERY = 27, 61
FULL = "452 4.2.2 The mailbox of <{}> is full, try again later"
GONE = "550 5.1.1 <{}> User unknown"


async def furnish(app: Application, newsletter: Newsletter, february: Issue) -> None:
    """Let the next issue wait for a letter and a reviewer's answer, and begin a mailing that can be watched."""
    await asyncio.to_thread(_ask_around, app, february.id)
    await asyncio.to_thread(_remind, app, newsletter)


def troubles() -> Mapping[str, str]:
    """Give what a mail server answers to some of the readers."""
    addresses = [line.decode().partition(",")[0] for line in people.lines()][1:]
    full = {one: FULL.format(one) for one in addresses[::FULL_EVERY]}
    return full | {one: GONE.format(one) for one in addresses[1::GONE_EVERY]}


def slow_down(app: Application) -> None:
    """Give the mail server a rate at which there is something to watch."""
    with app.database.write() as tx:
        (entry,) = relaybook.entries(tx, app.relay)
        relay = replace(entry.relay, limits=replace(entry.relay.limits, rate=PACE))
        relaybook.change(tx, relay, Strongbox.of(app.keyring), app.clock())


def _ask_around(app: Application, issue_id: int) -> None:
    now = app.clock()
    with app.database.write() as tx:
        contributors.invite(
            tx,
            issue_id,
            section=acts.LETTER_SECTION,
            address="chair@cpdwl.example",
            name=acts.LETTER_BY,
            by=LOCAL_OPERATOR.name,
            words=300,
            due_at=LETTER_DUE.astimezone(UTC),
            now=now,
        )
        _review(tx, issue_id, now)


def _review(tx: Transaction, issue_id: int, now: datetime) -> None:
    known = store.load(tx, issue_id)
    asked = {"address": "loida@cpdwl.example", "name": "Loida", "by": LOCAL_OPERATOR.name}
    link = guests.make(tx, issue_id, GuestPurpose.REVIEW, **asked, now=now, ends_at=now + timedelta(days=7))
    first = next(article for article in known.articles if not article.is_placeholder)
    text = "Could the hour stand in the first sentence?\nPeople look for it."
    comments.say(tx, known, "Loida", text, now, article_id=first.id, link_id=link.id)


def _remind(app: Application, newsletter: Newsletter) -> None:
    now = app.clock()
    with app.database.write() as tx:
        authors.sign(tx, LOCAL_OPERATOR.name)
        issue = draft.draft_empty(tx, newsletter, REMINDER_TITLE, now)
        editing.write_letter(tx, issue.id, REMINDER_SECTION, REMINDER_TEXT, acts.NOTE_BY, now)
        editing.edit_issue(tx, issue.id, now, subject=REMINDER_SUBJECT)
    acts.approve(app, issue.id)
    acts.send_now(app, issue.id)
