"""Joining: the wish and the mail that asks for the yes, the yes and the mail that says welcome, each in one transaction."""

from datetime import datetime

from newsletter.issues.model import Newsletter
from newsletter.letters.letter import Draft
from newsletter.mail import dispatch
from subscribers import register
from subscribers.address import EmailAddress
from subscribers.consent import Evidence
from subscribers.outcomes import ConfirmationDue, Confirmed, ConfirmOutcome, RequestOutcome
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction


def join(
    tx: Transaction,
    keyring: Keyring,
    confirmation: Draft,
    newsletter: Newsletter,
    address: EmailAddress,
    name: str,
    now: datetime,
    evidence: Evidence,
    *,
    language: str = "",
) -> RequestOutcome:
    """Take somebody's wish to get a newsletter, and plan the mail that asks the address's owner, if one is due.

    *confirmation* is composed by `letters.notices` before the transaction, whether it will be needed or not, so that the
    time of the answer tells nothing. Nor may the answer: the outcome is for the staff and for whoever has proven to own
    the address; to the public, new, waiting, confirmed and suppressed addresses are answered alike.
    """
    outcome = register.request(tx, keyring, newsletter.list_id, address, name, now, evidence, language=language)
    if isinstance(outcome, ConfirmationDue):
        dispatch.question(
            tx,
            keyring,
            confirmation,
            outcome.subscriber,
            now,
            list_id=newsletter.list_id,
            newsletter_id=newsletter.id,
            confirmation_id=outcome.confirmation_id,
        )
    return outcome


def confirm(
    tx: Transaction,
    keyring: Keyring,
    welcome: Draft,
    newsletter: Newsletter,
    confirmation_id: int,
    now: datetime,
    evidence: Evidence,
) -> ConfirmOutcome:
    """Take the yes of the person who got the confirmation, and plan the welcome; a second press plans no second one."""
    outcome = register.confirm(tx, keyring, confirmation_id, now, evidence)
    if isinstance(outcome, Confirmed):
        dispatch.notice(tx, welcome, outcome.subscriber, now, list_id=newsletter.list_id, newsletter_id=newsletter.id)
    return outcome
