"""Moving what is kept under the hashes of a former key to those of the present one: all of an address at once.

A table that remembers addresses by keyed hash calls the column `email_hash`, and is moved with the others, whoever owns it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, ColumnElement, Subquery, Table, Text, case, delete, exists, func, null, or_, select, update

from subscribers import batches, suppression
from subscribers.consent import Act
from subscribers.model import Reason
from subscribers.tables.evidence import consent
from subscribers.tables.evidence import suppression as suppressions
from subscribers.tables.kinds import metadata
from subscribers.tables.people import subscriber
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

# Behind the last of the digits that a hash is made of.
_END = "g"


@dataclass(frozen=True, slots=True)
class Move:
    """An address that gets another hash; of somebody who is known, or of nobody (0)."""

    former: str
    present: str
    subscriber_id: int = 0


def unknown_key(tx: Transaction, keyring: Keyring) -> str:
    """Give one hash that no key of *keyring* made, of a suppression or a person; empty when there is none."""
    known = sorted(one.key_id for one in (keyring, *keyring.former))
    edges = ["", *(edge for key_id in known for edge in (key_id, key_id + _END)), _END]
    for column in (suppressions.c.email_hash, subscriber.c.email_hash):
        # The gaps between the keys, each looked into by an index.
        for low, high in zip(edges[::2], edges[1::2], strict=True):
            asked = select(column).where(column >= low, column < high).order_by(column).limit(1)
            found = tx.execute(asked).scalar_one_or_none()
            if found is not None:
                return str(found)
    return ""


def people_to_move(tx: Transaction, keyring: Keyring) -> int:
    """Count the people whose hashes are not of the present key."""
    return _count(tx, subscriber.c.email_hash, keyring)


def suppressions_to_move(tx: Transaction, keyring: Keyring) -> int:
    """Count the suppressions whose hashes are not of the present key."""
    return _count(tx, suppressions.c.email_hash, keyring)


def behind_the_moved(tx: Transaction, keyring: Keyring) -> int | None:
    """Give the id behind which the first person stands who is to be moved; None when there is nobody."""
    first = select(subscriber.c.id).where(_is_foreign(subscriber.c.email_hash, keyring)).order_by(subscriber.c.id).limit(1)
    found: int | None = tx.execute(first).scalar_one_or_none()
    return found - 1 if found is not None else None


def next_people(tx: Transaction, keyring: Keyring, after: int, limit: int) -> Sequence[Move]:
    """Give up to *limit* known people behind an id who are to be moved, held until the transaction ends.

    Whoever is held by somebody else is left out and comes another time: nobody is waited for.
    """
    foreign = (subscriber.c.id > after, _is_foreign(subscriber.c.email_hash, keyring))
    people = (
        select(subscriber.c.id, subscriber.c.email_key, subscriber.c.email_hash)
        .where(*foreign)
        .order_by(subscriber.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [Move(row.email_hash, keyring.hash_address(row.email_key), row.id) for row in tx.execute(people)]


def move(tx: Transaction, moves: Sequence[Move]) -> None:
    """Move all rows of these addresses.

    A table that has no index on the hash says by which of its columns a person's rows are found (`info["person"]`); of people
    who are not known its rows are left as they are.
    """
    if not moves:
        return
    given = batches.table(
        tx,
        [(one.former, one.present, one.subscriber_id) for one in moves],
        {"former": Text(), "present": Text(), "person": BigInteger()},
    )
    _merge(tx, given)
    for table in metadata.sorted_tables:
        if table is not suppressions and "email_hash" in table.c:
            _move_rows(tx, table, given)


def _move_rows(tx: Transaction, table: Table, given: Subquery) -> None:
    values: dict[str, object] = {"email_hash": given.c.present}
    if table is consent:
        # The former hash stands in the chain as a salted digest; without its salt that is no more looked at.
        values["person_salt"] = case((consent.c.act == Act.ERASED, null()), else_=consent.c.person_salt)
    of_moved = [table.c.email_hash == given.c.former]
    if "person" in table.info:
        of_moved.append(table.c[table.info["person"]] == given.c.person)
    tx.execute(update(table).where(*of_moved).values(values))


def _merge(tx: Transaction, given: Subquery) -> None:
    """Move suppressions; where both hashes have one of the same scope from the same mouth, the stronger reason stays."""
    twin = suppressions.alias("twin")
    has_twin = exists().where(
        twin.c.email_hash == given.c.present,
        twin.c.list_id == suppressions.c.list_id,
        twin.c.is_own == suppressions.c.is_own,
    )
    of_moved = suppressions.c.email_hash == given.c.former
    tx.execute(update(suppressions).where(of_moved, ~has_twin).values(email_hash=given.c.present))
    doubled = select(suppressions, given.c.present).join(given, of_moved)
    for row in tx.execute(doubled).all():
        if row.complained_at is not None:
            suppression.suppress(tx, row.present, Reason.COMPLAINED, row.complained_at, list_id=row.list_id)
        suppression.suppress(tx, row.present, Reason(row.reason), row.at, list_id=row.list_id)
        tx.execute(delete(suppressions).where(suppressions.c.id == row.id))


def _count(tx: Transaction, column: ColumnElement[str], keyring: Keyring) -> int:
    return tx.execute(select(func.count()).where(_is_foreign(column, keyring))).scalar_one()


def _is_foreign(column: ColumnElement[str], keyring: Keyring) -> ColumnElement[bool]:
    return or_(column < keyring.key_id, column >= keyring.key_id + _END)
