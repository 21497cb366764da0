"""Letters on their way, for tests: made by the product's own verbs, without an issue around them."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from newsletter.instance import claim_instance
from newsletter.issues import draft as drafts
from newsletter.issues import newsletters
from newsletter.issues import store as issues
from newsletter.issues.model import Issue, IssueState
from newsletter.letters import store as letters
from newsletter.letters.letter import Draft, LetterKind, SlotName, sealed
from newsletter.mail import ledger
from newsletter.mail.delivery import Delivery, DeliveryState
from newsletter.review import store as approvals
from newsletter.review.store import Approval
from newsletter.tables.instance import instance
from newsletter.tables.mail import attempt, delivery, worker
from subscribers import register
from subscribers.address import parse
from subscribers.audience import Audience
from subscribers.model import Subscription
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness import people

SLOTS = {
    SlotName.NAME: "slotnametoken",
    SlotName.UNSUBSCRIBE: "slotunsubscribetoken",
    SlotName.PREFERENCES: "slotpreferencestoken",
    SlotName.WEB_COPY: "slotwebcopytoken",
}


@dataclass(frozen=True, slots=True)
class Mailroom:
    """A newsletter, its list, and a letter that is planned for everybody on it."""

    newsletter_id: int
    list_id: int
    letter_id: int


def a_draft(kind: LetterKind = LetterKind.ISSUE, subject: str = "January 2020", sender: str = "news@example.org") -> Draft:
    """Give a letter with every slot a person has."""
    return sealed(
        Draft(
            kind=kind,
            sender_name="Section News",
            sender_address=sender,
            reply_to="editor@example.org",
            subject=subject,
            preheader="What happened",
            language="en",
            html=f"<p>Dear {SLOTS[SlotName.NAME]}, <a href='{SLOTS[SlotName.UNSUBSCRIBE]}'>leave</a></p>",
            text=f"Dear {SLOTS[SlotName.NAME]},\n.\nleave: {SLOTS[SlotName.UNSUBSCRIBE]}\n",
            slots=SLOTS,
            content_hash="",
        ),
    )


def a_long_draft(size: int) -> Draft:
    """Give such a letter whose message has so many bytes, and some more."""
    draft = a_draft()
    line = "All work and no play makes a long letter, and a long letter is what this is.\n"
    return sealed(replace(draft, text=draft.text + line * (size // len(line)), content_hash=""))


def set_adopted(tx: Transaction, *, is_adopted: bool) -> None:
    """Let the database be a copy that nobody has adopted, or no copy any more."""
    tx.execute(update(instance).values(is_adopted=is_adopted))


def open_mailroom(tx: Transaction, keyring: Keyring, now: datetime, names: tuple[str, ...]) -> Mailroom:
    """Make a newsletter with a list of `name@example.net` for each of *names*, and plan a letter for all of them."""
    claim_instance(tx, keyring.key_check, now)
    list_ = people.a_list(tx, now, "Readers")
    for name in names:
        people.join(tx, keyring, list_.id, f"{name}@example.net", now, name.title())
    newsletter = newsletters.create(
        tx,
        name="Section News",
        sender_name="Section News",
        sender_address="news@example.org",
        list_id=list_.id,
        postal_address="1 Library Road",
        now=now,
    )
    return Mailroom(newsletter.id, list_.id, plan(tx, newsletter.id, list_.id, now))


def plan(tx: Transaction, newsletter_id: int, list_id: int, now: datetime, draft: Draft | None = None) -> int:
    """Freeze a letter and plan it for everybody on the list; gives its id."""
    letter = letters.freeze(tx, draft or a_draft(), now, newsletter_id=newsletter_id, issue_id=None, list_id=list_id)
    ledger.plan(tx, letter.id, Audience(list_id, now), now)
    return letter.id


def states(tx: Transaction, letter_id: int) -> dict[str, DeliveryState]:
    """Give how everybody stands, by the name before the @."""
    rows = tx.execute(
        select(delivery.c.email, delivery.c.state).where(delivery.c.letter_id == letter_id).order_by(delivery.c.id)
    )
    return {email.partition("@")[0]: DeliveryState(state) for email, state in rows}


def column(tx: Transaction, letter_id: int, name: str) -> list[object]:
    """Give one column of a letter's deliveries, in order."""
    return list(tx.execute(select(delivery.c[name]).where(delivery.c.letter_id == letter_id).order_by(delivery.c.id)).scalars())


def attempts(tx: Transaction) -> list[str]:
    """Give the verdicts of all recorded attempts, in order."""
    return list(tx.execute(select(attempt.c.verdict).order_by(attempt.c.id)).scalars())


def names(deliveries: tuple[Delivery, ...]) -> list[str]:
    """Give the names of those claimed, in order."""
    return [one.email.partition("@")[0] for one in deliveries]


def subscription_of(tx: Transaction, name: str) -> Subscription:
    """Give the one subscription of `name@example.net`."""
    [subscription] = register.subscriptions_of(tx, register.find(tx, parse(f"{name}@example.net")).id)
    return subscription


def approved_issue(
    tx: Transaction, newsletter_id: int, now: datetime, title: str = "January 2020", draft: Draft | None = None
) -> int:
    """Make an issue whose letter somebody approved; gives its id."""
    made = drafts.draft_empty(tx, newsletters.by_id(tx, newsletter_id), title, now)
    return approve(tx, made, now, draft)


def approve(tx: Transaction, made: Issue, now: datetime, draft: Draft | None = None) -> int:
    """Freeze a letter of an issue and approve it; gives its id."""
    newsletter = newsletters.by_id(tx, made.newsletter_id)
    issue = issues.set_state(tx, made, IssueState.IN_REVIEW, now)
    draft = draft or a_draft(subject=made.title)
    letter = letters.freeze(tx, draft, now, newsletter_id=newsletter.id, issue_id=issue.id, list_id=newsletter.list_id)
    approvals.add(tx, Approval(issue.id, draft.content_hash, "ann", now, ""))
    issues.approve_as(tx, issue, letter.id, now)
    return issue.id


def minutes_ago(count: int) -> datetime:
    """Give a moment by the clock that processes of the worker go by."""
    return datetime.now(UTC) - timedelta(minutes=count)


def expire_leases(tx: Transaction, place: str = "") -> None:
    """Let half a minute pass for the leases of all workers, or of one place; only a dead or stopped one does not notice."""
    theirs = worker.c.place.endswith(place, autoescape=True)
    tx.execute(update(worker).where(theirs).values(lease_until=datetime.now(UTC) - timedelta(seconds=1)))
