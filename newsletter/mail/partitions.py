"""How deliveries are divided on PostgreSQL: by their letters, so that each issue lies whole in one partition.

A partition has the letters of a range. When the newest one is full the next is made, and the numbers of letters go on where it
begins: whatever is planned from then on lies there. What is written, vacuumed and looked through while an issue is mailed is
the newest partition alone, however many years lie in the others. SQLite keeps one table.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import BigInteger, ColumnElement, any_, bindparam, func, select, text, true
from sqlalchemy.dialects.postgresql import ARRAY

from newsletter.tables.mail import delivery
from subscribers.transaction import Transaction

# So many letters have a place in one partition; a letter is made for each notice, too.
LETTERS = 1_000_000

# So many deliveries are enough: a vacuum of them takes seconds, and a hundred million lie in twenty partitions.
FULL = 5_000_000

# When so few letters are left, the next partition is made whatever lies in this one.
FEW_LETTERS = 100_000

# Any number that no other program on the same PostgreSQL database uses.
PARTITION_LOCK = 7_306_087_436

# Where a partition begins stands in its name; that of letters which no partition is for ends in words.
PREFIX = "delivery_from_"

_NEWEST = text(r"""
SELECT max(substring(relname FROM '^delivery_from_(\d+)$')::bigint) AS first
FROM pg_class JOIN pg_inherits ON inhrelid = pg_class.oid WHERE inhparent = 'delivery'::regclass
""")
_STATE = text("""
SELECT (SELECT reltuples FROM pg_class WHERE oid = CAST(:name AS regclass)) AS deliveries,
  (SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM letter_id_seq) AS latest
""")
_BOUNDS_OF_FIRST = text("SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE oid = 'delivery_from_0'::regclass")
# Everybody else who wants the table waits behind us for as long as we wait for somebody.
_PATIENCE = text("SET LOCAL lock_timeout = '300ms'")
_SETVAL = text("SELECT setval('letter_id_seq', :number)")


@dataclass(frozen=True, slots=True)
class Newest:
    """The partition that is written to, and how far it has come."""

    # Its range of letters; its end is another's.
    first: int
    end: int
    # By PostgreSQL's own estimate, which vacuum keeps.
    deliveries: int
    # The last number that a letter got.
    latest_letter: int

    @property
    def is_full(self) -> bool:
        """Whether it is time for the next one."""
        return self.deliveries >= FULL or self.latest_letter >= self.end - FEW_LETTERS

    @property
    def is_reached(self) -> bool:
        """Whether letters have its numbers already, or get the next one there."""
        return self.latest_letter >= self.first - 1


def newest(tx: Transaction) -> Newest:
    """Give the partition that letters are planned into; on PostgreSQL alone."""
    first: int = tx.execute(_NEWEST).scalar_one()
    row = tx.execute(_STATE, {"name": f"{PREFIX}{first}"}).one()
    # The first one may have been made when there were more letters than fit into one.
    end = first + LETTERS if first else _end_of_first(tx)
    return Newest(first, end, int(row.deliveries), row.latest)


def open_next(tx: Transaction) -> bool:
    """Make the next partition when the newest is full; False: it is not, or somebody else is at it.

    Nothing is moved: its place is empty, and an empty table is made in a moment.

    Raises:
        DatabaseAway: somebody has written deliveries for too long, and is not waited for; try again.

    """
    if not tx.execute(select(func.pg_try_advisory_xact_lock(PARTITION_LOCK))).scalar_one():
        return False
    known = newest(tx)
    if not known.is_reached or not known.is_full:
        return False
    # Behind every letter there is: a copy may have brought some along under high numbers.
    first = max(known.end, (known.latest_letter // LETTERS + 1) * LETTERS)
    tx.execute(_PATIENCE)
    bounds = f"FROM ({first}) TO ({first + LETTERS})"
    tx.execute(text(f"CREATE TABLE {PREFIX}{first} PARTITION OF delivery FOR VALUES {bounds}"))
    return True


def go_on_there(tx: Transaction) -> bool:
    """Let letters get the numbers of the newest partition; False: they do already. After `open_next` is committed."""
    known = newest(tx)
    if known.is_reached:
        return False
    # A sequence knows no transaction: what is planned at this very moment lies in the one or the other, and is found in both.
    tx.execute(_SETVAL, {"number": known.first - 1})
    return True


def learn(tx: Transaction) -> None:
    """Let PostgreSQL look at what lies in all of them together: autovacuum looks at each alone, and plans need both."""
    tx.execute(text("ANALYZE delivery"))


def of_letters(dialect: str) -> ColumnElement[bool]:
    """Give the condition that a delivery is of one of the letters `its_letters`: by it PostgreSQL leaves out partitions.

    To be said wherever deliveries are found by their ids in a statement that is asked often.
    """
    if dialect == "sqlite":
        return true()
    return delivery.c.letter_id == any_(bindparam("its_letters", type_=ARRAY(BigInteger)))


def letters(numbers: Iterable[int]) -> list[int]:
    """Give the value of `its_letters`."""
    return sorted(set(numbers))


def _end_of_first(tx: Transaction) -> int:
    said: str = tx.execute(_BOUNDS_OF_FIRST).scalar_one()
    return int("".join(letter for letter in said.rpartition("TO")[2] if letter.isdigit()))
