"""The digest of a quarter for whoever does not want every issue: due, composed outside, and planned once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from newsletter import failpoints
from newsletter.archive import index
from newsletter.errors import DigestNotFound
from newsletter.issues import alerts, newsletters
from newsletter.issues.model import Newsletter
from newsletter.issues.quarters import Quarter
from newsletter.letters import store as letters
from newsletter.letters.digest import Entry
from newsletter.letters.letter import Draft, LetterKind
from newsletter.mail import digestbook, ledger, mailings
from newsletter.mail.consequences import pause_key
from newsletter.mail.mailings import MailingState
from subscribers import audience, register
from subscribers.audience import Audience
from subscribers.model import Cadence, MailingList
from subscribers.sentence import say
from subscribers.transaction import Transaction

# On the first day of the next quarter, when people are up where the newsletter is.
HOURS_AFTER_ITS_END = timedelta(hours=9)
# What was to come in the first days of April is not sent in May without asking.
MOST_LATENESS = timedelta(days=14)


class Reason(StrEnum):
    """Why a quarter has no digest."""

    NO_ISSUES = "no issues appeared"
    NO_READERS = "nobody takes it quarterly"
    TOO_LATE = "no worker was running in time"


@dataclass(frozen=True, slots=True)
class Due:
    """A quarter of a newsletter that is over, and of which nobody has decided what becomes of it."""

    newsletter: Newsletter
    list: MailingList
    quarter: Quarter
    # In the order they appeared.
    entries: tuple[Entry, ...]
    # Why there will be no letter; None: one is to be composed.
    reason: Reason | None


def due(tx: Transaction, now: datetime) -> tuple[Due, ...]:
    """Give the quarters whose digest is due; none in a copy that nobody has adopted, nor of a list that is archived."""
    if mailings.is_copy(tx):
        return ()
    found = (_due(tx, newsletter, now) for newsletter in newsletters.all_newsletters(tx))
    return tuple(one for one in found if one is not None)


def plan(tx: Transaction, one: Due, draft: Draft | None, now: datetime) -> int:
    """Settle a quarter: plan its digest for whoever takes it at this moment, or write down why there is none; gives how many.

    A second time does nothing, whoever asks: the row of the quarter, the letter and its people come by one transaction.

    Raises:
        BadValue: the newsletter has no postal address, or its list was archived meanwhile.

    """
    reason = one.reason or (Reason.NO_READERS if draft is None else None)
    if not digestbook.settle(tx, one.newsletter.id, one.quarter, now, reason or ""):
        return 0
    alerts.settle_alert(tx, refused_key(one), now)
    if reason is Reason.TOO_LATE:
        _tell_late(tx, one, now)
    if reason is not None or draft is None:
        return 0
    newsletters.require_mailable(tx, one.newsletter, one.list.id)
    letter = letters.freeze(tx, draft, now, newsletter_id=one.newsletter.id, issue_id=None, list_id=one.list.id)
    digestbook.set_letter(tx, one.newsletter.id, one.quarter, letter.id)
    planned = ledger.plan(tx, letter.id, _readers(one.list.id, now), now, LetterKind.DIGEST)
    failpoints.hit("digest.planned")
    return planned


def resume(tx: Transaction, newsletter_id: int, quarter: Quarter, now: datetime) -> bool:
    """Go on mailing a digest that a relay objected to; False when it was not paused.

    Raises:
        DigestNotFound: the quarter has no letter.

    """
    letter_id = _letter_of(tx, newsletter_id, quarter)
    alerts.settle_alert(tx, pause_key(letter_id), now)
    return mailings.change_state(tx, letter_id, MailingState.PAUSED, MailingState.OPEN)


def cancel(tx: Transaction, newsletter_id: int, quarter: Quarter, now: datetime) -> int:
    """Give a digest up for whoever has not got it; gives how many go without it.

    Raises:
        DigestNotFound: the quarter has no letter.

    """
    letter_id = _letter_of(tx, newsletter_id, quarter)
    alerts.settle_alert(tx, pause_key(letter_id), now)
    return mailings.cancel(tx, letter_id, now)


def _letter_of(tx: Transaction, newsletter_id: int, quarter: Quarter) -> int:
    found = (one.letter_id for one in digestbook.digests_of(tx, newsletter_id) if one.quarter == quarter)
    letter_id = next(found, None)
    if letter_id is None:
        raise DigestNotFound(str(quarter))
    return letter_id


def refused_key(one: Due) -> str:
    """Give the key of the alert that a digest cannot be planned."""
    return f"digest-refused:{one.newsletter.id}:{one.quarter}"


def _due(tx: Transaction, newsletter: Newsletter, now: datetime) -> Due | None:
    quarter = Quarter.at(now, newsletter.zone).previous
    end = quarter.end(newsletter.zone)
    if now < end + HOURS_AFTER_ITS_END or digestbook.is_settled(tx, newsletter.id, quarter):
        return None
    list_ = register.list_by_id(tx, newsletter.list_id)
    if list_.is_archived:
        return None
    entries = _entries(tx, newsletter, quarter)
    return Due(newsletter, list_, quarter, entries, _reason(tx, list_.id, entries, now, is_late=now > end + MOST_LATENESS))


def _reason(tx: Transaction, list_id: int, entries: tuple[Entry, ...], now: datetime, *, is_late: bool) -> Reason | None:
    if not entries:
        return Reason.NO_ISSUES
    if not audience.size(tx, _readers(list_id, now)):
        return Reason.NO_READERS
    return Reason.TOO_LATE if is_late else None


def _readers(list_id: int, now: datetime) -> Audience:
    return Audience(list_id, now, Cadence.QUARTERLY)


def _entries(tx: Transaction, newsletter: Newsletter, quarter: Quarter) -> tuple[Entry, ...]:
    start, end = quarter.start(newsletter.zone), quarter.end(newsletter.zone)
    published = (one for one in index.published(tx, newsletter.id) if start <= one.published_at < end)
    entries = (Entry(one.number, one.title, one.preheader, one.published_at, one.issue_id) for one in published)
    return tuple(sorted(entries, key=lambda entry: (entry.published_at, entry.number)))


def _tell_late(tx: Transaction, one: Due, now: datetime) -> None:
    text = say(
        "The digest of %(name)s for %(words)s was not sent: no worker was running in the two weeks after the quarter. "
        "Its readers get the next one.",
        name=one.newsletter.name,
        words=one.quarter.words,
    )
    alerts.raise_alert(tx, f"digest-late:{one.newsletter.id}:{one.quarter}", text, now, newsletter_id=one.newsletter.id)
