"""Forgetting a person, in the register and on the ledger at once."""

from datetime import datetime

from newsletter.mail import ledger
from subscribers import moves, privacy, recognition, records, suppression
from subscribers.consent import Evidence
from subscribers.model import Reason
from subscribers.privacy import BY_STAFF
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction


def erase(tx: Transaction, keyring: Keyring, subscriber_id: int, now: datetime, evidence: Evidence = BY_STAFF) -> None:
    """Forget a person: deliveries keep states and times, the register keeps a keyed hash, and nothing is mailed any more.

    That they were erased stays among their acts, by the door and in the words of *evidence*.

    Raises:
        SubscriberNotFound: nobody has this id.

    """
    # Held before their deliveries, as a withdrawal does: two in different orders would wait for each other for ever.
    person = records.hold_person(tx, subscriber_id)
    former = () if person is None else moves.former_addresses(tx, person)
    ledger.forget(tx, subscriber_id, now)
    privacy.erase(tx, keyring, subscriber_id, now, evidence)
    for address in former:
        # An old file may hold them by an address they had before.
        suppression.suppress(tx, recognition.hash_of(tx, keyring, address.key), Reason.ERASED, now)
