from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import select

from newsletter.database import Database
from subscribers import acts, seals, walk
from subscribers.consent import Act, Door, Evidence
from subscribers.sealer import Seal
from subscribers.tables.evidence import consent
from subscribers.tokens import Keyring
from tests.harness.people import a_list, ask, join

ANN = "ann@x.test"
DAY = timedelta(days=1)


def seal(database: Database, keyring: Keyring, now: datetime) -> Seal | None:
    """Seal what was said."""
    return seals.seal(database.write, database.read, keyring, now)


def all_seals(database: Database) -> list[Seal]:
    """Give all seals."""
    with database.read() as tx:
        return list(seals.all_seals(tx))


def test_each_day_is_sealed_once(database: Database, keyring: Keyring, now: datetime) -> None:
    """Over what was said since the day before."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        join(tx, keyring, friends, ANN, now)
    first = seal(database, keyring, now)
    again = seal(database, keyring, now + timedelta(hours=15))
    with database.write() as tx:
        ask(tx, keyring, friends, "bob@x.test", now)
    second = seal(database, keyring, now + DAY)

    assert first is not None
    assert again is None
    assert second is not None
    assert [(1, 0, 2, 1), (2, first.last_id, 1, 1)] == [
        (one.number, one.after_id, one.acts, one.chains) for one in (first, second)
    ]
    assert [first, second] == all_seals(database)


def test_day_without_acts_is_sealed_too(database: Database, keyring: Keyring, now: datetime) -> None:
    """A missing seal is a question; an empty one is an answer."""
    made = [seal(database, keyring, now + DAY * days) for days in range(3)]

    assert [(1, 0), (2, 0), (3, 0)] == [(one.number, one.acts) for one in made if one]


def test_two_that_seal_at_once_make_one_seal(database: Database, keyring: Keyring, now: datetime) -> None:
    """Every host has a worker."""
    with database.write() as tx:
        join(tx, keyring, a_list(tx, now).id, ANN, now)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: seal(database, keyring, now), range(4)))

    assert 1 == sum(one is not None for one in made)
    assert 1 == len(all_seals(database))


def test_new_key_seals_everything_anew(database: Database, keyring: Keyring, now: datetime) -> None:
    """What only the former key can check is covered by one of the new one."""
    with database.write() as tx:
        join(tx, keyring, a_list(tx, now).id, ANN, now)
    seal(database, keyring, now)
    other = Keyring("another secret of the tests, also long")
    anew = seal(database, other, now + DAY)
    with database.read() as tx:
        seen = walk.verify(tx, other)

    assert anew is not None
    assert (0, 2) == (anew.after_id, anew.acts)
    assert () == seen.findings


def test_more_acts_than_are_read_at_once(
    database: Database, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None is left out between two pieces."""
    monkeypatch.setattr(seals, "CHUNK", 3)
    basis = Evidence(Door.IMPORT_, "Members")
    with database.write() as tx:
        ann = join(tx, keyring, a_list(tx, now).id, ANN, now).subscriber
        for _ in range(8):
            acts.append_many(tx, {ann.id: ann.address.key}, None, Act.IMPORTED, now, basis)
    made = seal(database, keyring, now)
    with database.read() as tx:
        assert () == walk.verify(tx, keyring).findings

    assert made is not None
    assert 10 == made.acts


def test_act_that_is_not_committed_yet_is_waited_for(postgres_url: str, keyring: Keyring, now: datetime) -> None:
    """Its id is lower than that of one which is; sealing between them would leave a hole that looks like a forgery."""
    database = Database(postgres_url)
    with database.write() as tx:
        friends = a_list(tx, now).id
        ask(tx, keyring, friends, "bob@x.test", now)
    is_written, may_end = Event(), Event()

    def write_slowly() -> None:
        with database.write() as tx:
            ask(tx, keyring, friends, ANN, now)
            is_written.set()
            may_end.wait(10)

    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(write_slowly)
        is_written.wait(10)
        with database.write() as tx:
            join(tx, keyring, friends, "cem@x.test", now)
        sealing = pool.submit(seal, database, keyring, now)
        may_end.set()
        made = sealing.result()
        writing.result()
    with database.read() as tx:
        ids = tx.execute(select(consent.c.id)).scalars().all()
        seen = walk.verify(tx, keyring)
    database.close()

    assert made is not None
    assert (4, max(ids)) == (made.acts, made.last_id)
    assert () == seen.findings
    assert 0 == seen.unsealed
