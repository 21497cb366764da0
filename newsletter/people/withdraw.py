"""Leaving: the no is written down, and what is still on its way is kept from being sent, in one transaction."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from newsletter.issues import newsletters
from newsletter.letters.letter import Draft, LetterKind
from newsletter.mail import clickbook, dispatch, ledger
from newsletter.people import departures
from subscribers import confirmations, moves, recognition, register, suppression
from subscribers.consent import Evidence
from subscribers.model import EVERY_LIST, Reason, Subscriber
from subscribers.outcomes import Unknown, Withdrawn, WithdrawOutcome
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

# Stands beside a delivery that was not sent for this reason.
NOTE = "unsubscribed"

# The mails that say goodbye, by list, composed by `letters.notices` before the transaction. None: the person left by a door
# that tells them so itself.
Goodbyes = Mapping[int, Draft]
SILENT: Goodbyes = MappingProxyType({})

# A second no does not take back the mail that says goodbye to the first, with its way back for whoever never pressed.
_STAYS = frozenset({LetterKind.GOODBYE})


def withdraw(
    tx: Transaction,
    keyring: Keyring,
    subscription_id: int,
    now: datetime,
    evidence: Evidence,
    goodbyes: Goodbyes = SILENT,
) -> WithdrawOutcome:
    """Take the no of a person to one list; once this transaction is committed nothing more of it goes out to them.

    Only a message that a mailer had marked before may still arrive. Whoever comes second, the mailer's mark or this,
    waits for the row of the delivery and reads it again.
    """
    outcome = register.withdraw(tx, keyring, subscription_id, now, evidence)
    if isinstance(outcome, Unknown):
        return outcome
    clickbook.forget(tx, subscription_id)
    if not isinstance(outcome, Withdrawn):
        ledger.skip_open(tx, subscription_id, now, NOTE, but=_STAYS)
        return outcome
    ledger.skip_open(tx, subscription_id, now, NOTE)
    _keep_out_by_former_addresses(tx, keyring, outcome.subscriber, outcome.subscription.list_id, now)
    departures.record(tx, keyring, outcome.subscription, now, evidence)
    if outcome.subscription.list_id in goodbyes:
        _say_goodbye(tx, keyring, outcome, goodbyes[outcome.subscription.list_id], now)
    return outcome


def withdraw_everywhere(
    tx: Transaction,
    keyring: Keyring,
    subscriber_id: int,
    now: datetime,
    evidence: Evidence,
    goodbyes: Goodbyes = SILENT,
) -> tuple[WithdrawOutcome, ...]:
    """Take the no of a person to every list there is or will be; gives what became of each subscription.

    Raises:
        SubscriberNotFound: nobody has this id.

    """
    person = register.subscriber_by_id(tx, subscriber_id)
    outcomes = tuple(
        withdraw(tx, keyring, standing.id, now, evidence, goodbyes) for standing in register.subscriptions_of(tx, subscriber_id)
    )
    suppression.suppress(tx, recognition.hash_of(tx, keyring, person.address.key), Reason.UNSUBSCRIBED, now)
    _keep_out_by_former_addresses(tx, keyring, person, EVERY_LIST, now)
    register.record_no_to_all(tx, keyring, person.id, now, evidence)
    return outcomes


def _keep_out_by_former_addresses(tx: Transaction, keyring: Keyring, person: Subscriber, list_id: int, now: datetime) -> None:
    """Let the no hold for the addresses the person had before, too: an old file that is imported has them by those."""
    for address in moves.former_addresses(tx, person):
        suppression.suppress(tx, recognition.hash_of(tx, keyring, address.key), Reason.UNSUBSCRIBED, now, list_id=list_id)


def _say_goodbye(tx: Transaction, keyring: Keyring, left: Withdrawn, goodbye: Draft, now: datetime) -> None:
    """Plan the mail that tells them so, with a button that brings back whoever did not mean it."""
    person, standing = left.subscriber, left.subscription
    newsletter = newsletters.of_list(tx, standing.list_id)
    email_hash = recognition.hash_of(tx, keyring, person.address.key)
    dispatch.notice(
        tx,
        goodbye,
        person,
        now,
        list_id=standing.list_id,
        newsletter_id=newsletter.id if newsletter is not None else None,
        confirmation_id=confirmations.offer_return(tx, standing.id, email_hash, now),
    )
