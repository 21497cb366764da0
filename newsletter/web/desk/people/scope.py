"""Whose people a member of the staff sees."""

from newsletter.errors import NotPermitted
from newsletter.issues import newsletters
from newsletter.staff.permissions import Permission
from newsletter.web.visits import Visit
from subscribers import register
from subscribers.model import EVERY_LIST
from subscribers.transaction import Transaction

PEOPLE = Permission.MANAGE_PEOPLE


def seen_lists(tx: Transaction, visit: Visit) -> frozenset[int] | None:
    """Give the lists whose people the actor may see; None: those of all lists, and whoever is on none."""
    own = seen_newsletters(visit)
    if own is None:
        return None
    return frozenset(one.list_id for one in newsletters.all_newsletters(tx) if one.id in own)


def seen_newsletters(visit: Visit) -> frozenset[int] | None:
    """Give the newsletters whose people the actor looks after; None: all."""
    return visit.actor.newsletters(PEOPLE)


def require_list(tx: Transaction, visit: Visit, list_id: int) -> None:
    """Let pass whoever looks after the people of a list.

    Raises:
        ListNotFound: there is none, or it is not theirs; they are not told which.

    """
    seen = seen_lists(tx, visit)
    register.list_by_id(tx, list_id if seen is None or list_id in seen else 0)


def require_scope(tx: Transaction, visit: Visit, list_id: int) -> None:
    """Let pass whoever looks after the people of a list, and of all lists where it is EVERY_LIST.

    Raises:
        ListNotFound: there is none, or it is not theirs; they are not told which.

    """
    if list_id != EVERY_LIST or seen_lists(tx, visit) is not None:
        require_list(tx, visit, list_id)


def require_all_lists_of(tx: Transaction, visit: Visit, subscriber_id: int) -> None:
    """Let pass whoever looks after all lists that a person is or was on, because what they do holds for all of them.

    Raises:
        NotPermitted: the person is on a list that somebody else looks after.

    """
    seen = seen_lists(tx, visit)
    if seen is not None and any(one.list_id not in seen for one in register.subscriptions_of(tx, subscriber_id)):
        raise NotPermitted(visit.actor.name, "do this: the person is on lists that others look after", ["admin"])
