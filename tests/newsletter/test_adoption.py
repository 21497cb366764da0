"""Copies mail nothing (P9): whatever way a database was copied or restored, on both engines."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from newsletter import adoption, instance
from newsletter.database import Database
from newsletter.errors import NotReplayed
from newsletter.instance import claim_instance
from newsletter.issues import alerts
from newsletter.mail import further, furtherbook, mailings
from newsletter.mail.delivery import DeliveryState
from newsletter.staff import audit
from newsletter.tables.mail import delivery
from subscribers.tokens import Keyring
from tests.harness import mailroom
from tests.harness.mailed import being_mailed


@pytest.fixture
def path(database: Database, tmp_path: Path, now: datetime) -> Path:
    """Give where the host remembers an instance that has run for three ticks."""
    path = adoption.home_of(database, tmp_path)
    with database.write() as tx:
        claim_instance(tx, "check", now)
    for _ in range(3):
        adoption.beat(database, path, now)
    return path


def is_copy(database: Database) -> bool:
    """Whether it mails nothing."""
    with database.read() as tx:
        return mailings.is_copy(tx)


def go_back(database: Database) -> None:
    """Make the database what it was two ticks ago."""
    with database.write() as tx:
        tx.execute(text("UPDATE instance SET pulse = pulse - 2"))


def test_original_goes_on(database: Database, path: Path, now: datetime) -> None:
    """However often it is started and ticks; on another host too where there may be many."""
    adoption.look(database, path, now)
    adoption.beat(database, path, now)

    assert not is_copy(database)
    with database.read() as tx:
        assert 4 == instance.standing(tx).pulse


@pytest.mark.parametrize("by", ["start", "tick"])
def test_restored_backup_is_disowned(database: Database, path: Path, now: datetime, by: str) -> None:
    """At the start, or at the next tick of a worker that lived through it; it is told once, and the count stands still."""
    go_back(database)
    notice = adoption.look if by == "start" else adoption.beat
    notice(database, path, now)
    notice(database, path, now)

    assert is_copy(database)
    with database.read() as tx:
        assert ["instance.disown"] == [one.act for one in audit.recent(tx)]
        assert 1 == len(alerts.open_alerts(tx))
        assert 1 == instance.standing(tx).pulse


def test_copied_file_is_disowned_and_the_original_is_not(sqlite_url: str, tmp_path: Path, now: datetime) -> None:
    """Wherever it is put, without the note that lies beside the original."""
    original = Database(sqlite_url)
    assert original.path is not None
    with original.write() as tx:
        claim_instance(tx, "check", now)
    adoption.beat(original, adoption.home_of(original, tmp_path), now)
    (tmp_path / "elsewhere").mkdir()
    for suffix in ("", "-wal"):
        if original.path.with_name(original.path.name + suffix).exists():
            shutil.copy(original.path.with_name(original.path.name + suffix), tmp_path / "elsewhere" / f"copy.db{suffix}")
    copy = Database(f"sqlite:///{tmp_path}/elsewhere/copy.db")
    adoption.look(copy, adoption.home_of(copy, tmp_path), now)
    adoption.look(original, adoption.home_of(original, tmp_path), now)

    assert is_copy(copy)
    assert not is_copy(original)
    copy.close()
    original.close()


def test_restored_dump_is_disowned(postgres_url: str, tmp_path: Path, now: datetime) -> None:
    """A dump makes its tables anew, in the same database too, on whatever host it is run then."""
    database = Database(postgres_url)
    with database.write() as tx:
        claim_instance(tx, "check", now)
    adoption.beat(database, tmp_path / "home", now)
    with database.write() as tx:
        tx.execute(text("CREATE TABLE dumped (LIKE instance INCLUDING ALL)"))
        tx.execute(text("INSERT INTO dumped SELECT * FROM instance"))
        tx.execute(text("DROP TABLE instance"))
        tx.execute(text("ALTER TABLE dumped RENAME TO instance"))
    adoption.look(database, tmp_path / "home-of-another-host", now)

    assert is_copy(database)
    database.close()


def test_snapshot_of_a_server_is_held_on_hosts_that_never_ran_it(postgres_url: str, tmp_path: Path, now: datetime) -> None:
    """It has all the numbers of the original; once it is adopted, each host may be the first."""
    database = Database(postgres_url)
    with database.write() as tx:
        claim_instance(tx, "check", now)
    adoption.beat(database, tmp_path / "home", now)
    tomorrow = now + timedelta(days=1)
    adoption.arrive(database, tmp_path / "home", tomorrow)
    was_held_at_home = is_copy(database)
    adoption.arrive(database, tmp_path / "home-of-another-host", tomorrow)
    is_held_elsewhere = is_copy(database)
    with database.write() as tx:
        adoption.adopt(tx, tmp_path / "home", tomorrow, stopped="moved")
    adoption.arrive(database, tmp_path / "home-of-a-third-host", tomorrow + timedelta(days=1))

    assert not was_held_at_home
    assert is_held_elsewhere
    assert not is_copy(database)
    database.close()


def test_copy_is_adopted_behind_its_journals(database: Database, path: Path, tmp_path: Path, now: datetime) -> None:
    """Or with a reason; no host that knew the original takes it for a backup again."""
    other_host = tmp_path / "of-another-host.home"
    shutil.copy(path, other_host)
    go_back(database)
    adoption.look(database, path, now)
    with pytest.raises(NotReplayed, match="--without-journal"), database.write() as tx:
        adoption.adopt(tx, path, now)
    with database.write() as tx:
        instance.mark_replayed(tx, now)
        adopted = adoption.adopt(tx, path, now)
    adoption.remember(path, adopted.home)
    for seen_by in (path, other_host):
        adoption.look(database, seen_by, now)
        adoption.beat(database, seen_by, now)

    assert not is_copy(database)
    with database.read() as tx:
        assert () == alerts.open_alerts(tx)
        assert instance.standing(tx).replayed_at is None


def test_copy_gives_nobody_a_number_that_the_original_gave_since(
    database: Database, tmp_path: Path, keyring: Keyring, now: datetime
) -> None:
    """A bounce of what it mailed behind the backup would keep somebody else out."""
    path = adoption.home_of(database, tmp_path)
    with database.write() as tx:
        before = mailroom.open_mailroom(tx, keyring, now, ("ann",))
    for _ in range(3):
        adoption.beat(database, path, now)
    go_back(database)
    adoption.look(database, path, now)
    with database.write() as tx:
        again = mailroom.plan(tx, before.newsletter_id, before.list_id, now, mailroom.a_draft(subject="February"))
        numbers = dict(tx.execute(select(delivery.c.letter_id, delivery.c.id)).all())

    assert numbers[before.letter_id] < instance.LEAP < numbers[again]


def test_copy_carries_out_no_order_of_the_original(database: Database, tmp_path: Path, keyring: Keyring, now: datetime) -> None:
    """What waited for its minute when a backup was made was done since."""
    path = adoption.home_of(database, tmp_path)
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, keyring, now, ("ann",))
    mailed = being_mailed(database, room, now)
    mailed.mail({"ann": DeliveryState.REFUSED})
    with database.write() as tx:
        further.order_rest(tx, mailed.issue_id, "Ann", now, also_new=False, people=3)
    for _ in range(3):
        adoption.beat(database, path, now)
    go_back(database)
    adoption.look(database, path, now)
    with database.write() as tx:
        adoption.adopt(tx, path, now, without_journal="moved")

        assert () == furtherbook.of_issue(tx, mailed.issue_id)


def test_host_that_cannot_remember_goes_on(postgres_url: str, tmp_path: Path, now: datetime) -> None:
    """A folder that cannot be written stops no mailing."""
    (tmp_path / "file").write_text("")
    database = Database(postgres_url)
    with database.write() as tx:
        claim_instance(tx, "check", now)
    for _ in range(2):
        adoption.beat(database, tmp_path / "file" / "home", now)

    assert not is_copy(database)
    database.close()


def test_clone_of_the_whole_folder_is_held_until_it_is_adopted(sqlite_url: str, tmp_path: Path, now: datetime) -> None:
    """With the note of where it was; where it was moved to it goes on."""
    original = Database(sqlite_url)
    assert original.path is not None
    with original.write() as tx:
        claim_instance(tx, "check", now)
    adoption.beat(original, adoption.home_of(original, tmp_path), now)
    original.close()
    clone = tmp_path / "clone"
    clone.mkdir()
    for found in tmp_path.glob("newsletter.db*"):
        shutil.copy(found, clone / found.name)
    copy = Database(f"sqlite:///{clone}/newsletter.db")
    path = adoption.home_of(copy, tmp_path)
    adoption.beat(copy, path, now)
    assert is_copy(copy)
    with copy.write() as tx:
        adopted = adoption.adopt(tx, path, now, stopped="cloned on purpose")
    adoption.remember(path, adopted.home)
    adoption.beat(copy, path, now)
    assert not is_copy(copy)
    copy.close()
    clone.rename(tmp_path / "moved")
    there = Database(f"sqlite:///{tmp_path}/moved/newsletter.db")
    adoption.beat(there, adoption.home_of(there, tmp_path), now)

    assert not is_copy(there)
    there.close()
