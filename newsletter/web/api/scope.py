"""Whose people a program sees: those of the lists that its key reaches."""

from newsletter.errors import NotPermitted
from newsletter.staff.permissions import Permission
from newsletter.web.api.calls import Call
from subscribers import register
from subscribers.errors import ListNotFound
from subscribers.model import EVERY_LIST, MailingList
from subscribers.transaction import Transaction


def require_list(tx: Transaction, call: Call, list_id: int, permission: Permission = Permission.MANAGE_PEOPLE) -> MailingList:
    """Give a list to whoever looks after it.

    Raises:
        ListNotFound: there is none, or it is not theirs; they are not told which.

    """
    seen = call.lists(tx, permission)
    if seen is not None and list_id not in seen:
        raise ListNotFound(list_id)
    return register.list_by_id(tx, list_id)


def require_scope(tx: Transaction, call: Call, list_id: int) -> None:
    """Let pass whoever looks after a list, and after all lists where it is EVERY_LIST.

    Raises:
        ListNotFound: there is none, or it is not theirs; they are not told which.

    """
    if list_id != EVERY_LIST or call.lists(tx) is not None:
        require_list(tx, call, list_id)


def require_all_lists_of(tx: Transaction, call: Call, subscriber_id: int) -> None:
    """Let pass whoever looks after all lists that a person is or was on, because what they do holds for all of them.

    Raises:
        NotPermitted: the person is on a list that somebody else looks after.

    """
    seen = call.lists(tx)
    if seen is not None and any(one.list_id not in seen for one in register.subscriptions_of(tx, subscriber_id)):
        raise NotPermitted(call.actor.name, "do this: the person is on lists that others look after", ["admin"])
