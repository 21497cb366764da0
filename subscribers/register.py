"""Joining and leaving a list, and who stands on it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from subscribers import acts, confirmations, names, news, recognition, records, suppression
from subscribers.address import EmailAddress
from subscribers.consent import LONGEST_LANGUAGE, Act, Consent, Evidence
from subscribers.errors import ListArchived, ListExists, ListNotFound, ListUnnamed, SubscriberNotFound
from subscribers.model import EVERY_LIST, MailingList, Reason, Subscriber, Subscription, SubscriptionState
from subscribers.oneline import one_line
from subscribers.outcomes import (
    Added,
    AddOutcome,
    AlreadyConfirmed,
    AlreadyThere,
    AlreadyWithdrawn,
    ConfirmationDue,
    Confirmed,
    ConfirmOutcome,
    Expired,
    RequestOutcome,
    Suppressed,
    TooSoon,
    Unknown,
    Withdrawn,
    WithdrawOutcome,
)
from subscribers.slug import free_slug, slug
from subscribers.tables.lists import mailing_list, subscription
from subscribers.tables.people import subscriber
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

S = SubscriptionState

LONGEST_LIST_NAME = 200
LONGEST_DESCRIPTION = 2_000


def create_list(tx: Transaction, name: str, now: datetime, *, description: str = "", is_public: bool = True) -> MailingList:
    """Make a list that people can consent to.

    Raises:
        ListUnnamed: nothing readable is in the name.
        ListExists: the name is taken.

    """
    name = one_line(name, LONGEST_LIST_NAME)
    if not name:
        raise ListUnnamed
    taken = frozenset(tx.execute(select(mailing_list.c.slug)).scalars())
    statement = insert(mailing_list).values(
        name=name,
        slug=free_slug(slug(name, "list"), taken),
        description=one_line(description, LONGEST_DESCRIPTION),
        is_public=is_public,
        created_at=now,
    )
    made = tx.execute(statement.on_conflict_do_nothing().returning(mailing_list.c.id)).scalar_one_or_none()
    if made is None:
        raise ListExists(name)
    return list_by_id(tx, made)


def find_list(tx: Transaction, name_or_slug: str) -> MailingList:
    """Give the list of this name or, failing that, of this slug.

    Raises:
        ListNotFound: there is none.

    """
    # As names are kept; PostgreSQL would not even take a NUL in the question.
    wanted = one_line(name_or_slug, LONGEST_LIST_NAME)
    found = _lists(tx, select(mailing_list).where(or_(mailing_list.c.name == wanted, mailing_list.c.slug == wanted)))
    if not found:
        raise ListNotFound(name_or_slug)
    return max(found, key=lambda one: one.name == wanted)


def list_by_id(tx: Transaction, list_id: int) -> MailingList:
    """Give the list of this id.

    Raises:
        ListNotFound: there is none.

    """
    found = _lists(tx, select(mailing_list).where(mailing_list.c.id == list_id))
    if not found:
        raise ListNotFound(list_id)
    return found[0]


def all_lists(tx: Transaction) -> tuple[MailingList, ...]:
    """Give all lists in the order they were made."""
    return _lists(tx, select(mailing_list).order_by(mailing_list.c.id))


def require_open(tx: Transaction, list_id: int) -> None:
    """Raise ListArchived when nobody joins this list any more, ListNotFound when there is none."""
    known = list_by_id(tx, list_id)
    if known.is_archived:
        raise ListArchived(known.name)


def request(
    tx: Transaction,
    keyring: Keyring,
    list_id: int,
    address: EmailAddress,
    name: str,
    now: datetime,
    evidence: Evidence,
    *,
    language: str = "",
) -> RequestOutcome:
    """Take somebody's wish to join a list; whoever typed it, only the mail to the address can confirm it.

    *language* is the one they want to be written to in; empty: they did not say.

    A person who left or was erased may ask again, and a confirmation takes that back. Nothing that is known of a person
    who confirmed before is changed by what a stranger types.

    Raises:
        ListArchived: nobody joins this list any more.

    """
    require_open(tx, list_id)
    email_hash = recognition.hash_of(tx, keyring, address.key)
    reason = suppression.reason_of(tx, email_hash, list_id)
    if reason is not None and reason not in suppression.OWN_WORD:
        return Suppressed(reason)
    person = records.meet(tx, keyring, address, name, now, language=language)
    standing = _standing(tx, person.id, list_id)
    if standing is not None and standing.is_confirmed and reason is None:
        return AlreadyConfirmed(standing, person)
    again_at = confirmations.next_request_at(confirmations.recent(tx, email_hash, now), now)
    if again_at > now:
        return TooSoon(again_at)
    person = records.rename_stranger(tx, person, name, language)
    standing = records.ask(tx, person.id, list_id, now)
    records.record(tx, keyring, person, list_id, Act.REQUESTED, now, evidence)
    return ConfirmationDue(confirmations.promise(tx, standing.id, email_hash, now), person, standing.id)


def confirm(tx: Transaction, keyring: Keyring, confirmation_id: int, now: datetime, evidence: Evidence) -> ConfirmOutcome:
    """Take the yes of the person who got the confirmation.

    Pressing twice is answered as "already". So is whoever an import confirmed meanwhile, and their own yes is written down: it
    proves more, and outlives the import. A link from before a withdrawal, an erasure or the end of the list opens nothing.
    """
    subscription_id = confirmations.subscription_of(tx, confirmation_id)
    found = _hold(tx, subscription_id) if subscription_id is not None else None
    if found is None:
        return Expired()
    person, standing = found
    email_hash = recognition.hash_of(tx, keyring, person.address.key)
    reason = suppression.reason_of(tx, email_hash, standing.list_id)
    if standing.is_confirmed and reason is None:
        if confirmations.use(tx, confirmation_id, now):
            records.record(tx, keyring, person, standing.list_id, Act.CONFIRMED, now, evidence)
        return AlreadyConfirmed(standing, person)
    if reason is not None and reason not in suppression.OWN_WORD:
        return Expired()
    if list_by_id(tx, standing.list_id).is_archived:
        return Expired()
    if not confirmations.use(tx, confirmation_id, now):
        return Expired()
    suppression.take_back(tx, email_hash, standing.list_id)
    standing = records.settle(tx, standing.id, S.CONFIRMED, now)
    records.record(tx, keyring, person, standing.list_id, Act.CONFIRMED, now, evidence)
    return Confirmed(standing, person)


def withdraw(tx: Transaction, keyring: Keyring, subscription_id: int, now: datetime, evidence: Evidence) -> WithdrawOutcome:
    """Take the no of a person; from this transaction on they are in no audience of the list, whatever is imported later."""
    found = _hold(tx, subscription_id)
    if found is None:
        return Unknown()
    person, standing = found
    email_hash = recognition.hash_of(tx, keyring, person.address.key)
    suppression.suppress(tx, email_hash, Reason.UNSUBSCRIBED, now, list_id=standing.list_id)
    confirmations.void(tx, subscription_id, now, leave_returns=standing.state is S.WITHDRAWN)
    if standing.state is S.WITHDRAWN:
        return AlreadyWithdrawn(standing, person)
    standing = records.settle(tx, subscription_id, S.WITHDRAWN, now)
    records.record(tx, keyring, person, standing.list_id, Act.WITHDRAWN, now, evidence)
    return Withdrawn(standing, person)


def record_no_to_all(tx: Transaction, keyring: Keyring, subscriber_id: int, now: datetime, evidence: Evidence) -> None:
    """Append to a person's evidence that they said no to every list there is or will be; where that stands, nothing is added.

    A suppression has one reason: when a stronger one stands in its place and is lifted, this tells what they said.
    """
    person = records.hold_person(tx, subscriber_id)
    if person is not None and suppression.own_no(acts.of_person(tx, subscriber_id), EVERY_LIST) is None:
        records.record(tx, keyring, person, None, Act.WITHDRAWN, now, evidence)


def add(
    tx: Transaction,
    keyring: Keyring,
    list_id: int,
    address: EmailAddress,
    name: str,
    now: datetime,
    evidence: Evidence,
    *,
    is_confirmed: bool,
) -> AddOutcome:
    """Put somebody on a list on the basis that *evidence* states; who left or must not be written to stays out.

    Raises:
        ListArchived: nobody joins this list any more.

    """
    require_open(tx, list_id)
    reason = suppression.reason_of(tx, recognition.hash_of(tx, keyring, address.key), list_id)
    if reason is not None:
        return Suppressed(reason)
    person = records.meet(tx, keyring, address, name, now)
    standing = _standing(tx, person.id, list_id)
    if standing is not None and not (is_confirmed and standing.state is S.REQUESTED):
        return AlreadyThere(standing, person)
    standing = records.ask(tx, person.id, list_id, now)
    if is_confirmed:
        standing = records.settle(tx, standing.id, S.CONFIRMED, now)
    records.record(tx, keyring, person, list_id, Act.ADDED, now, evidence)
    if is_confirmed:
        acts.tell(tx, news.Kind.CONFIRMED, [person.id], list_id, now, evidence.door)
    return Added(standing, person)


def edit(tx: Transaction, subscriber_id: int, *, name: str | None = None, language: str | None = None) -> Subscriber:
    """Change what is known of a person; None leaves it as it is.

    Raises:
        SubscriberNotFound: nobody has this id.

    """
    changes: dict[str, str | None] = {}
    if name is not None:
        changes |= names.columns(records.clean_name(name))
    if language is not None:
        changes["language"] = one_line(language, LONGEST_LANGUAGE)
    if changes:
        tx.execute(update(subscriber).where(subscriber.c.id == subscriber_id).values(changes))
    return subscriber_by_id(tx, subscriber_id)


def find(tx: Transaction, address: EmailAddress) -> Subscriber:
    """Give the person of this address, however it is spelled.

    Raises:
        SubscriberNotFound: nobody has it.

    """
    person = records.subscriber_where(tx, subscriber.c.email_key == address.key)
    if person is None:
        raise SubscriberNotFound(address)
    return person


def find_by_hash(tx: Transaction, email_hash: str) -> Subscriber | None:
    """Give the person whose address is remembered by this keyed hash; None when nobody is known by it."""
    return records.subscriber_where(tx, subscriber.c.email_hash == email_hash)


def subscriber_by_id(tx: Transaction, subscriber_id: int) -> Subscriber:
    """Give the person of this id.

    Raises:
        SubscriberNotFound: nobody has it.

    """
    person = records.subscriber_where(tx, subscriber.c.id == subscriber_id)
    if person is None:
        raise SubscriberNotFound(subscriber_id)
    return person


def subscription_by_id(tx: Transaction, subscription_id: int) -> Subscription | None:
    """Give the subscription of this id; None when there is none, perhaps because the person was erased."""
    return records.subscription_where(tx, subscription.c.id == subscription_id)


def subscriptions_of(tx: Transaction, subscriber_id: int) -> tuple[Subscription, ...]:
    """Give how a person stands to each list, in the order of the lists."""
    of_person = select(subscription).where(subscription.c.subscriber_id == subscriber_id)
    return tuple(records.subscription_of(row) for row in tx.execute(of_person.order_by(subscription.c.list_id)))


def consent_of(tx: Transaction, email_hash: str) -> tuple[Consent, ...]:
    """Give everything that was said by those who had an address then, the first first; it outlives the person's row."""
    return acts.under_address(tx, email_hash)


def _lists(tx: Transaction, query: Select[Any]) -> tuple[MailingList, ...]:
    return tuple(
        MailingList(
            id=row.id,
            name=row.name,
            slug=row.slug,
            description=row.description,
            is_public=row.is_public,
            created_at=row.created_at,
            language=row.language,
            sender_name=row.sender_name,
            sender_address=row.sender_address,
            archived_at=row.archived_at,
        )
        for row in tx.execute(query)
    )


def _standing(tx: Transaction, subscriber_id: int, list_id: int) -> Subscription | None:
    return records.subscription_where(tx, subscription.c.subscriber_id == subscriber_id, subscription.c.list_id == list_id)


def _hold(tx: Transaction, subscription_id: int) -> tuple[Subscriber, Subscription] | None:
    person = records.hold(tx, subscription_id)
    # Read after the row is held: whoever had it before may have changed it.
    standing = records.subscription_where(tx, subscription.c.id == subscription_id)
    if person is None or standing is None:
        return None
    return person, standing
