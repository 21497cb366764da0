"""The one mail that asks an address from which several came back: planned once for each time that points ran full."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.issues.model import Newsletter
from newsletter.letters.letter import Draft
from newsletter.mail import dispatch, mailings
from newsletter.returns import returnbook
from subscribers import recognition, records, register, suppression
from subscribers.model import Subscriber
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Owed:
    """Somebody who is to be asked."""

    fact_id: int
    subscriber_id: int
    list_id: int
    # Of the person; empty: they never said.
    language: str


def owed(tx: Transaction, limit: int) -> Sequence[Owed]:
    """Give who is owed a probe, the first first; nobody in a copy that nobody has adopted."""
    if mailings.is_copy(tx):
        return ()
    return [Owed(row.id, row.subscriber_id or 0, row.list_id or 0, row.language or "") for row in returnbook.owed(tx, limit)]


def mail(tx: Transaction, keyring: Keyring, one: Owed, draft: Draft, newsletter: Newsletter, now: datetime) -> bool:
    """Plan the probe of one person; False when there is no need any more. A kill leaves it owed, or planned, and never both."""
    person = records.hold_person(tx, one.subscriber_id)
    if not returnbook.take_owed(tx, one.fact_id):
        return False
    if person is None or not _is_written_to(tx, keyring, person, one.list_id):
        return False
    dispatch.notice(tx, draft, person, now, list_id=one.list_id, newsletter_id=newsletter.id)
    return True


def forgive(tx: Transaction, one: Owed) -> None:
    """Let a probe be that nobody can mail: the list has no newsletter any more."""
    returnbook.take_owed(tx, one.fact_id)


def _is_written_to(tx: Transaction, keyring: Keyring, person: Subscriber, list_id: int) -> bool:
    """Whether issues still go to them: who left, or is kept out meanwhile, is asked nothing."""
    is_on = any(each.list_id == list_id and each.is_confirmed for each in register.subscriptions_of(tx, person.id))
    return is_on and not suppression.is_suppressed(tx, recognition.hash_of(tx, keyring, person.address.key), list_id)
