"""Asking somebody whom an import brought for their own yes, in one transaction with how far the asking is."""

from datetime import datetime

from newsletter.issues.model import Newsletter
from newsletter.letters.letter import Draft
from newsletter.people import joining
from subscribers import recognition, register, suppression
from subscribers.consent import Door, Evidence
from subscribers.exchange import asking
from subscribers.exchange.asking import Asking, Waiting
from subscribers.outcomes import ConfirmationDue
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction


def ask(
    tx: Transaction,
    keyring: Keyring,
    confirmation: Draft,
    newsletter: Newsletter,
    under_way: Asking,
    one: Waiting,
    now: datetime,
) -> Asking | None:
    """Plan the mail that asks; gives how the asking goes on, None when it was stopped or another worker was here.

    Whoever said no, or confirmed by another way, is passed over. So is, until the next round, whoever has had as much mail
    that somebody asked for as a day allows: asked anyway, an import would be a way round that limit.
    """
    moved = asking.move(tx, under_way, one.subscription_id)
    if moved is None:
        return None
    person = one.subscriber
    standing = register.subscription_by_id(tx, one.subscription_id)
    reason = suppression.reason_of(tx, recognition.hash_of(tx, keyring, person.address.key), under_way.list_id)
    if standing is None or standing.is_confirmed or reason is not None:
        return moved
    evidence = Evidence(Door.IMPORT_, under_way.basis)
    outcome = joining.join(tx, keyring, confirmation, newsletter, person.address, person.name, now, evidence)
    return asking.count(tx, moved, now) if isinstance(outcome, ConfirmationDue) else moved
