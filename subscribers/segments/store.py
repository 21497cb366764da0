"""Segments in SQL: rules kept under a name, and whom they are true of."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from subscribers import attributebook, audience, register, topicbook
from subscribers.address import EmailAddress
from subscribers.errors import SegmentExists, SegmentNotFound, SegmentUnnamed
from subscribers.oneline import one_line
from subscribers.segments.checking import Vocabulary
from subscribers.segments.rule import Rule
from subscribers.segments.tree import rule_of, tree
from subscribers.tables.people import subscriber
from subscribers.tables.segments import segment
from subscribers.transaction import Transaction

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Segment:
    """A rule under a name."""

    id: int
    name: str
    rule: Rule
    # Who of the staff.
    made_by: str
    created_at: datetime
    changed_at: datetime
    # None while it is there.
    removed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody a rule is true of."""

    id: int
    address: EmailAddress
    name: str
    language: str


def vocabulary(tx: Transaction) -> Vocabulary:
    """Give what rules can speak of now."""
    lists = register.all_lists(tx)
    topics = tuple(topic for one in lists for topic in topicbook.of_list(tx, one.id))
    return Vocabulary(attributebook.all_attributes(tx), lists, topics)


def create(tx: Transaction, name: str, rule: Rule, made_by: str, now: datetime) -> Segment:
    """Keep a rule, which the caller has checked, under a name.

    Raises:
        SegmentUnnamed: nothing readable is in the name.
        SegmentExists: the name is taken.

    """
    name = one_line(name, LONGEST_NAME)
    if not name:
        raise SegmentUnnamed
    statement = insert(segment).values(name=name, rule=tree(rule), made_by=made_by, created_at=now, changed_at=now)
    made = tx.execute(statement.on_conflict_do_nothing().returning(segment.c.id)).scalar_one_or_none()
    if made is None:
        raise SegmentExists(name)
    return Segment(made, name, rule, made_by, now, now, None)


def change(tx: Transaction, known: Segment, rule: Rule, now: datetime) -> Segment:
    """Keep another rule, which the caller has checked, under the name of *known*.

    Raises:
        SegmentNotFound: somebody has removed it meanwhile.

    """
    statement = (
        update(segment)
        .where(segment.c.id == known.id, segment.c.removed_at.is_(None))
        .values(rule=tree(rule), changed_at=now)
        .returning(segment)
    )
    return _one(tx.execute(statement).one_or_none(), known.name)


def remove(tx: Transaction, known: Segment, now: datetime) -> None:
    """Let the name go; whatever was addressed by the rule goes on knowing it."""
    tx.execute(update(segment).where(segment.c.id == known.id, segment.c.removed_at.is_(None)).values(removed_at=now))


def find(tx: Transaction, name: str) -> Segment:
    """Give the segment of this name.

    Raises:
        SegmentNotFound: there is none.

    """
    return _one(tx.execute(_named(name)).one_or_none(), name)


def hold(tx: Transaction, name: str) -> Segment:
    """Give the segment of this name, which nobody else changes or removes before this transaction ends.

    Raises:
        SegmentNotFound: there is none.

    """
    return _one(tx.execute(_named(name).with_for_update()).one_or_none(), name)


def all_segments(tx: Transaction) -> tuple[Segment, ...]:
    """Give all segments in the order they were made."""
    rows = tx.execute(select(segment).where(segment.c.removed_at.is_(None)).order_by(segment.c.id))
    return tuple(_segment(row) for row in rows)


def by_ids(tx: Transaction, ids: Collection[int]) -> tuple[Segment, ...]:
    """Give the segments of these ids, also removed ones, in the order they were made."""
    rows = tx.execute(select(segment).where(segment.c.id.in_(ids)).order_by(segment.c.id))
    return tuple(_segment(row) for row in rows)


def count(tx: Transaction, condition: ColumnElement[bool], list_id: int | None) -> int:
    """Count the people of whom *condition* (`query.holds`) is true: all who are known, or who may be written to on a list."""
    return tx.execute(select(func.count()).select_from(_people(condition, list_id).subquery())).scalar_one()


def people(condition: ColumnElement[bool], list_id: int | None) -> Select[Any]:
    """Give the query for the ids of these people."""
    return _people(condition, list_id).order_by(None).with_only_columns(subscriber.c.id)


def sample(tx: Transaction, condition: ColumnElement[bool], list_id: int | None, limit: int) -> tuple[Person, ...]:
    """Give the first of them in the order they became known."""
    query = _people(condition, list_id).order_by(None).order_by(subscriber.c.id).limit(limit)
    return tuple(Person(row.id, EmailAddress(row.email, row.email_key), row.name, row.language) for row in tx.execute(query))


def _people(condition: ColumnElement[bool], list_id: int | None) -> Select[Any]:
    columns = (subscriber.c.id, subscriber.c.email, subscriber.c.email_key, subscriber.c.name, subscriber.c.language)
    if list_id is None:
        return select(*columns).where(condition)
    return audience.confirmed(list_id).where(condition).with_only_columns(*columns)


def _named(name: str) -> Select[Any]:
    # As names are kept; PostgreSQL would not even take a NUL in the question.
    return select(segment).where(segment.c.name == one_line(name, LONGEST_NAME), segment.c.removed_at.is_(None))


def _one(row: Row[Any] | None, name: str) -> Segment:
    if row is None:
        raise SegmentNotFound(name)
    return _segment(row)


def _segment(row: Row[Any]) -> Segment:
    return Segment(row.id, row.name, rule_of(row.rule), row.made_by, row.created_at, row.changed_at, row.removed_at)
