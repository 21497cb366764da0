"""The figures of letters in SQL: people by state, kept by whoever changes a state, in the same transaction."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert as insert_or_add

from newsletter.mail.delivery import DeliveryState
from newsletter.prepared import Prepared
from newsletter.tables.mail import delivery, figure
from subscribers.transaction import Transaction

S = DeliveryState

# Who is in none of these waits or is in the hands of a worker: the audience less all of these.
COUNTED = frozenset({S.ACCEPTED, S.REFUSED, S.DEFERRED, S.UNCERTAIN, S.SKIPPED, S.CANCELLED})


@dataclass(frozen=True, slots=True)
class Change:
    """A state that people of a letter came into; counted with a minus where they left it."""

    letter_id: int
    state: DeliveryState


def add(tx: Transaction, changes: Counter[Change], shard: str = "") -> None:
    """Count *changes*; call it last in a transaction, so that nobody waits long for its rows."""
    rows = [
        {"its_letter": change.letter_id, "its_shard": shard, "its_state": change.state.value, "its_people": people}
        for change, people in sorted(changes.items(), key=lambda item: (item[0].letter_id, item[0].state))
        if people and change.state in COUNTED
    ]
    if not rows:
        return
    _ADD.run_many(tx, rows)


def kept(tx: Transaction, letter_id: int) -> dict[DeliveryState, int]:
    """Give the figures of a letter as they were kept, states without anybody left out."""
    rows = tx.execute(
        select(figure.c.state, func.sum(figure.c.people)).where(figure.c.letter_id == letter_id).group_by(figure.c.state),
    )
    return {DeliveryState(state): int(people) for state, people in rows if people}


def counted(tx: Transaction, letter_id: int) -> dict[DeliveryState, int]:
    """Count the rows of a letter by state; slow, and what the kept figures are checked against."""
    rows = tx.execute(
        select(delivery.c.state, func.count()).where(delivery.c.letter_id == letter_id).group_by(delivery.c.state),
    )
    return {DeliveryState(state): people for state, people in rows}


_INSERT = insert_or_add(figure)
_ADD = Prepared(
    lambda _dialect: _INSERT.values(
        letter_id=bindparam("its_letter"),
        shard=bindparam("its_shard"),
        state=bindparam("its_state"),
        people=bindparam("its_people"),
    ).on_conflict_do_update(
        index_elements=[figure.c.letter_id, figure.c.shard, figure.c.state],
        set_={"people": figure.c.people + _INSERT.excluded.people},
    )
)
