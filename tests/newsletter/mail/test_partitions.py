"""Deliveries in partitions, on PostgreSQL: which letters lie where, and what is left out of the statements of a mailing."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

import pytest
from sqlalchemy import Connection, event, insert, select, text

from newsletter.database import Database, DatabaseAway
from newsletter.mail import gate, leases, ledger, partitions, workers
from newsletter.mail.delivery import ACCEPTED, Outcome
from newsletter.tables.mail import delivery
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness import mailroom
from tests.harness.mailroom import Mailroom
from tests.newsletter.mail.conftest import ACCEPTED as TAKEN

WORKER = "one"


class _Enough(Exception):  # noqa: N818 -- no error
    """What was tried is taken back."""


@contextmanager
def undone(database: Database) -> Iterator[Transaction]:
    """Give a transaction in which tables may be made, because it is never committed."""
    with suppress(_Enough), database.write() as tx:
        yield tx
        raise _Enough


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    """Give a database that has partitions."""
    opened = Database(postgres_url)
    yield opened
    opened.close()


@pytest.fixture
def room(database: Database, keyring: Keyring, now: datetime) -> Mailroom:
    """Give a letter that is planned for three."""
    with database.write() as tx:
        workers.register(tx, WORKER, "somewhere", now)
        return mailroom.open_mailroom(tx, keyring, now, ("ann", "bob", "cem"))


@pytest.fixture
def tx(database: Database, room: Mailroom) -> Iterator[Transaction]:
    """Give such a transaction once the letter is planned."""
    assert room.letter_id
    with undone(database) as opened:
        yield opened


def fill(tx: Transaction, name: str, rows: int = partitions.FULL) -> None:
    """Let PostgreSQL think that a partition has so many rows."""
    tx.execute(text("UPDATE pg_class SET reltuples = :rows WHERE relname = :name"), {"rows": rows, "name": name})


def places(tx: Transaction, letter_id: int) -> set[str]:
    """Give the partitions in which a letter has deliveries."""
    where = text("SELECT DISTINCT tableoid::regclass::text FROM delivery WHERE letter_id = :letter")
    return set(tx.execute(where, {"letter": letter_id}).scalars())


def plan_another(tx: Transaction, room: Mailroom, now: datetime) -> int:
    """Plan one more letter for everybody."""
    return mailroom.plan(tx, room.newsletter_id, room.list_id, now, mailroom.a_draft(subject="February 2020"))


def test_letters_to_come_lie_in_the_next_partition(tx: Transaction, room: Mailroom, now: datetime) -> None:
    """Each lies whole in one, both are mailed, and nothing is moved."""
    assert not partitions.open_next(tx)
    fill(tx, "delivery_from_0")
    assert partitions.open_next(tx)
    # As if whoever made it had ended before the letters were told.
    assert not partitions.open_next(tx)
    assert partitions.go_on_there(tx)
    assert not partitions.go_on_there(tx)
    later = plan_another(tx, room, now)

    assert {"delivery_from_0"} == places(tx, room.letter_id)
    assert {"delivery_from_1000000"} == places(tx, later)
    claimed = leases.claim(tx, WORKER, now, 10)
    assert [room.letter_id] * 3 + [later] * 3 == [one.letter_id for one in claimed]
    assert 6 == len(gate.mark(tx, WORKER, claimed, now))
    assert () == ledger.accept(tx, WORKER, [Outcome(one, ACCEPTED, TAKEN) for one in claimed], now)
    assert {"accepted"} == set(tx.execute(select(delivery.c.state)).scalars())


def test_letters_of_a_copy_lie_elsewhere_until_the_next_partition(tx: Transaction, room: Mailroom, now: datetime) -> None:
    """They have the numbers of another database; the next partition is made behind all of them."""
    tx.execute(text("SELECT setval('letter_id_seq', 3000000)"))
    brought = plan_another(tx, room, now)
    assert {"delivery_from_elsewhere"} == places(tx, brought)

    assert partitions.open_next(tx)
    assert partitions.go_on_there(tx)
    assert {"delivery_from_4000000"} == places(tx, plan_another(tx, room, now))


def test_statements_of_a_mailing_leave_out_other_partitions(tx: Transaction, room: Mailroom, now: datetime) -> None:
    """Who claims, marks and accepts pays for the partition of the letter, and for those alone that it is about."""
    # As many as most lists have: so few that looking up a hundred ids would cost more than reading all.
    like = {"letter_id": room.letter_id, "email": "", "state": "accepted", "not_before": now}
    tx.execute(insert(delivery), [like | {"email_hash": f"other {number}"} for number in range(8000)])
    tx.execute(text("ANALYZE delivery"))
    asked: list[tuple[str, object]] = []

    def note(_c: Connection, _cursor: object, said: str, values: object, _context: object, _many: object) -> None:
        if said.startswith("UPDATE delivery") or "FOR UPDATE SKIP LOCKED" in said:
            asked.append((said, values))

    event.listen(tx, "before_cursor_execute", note)
    claimed = leases.claim(tx, WORKER, now, 10)
    gate.mark(tx, WORKER, claimed, now)
    ledger.accept(tx, WORKER, [Outcome(one, ACCEPTED, TAKEN) for one in claimed], now)
    event.remove(tx, "before_cursor_execute", note)

    assert 4 == len(asked)
    for said, values in asked:
        plan = "\n".join(tx.exec_driver_sql(f"EXPLAIN {said}", values).scalars())  # type: ignore[arg-type]  # the driver's
        assert "delivery_from_0" in plan
        assert "delivery_from_elsewhere" not in plan, plan
        assert "ix_delivery_held" not in plan, "walks all that the worker holds"
        assert "Seq Scan on delivery" not in plan, "walks the whole issue"


def test_whoever_writes_long_is_not_waited_for(database: Database, tx: Transaction, room: Mailroom, now: datetime) -> None:
    """All who want the table would wait behind us."""
    fill(tx, "delivery_from_0")
    with undone(database) as planning:
        plan_another(planning, room, now)

        with pytest.raises(DatabaseAway), tx.begin_nested():
            partitions.open_next(tx)
