"""How deliveries are divided on PostgreSQL: by their letters, so that each issue lies whole in one partition.

A partition has the letters of a range. When the newest one is full the next is made, and the numbers of letters go on where it
begins: whatever is planned from then on lies there. What is written, vacuumed and looked through while an issue is mailed is
the newest partition alone, however many years lie in the others. SQLite keeps one table.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import BigInteger, ColumnElement, Text, and_, any_, bindparam, func, literal_column, select, text, true
from sqlalchemy.dialects.postgresql import array

from newsletter.mail.delivery import DeliveryState
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
    """Give the condition that the letter of a delivery is one of those named by `between`: PostgreSQL leaves out partitions.

    To be said wherever deliveries are found by their ids in a statement that is asked often. Two bounds, and not said as a
    range: of a range, or of some letters, a plan for any values reckons with a few rows, and walked a whole issue instead of
    looking up twenty ids.
    """
    if dialect == "sqlite":
        return true()
    first, last = (bindparam(name, type_=BigInteger) for name in ("its_first_letter", "its_last_letter"))
    return and_(delivery.c.letter_id >= first, delivery.c.letter_id <= any_(array([last])))


def between(letters: Collection[int]) -> dict[str, int]:
    """Give the values that `of_letters` has: the first of some letters and the last, because partitions are ranges.

    Of no letters, one that there is not: the statement then finds nothing.
    """
    return {"its_first_letter": min(letters, default=0), "its_last_letter": max(letters, default=0)}


def in_state(dialect: str, state: DeliveryState) -> ColumnElement[bool]:
    """Give the condition that a delivery is in a state, for a statement that finds deliveries by their ids.

    On PostgreSQL by an expression that implies no partial index. It cannot know how many are held at a moment, and took the
    index of those: to mark twenty it walked everything that a worker holds, and had held since the last vacuum.
    """
    if dialect == "sqlite":
        return delivery.c.state == state.value
    return delivery.c.state.concat(literal_column("''", Text)) == state.value


def _end_of_first(tx: Transaction) -> int:
    said: str = tx.execute(_BOUNDS_OF_FIRST).scalar_one()
    return int("".join(letter for letter in said.rpartition("TO")[2] if letter.isdigit()))
