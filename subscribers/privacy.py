"""What a person may ask of us about themselves: everything we know, and to be forgotten."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, select

from subscribers import acts, attributebook, recognition, records, register, suppression, terms
from subscribers.attributes import spelled
from subscribers.consent import Act, Consent, Door, Evidence
from subscribers.errors import SubscriberNotFound
from subscribers.model import EVERY_LIST, Reason, Subscriber, Subscription, Topic
from subscribers.tables.errands import address_move, data_link
from subscribers.tables.evidence import suppression as suppressions
from subscribers.tables.imports import import_change
from subscribers.tables.limits import asked_mail
from subscribers.tables.lists import confirmation, subscription
from subscribers.tables.people import subscriber
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

BY_STAFF = Evidence(Door.COMMAND)


@dataclass(frozen=True, slots=True)
class KeptOut:
    """One suppression of a person's address; list_id 0 stands for every list."""

    list_id: int
    reason: Reason
    at: datetime


@dataclass(frozen=True, slots=True)
class AddressChange:
    """One time a person asked for another address; moments that have not come are None."""

    old: str
    new: str
    asked_at: datetime
    moved_at: datetime | None
    # The old address said that it was not them.
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class PersonExport:
    """Everything that is known about a person here (GDPR 15 and 20)."""

    subscriber: Subscriber
    subscriptions: tuple[Subscription, ...]
    # On lists of which they do not take all.
    topics: tuple[Topic, ...]
    # What they answered, by the attributes' keys, as they would write it.
    attributes: Mapping[str, str]
    consent: tuple[Consent, ...]
    suppressions: tuple[KeptOut, ...]
    # When confirmation mails were asked for; those of the last day are counted for the limits, too.
    asked_at: tuple[datetime, ...]
    # What was known before imports changed it, for as long as they can be undone.
    changed_by_imports: tuple[Mapping[str, object], ...]
    address_changes: tuple[AddressChange, ...]
    # When a link to all this was asked for.
    data_asked_at: tuple[datetime, ...]

    def to_json(self) -> str:
        """Give it as a JSON object that people and programs can read; moments are ISO 8601."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2, default=datetime.isoformat)


def export_person(tx: Transaction, subscriber_id: int) -> PersonExport:
    """Gather everything that is known about a person.

    Raises:
        SubscriberNotFound: nobody has this id.

    """
    person = register.subscriber_by_id(tx, subscriber_id)
    email_hash = _hash_of(tx, subscriber_id)
    kept_out = select(suppressions).where(suppressions.c.email_hash == email_hash).order_by(suppressions.c.list_id)
    asked = (
        select(confirmation.c.requested_at)
        .join(subscription, subscription.c.id == confirmation.c.subscription_id)
        .where(subscription.c.subscriber_id == subscriber_id)
    )
    counted = select(asked_mail.c.at).where(asked_mail.c.email_hash == email_hash)
    changed = select(import_change.c.former).where(import_change.c.subscriber_id == subscriber_id).order_by(import_change.c.id)
    linked = select(data_link.c.asked_at).where(data_link.c.subscriber_id == subscriber_id).order_by(data_link.c.id)
    return PersonExport(
        subscriber=person,
        subscriptions=register.subscriptions_of(tx, subscriber_id),
        topics=terms.chosen_by(tx, subscriber_id),
        attributes={key: spelled(answer) for key, answer in attributebook.answers_of(tx, subscriber_id).items()},
        # Not by the address, which somebody else may have had before.
        consent=acts.of_person(tx, subscriber_id),
        suppressions=tuple(KeptOut(row.list_id, Reason(row.reason), row.at) for row in tx.execute(kept_out)),
        asked_at=tuple(sorted({*tx.execute(asked).scalars(), *tx.execute(counted).scalars()})),
        changed_by_imports=tuple(tx.execute(changed).scalars()),
        address_changes=_address_changes(tx, subscriber_id),
        data_asked_at=tuple(tx.execute(linked).scalars()),
    )


def erase(tx: Transaction, keyring: Keyring, subscriber_id: int, now: datetime, evidence: Evidence = BY_STAFF) -> None:
    """Forget a person; only the keyed hash stays, so that no import and no restored file brings them back.

    The evidence of consent keeps its acts, words and times under the hash and loses network and browser; *evidence* says by
    which door and in which words they wanted it.

    Raises:
        SubscriberNotFound: nobody has this id.

    """
    person = records.hold_person(tx, subscriber_id)
    if person is None:
        raise SubscriberNotFound(subscriber_id)
    email_hash = recognition.forget_former(tx, keyring, person.address.key)
    if not suppression.suppress(tx, email_hash, Reason.ERASED, now, list_id=EVERY_LIST):
        # Whoever was erased before, came back and goes again: a backup from between must not keep them.
        suppression.owe(tx, email_hash, Reason.ERASED, now)
    records.record(tx, keyring, person, None, Act.ERASED, now, evidence)
    acts.forget(tx, subscriber_id)
    # Subscriptions, confirmations and answers go with the row.
    tx.execute(delete(subscriber).where(subscriber.c.id == subscriber_id))


def _address_changes(tx: Transaction, subscriber_id: int) -> tuple[AddressChange, ...]:
    of_person = select(address_move).where(address_move.c.subscriber_id == subscriber_id).order_by(address_move.c.id)
    return tuple(
        AddressChange(row.old_email, row.new_email, row.asked_at, row.moved_at, row.undone_at) for row in tx.execute(of_person)
    )


def _hash_of(tx: Transaction, subscriber_id: int) -> str:
    return str(tx.execute(select(subscriber.c.email_hash).where(subscriber.c.id == subscriber_id)).scalar_one())
