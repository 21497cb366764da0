"""Topics of a list: added, described, put in order, and offered no more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from subscribers.errors import ListNotFound, TopicNotFound, TopicUnfit
from subscribers.model import Topic
from subscribers.oneline import one_line
from subscribers.sentence import say
from subscribers.tables.lists import mailing_list, topic
from subscribers.transaction import Transaction

# Boxes on a page; nobody reads more.
MOST_TOPICS = 50
LONGEST_NAME = 100
LONGEST_DESCRIPTION = 500


def add(tx: Transaction, list_id: int, name: str, *, description: str = "", position: int | None = None) -> Topic:
    """Add a topic to a list, at a place counted from 1, or behind all others. Whoever takes all topics takes it too.

    Raises:
        ListNotFound: there is no such list.
        TopicUnfit: the name is empty or taken, or there are too many.

    """
    known = _held(tx, list_id)
    name = _free_name(known, name)
    if len(known) >= MOST_TOPICS:
        raise TopicUnfit(name, say("the list has %(most)s topics already; remove one first", most=MOST_TOPICS))
    values = {"list_id": list_id, "name": name, "description": _described(description), "position": len(known) + 1}
    made = tx.execute(insert(topic).values(values).returning(topic.c.id)).scalar_one()
    if position is not None:
        _order(tx, _moved([*(one.id for one in known), made], made, position))
    return by_id(tx, made)


def edit(
    tx: Transaction,
    known: Topic,
    *,
    name: str | None = None,
    description: str | None = None,
    position: int | None = None,
) -> Topic:
    """Change what a topic is called and where it stands; None leaves it as it is.

    Raises:
        TopicNotFound: it was removed meanwhile.
        TopicUnfit: the name is empty or taken.

    """
    others = _held(tx, known.list_id)
    if all(one.id != known.id for one in others):
        raise TopicNotFound(known.name)
    changes = {
        "name": None if name is None else _free_name([one for one in others if one.id != known.id], name),
        "description": None if description is None else _described(description),
    }
    said = {column: value for column, value in changes.items() if value is not None}
    if said:
        tx.execute(update(topic).where(topic.c.id == known.id).values(said))
    if position is not None:
        _order(tx, _moved([one.id for one in others], known.id, position))
    return by_id(tx, known.id)


def remove(tx: Transaction, known: Topic, now: datetime) -> None:
    """Offer a topic no more. Issues that are for it stay for those who chose it: nobody gets more than before."""
    left = [one.id for one in _held(tx, known.list_id) if one.id != known.id]
    tx.execute(update(topic).where(topic.c.id == known.id, topic.c.removed_at.is_(None)).values(removed_at=now))
    _order(tx, left)


def of_list(tx: Transaction, list_id: int) -> tuple[Topic, ...]:
    """Give the topics a list offers, in their order."""
    its = select(topic).where(topic.c.list_id == list_id, topic.c.removed_at.is_(None))
    return tuple(_topic(row) for row in tx.execute(its.order_by(topic.c.position, topic.c.id)))


def find(tx: Transaction, list_id: int, name: str) -> Topic:
    """Give the topic of this name that a list offers, in any letter case.

    Raises:
        TopicNotFound: it offers none.

    """
    wanted = folded(name)
    found = next((one for one in of_list(tx, list_id) if folded(one.name) == wanted), None)
    if found is None:
        raise TopicNotFound(name)
    return found


def folded(name: str) -> str:
    """Give what all spellings of a topic's name share; a list has one topic of each."""
    return one_line(name, LONGEST_NAME).casefold()


def by_id(tx: Transaction, topic_id: int) -> Topic:
    """Give the topic of this id, also one that is offered no more.

    Raises:
        TopicNotFound: there never was one.

    """
    row = tx.execute(select(topic).where(topic.c.id == topic_id)).one_or_none()
    if row is None:
        raise TopicNotFound(topic_id)
    return _topic(row)


def _held(tx: Transaction, list_id: int) -> tuple[Topic, ...]:
    # Two that change the topics of one list do it one after the other.
    held = select(mailing_list.c.id).where(mailing_list.c.id == list_id).with_for_update(key_share=True)
    if tx.execute(held).one_or_none() is None:
        raise ListNotFound(list_id)
    return of_list(tx, list_id)


def _free_name(others: Sequence[Topic], text: str) -> str:
    name = one_line(text, LONGEST_NAME)
    if not name:
        raise TopicUnfit(text, say("it needs a name"))
    if any(folded(one.name) == folded(name) for one in others):
        raise TopicUnfit(name, say("there is one of this name already"))
    return name


def _described(text: str) -> str:
    return one_line(text, LONGEST_DESCRIPTION)


def _moved(ids: Sequence[int], moved: int, position: int) -> list[int]:
    others = [one for one in ids if one != moved]
    others.insert(max(position, 1) - 1, moved)
    return others


def _order(tx: Transaction, ids: Sequence[int]) -> None:
    for position, topic_id in enumerate(ids, 1):
        tx.execute(update(topic).where(topic.c.id == topic_id).values(position=position))


def _topic(row: Row[Any]) -> Topic:
    return Topic(row.id, row.list_id, row.name, row.description, row.position, row.removed_at)
