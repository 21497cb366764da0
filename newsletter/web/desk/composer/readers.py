"""Whose name and answers may stand in a preview: somebody who gets the newsletter, or did, for whoever may see people."""

from newsletter.issues.model import Newsletter
from newsletter.staff.permissions import Actor, Permission, allowed
from subscribers import register
from subscribers.address import parse
from subscribers.errors import AddressRefused, SubscriberNotFound
from subscribers.model import Subscriber
from subscribers.transaction import Transaction


def reader_of(tx: Transaction, actor: Actor, newsletter: Newsletter, reader: int) -> Subscriber | None:
    """Give a reader of a newsletter; None where there is none of this id, or they are not for *actor* to see."""
    if not reader or not allowed(actor, Permission.MANAGE_PEOPLE, newsletter.id):
        return None
    if all(one.list_id != newsletter.list_id for one in register.subscriptions_of(tx, reader)):
        return None
    return register.subscriber_by_id(tx, reader)


def reader_at(tx: Transaction, actor: Actor, newsletter: Newsletter, address: str) -> Subscriber | None:
    """Give the reader of an address, as `reader_of` does."""
    try:
        found = register.find(tx, parse(address))
    except (AddressRefused, SubscriberNotFound):
        return None
    return reader_of(tx, actor, newsletter, found.id)
