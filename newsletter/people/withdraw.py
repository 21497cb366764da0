"""Leaving: the no is written down, and what is still on its way is kept from being sent, in one transaction."""

from datetime import datetime

from newsletter.mail import ledger
from subscribers import register, suppression
from subscribers.consent import Evidence
from subscribers.model import Reason
from subscribers.outcomes import Unknown, WithdrawOutcome
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

# Stands beside a delivery that was not sent for this reason.
NOTE = "unsubscribed"


def withdraw(tx: Transaction, keyring: Keyring, subscription_id: int, now: datetime, evidence: Evidence) -> WithdrawOutcome:
    """Take the no of a person to one list; once this transaction is committed nothing more of it goes out to them.

    Only a message that a mailer had marked before may still arrive. Whoever comes second, the mailer's mark or this,
    waits for the row of the delivery and reads it again.
    """
    outcome = register.withdraw(tx, keyring, subscription_id, now, evidence)
    if not isinstance(outcome, Unknown):
        ledger.skip_open(tx, subscription_id, now, NOTE)
    return outcome


def withdraw_everywhere(
    tx: Transaction, keyring: Keyring, subscriber_id: int, now: datetime, evidence: Evidence
) -> tuple[WithdrawOutcome, ...]:
    """Take the no of a person to every list there is or will be; gives what became of each subscription.

    Raises:
        SubscriberNotFound: nobody has this id.

    """
    person = register.subscriber_by_id(tx, subscriber_id)
    outcomes = tuple(
        withdraw(tx, keyring, standing.id, now, evidence) for standing in register.subscriptions_of(tx, subscriber_id)
    )
    suppression.suppress(tx, keyring.hash_address(person.address.key), Reason.UNSUBSCRIBED, now)
    return outcomes
