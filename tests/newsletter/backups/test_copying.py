"""An instance goes from one kind of database into the other and back, whole, and no two of it mail."""

import signal
from datetime import datetime
from pathlib import Path

import pytest

from newsletter import instance
from newsletter.backups import copying, tables
from newsletter.backups.refusal import BackupUnusable
from newsletter.database import Database
from newsletter.errors import AlreadyThere, BadValue
from newsletter.mail import mailings
from newsletter.mail.delivery import DeliveryState
from newsletter.people.carrying import Carrier
from subscribers.exchange.model import ImportOrder
from subscribers.tokens import Keyring
from tests.conftest import SECRET
from tests.harness import mailroom
from tests.harness.processes import run_command, sink_process
from tests.harness.sinklog import LogTail
from tests.harness.terminal import Terminal
from tests.harness.trial import plan, run, running, wait_until

# Enough that a worker is told to stop in the middle.
PEOPLE = 100
IMPORT = ImportOrder(1, "Asked.", is_confirmed=True)
NAMES = ("ann", "bob", "cem", "dee")


def quietly(_done: int, _total: int) -> None:
    """Tell nobody."""


@pytest.fixture
def source(sqlite_url: str, now: datetime) -> Database:
    """Give a database with a letter that is planned for four people."""
    database = Database(sqlite_url)
    with database.write() as tx:
        mailroom.open_mailroom(tx, Keyring(SECRET), now, NAMES)
    return database


def sums(database: Database) -> dict[str, object]:
    """Give all tables but those in which a copy says that it is one."""
    itself = {"instance", "audit", "alert"}
    with database.read() as tx:
        return {one.name: sorted(map(repr, tables.rows(tx, one))) for one in tables.layouts() if one.name not in itself}


def test_there_and_back_it_is_the_same(source: Database, postgres_url: str, tmp_path: Path, now: datetime) -> None:
    """Held each time; numbers that were given go on behind those of the original."""
    copied = copying.copy(source, postgres_url, tmp_path, now, quietly)
    there = Database(postgres_url)
    copying.copy(there, f"sqlite:///{tmp_path}/back/again.db", tmp_path, now, quietly)
    back = Database(f"sqlite:///{tmp_path}/back/again.db")

    assert sums(source) == sums(there) == sums(back)
    assert (len(NAMES), 0) == (copied.rows["delivery"], copied.found)
    with there.read() as tx, back.read() as ours:
        assert mailings.is_copy(tx)
        assert mailings.is_copy(ours)
        assert tables.numbers(ours, tables.layouts())["delivery"] > 2 * instance.LEAP
    for one in (source, there, back):
        one.close()


@pytest.mark.parametrize("way", ["up", "down"])
def test_killed_copy_goes_on(way: str, source: Database, postgres_url: str, tmp_path: Path, now: datetime) -> None:
    """A power cut between two batches, of an instance with the file of an import; nothing is lost and nothing there twice."""
    data = b"email\n" + b"%s@example.org\n" * 100_000
    work = Carrier(source, Keyring(SECRET), tmp_path, lambda: now).keep(
        ImportOrder(1, "Asked.", is_confirmed=True), "ann", data
    )
    here, there = source, Database(postgres_url)
    if way == "down":
        copying.copy(source, postgres_url, tmp_path, now, quietly)
        (tmp_path / "uploads" / work.stored).unlink()
        here, there = there, Database(f"sqlite:///{tmp_path}/down/copy.db")
    url = there.url.render_as_string(hide_password=False)
    settings = {"NEWSLETTER_DATABASE_URL": here.url.render_as_string(hide_password=False), "NEWSLETTER_SECRET_KEY": SECRET}
    settings |= {"NEWSLETTER_DATA_DIR": str(tmp_path), "NEWSLETTER_FAILPOINT": "rows.copied:kill:6"}
    killed = run_command(settings, "database", "copy", "--to", url)
    copied = copying.copy(here, url, tmp_path, now, quietly)
    with Carrier(there, Keyring(SECRET), tmp_path / "elsewhere", lambda: now).reopen(work) as file:
        brought = file.read()

    assert -9 == killed.returncode, killed.stderr
    assert (True, data) == (copied.found > 0, brought)
    assert {**sums(here), "upload_piece": None} == {**sums(there), "upload_piece": None}
    source.close()
    here.close()
    there.close()


@pytest.mark.parametrize("stops_at", [1, 8, 17])
def test_interrupted_copy_goes_on(source: Database, postgres_url: str, tmp_path: Path, now: datetime, stops_at: int) -> None:
    """Until then nobody can work with it; what is there is not brought again."""

    def stop(done: int, _total: int) -> None:
        if done >= stops_at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copying.copy(source, postgres_url, tmp_path, now, stop)
    settings = {"NEWSLETTER_DATABASE_URL": postgres_url, "NEWSLETTER_SECRET_KEY": SECRET, "NEWSLETTER_DATA_DIR": str(tmp_path)}
    for words in (("init",), ("lists", "list")):
        told = Terminal(settings)(*words)
        assert (6, True) == (told.code, "newsletter database copy" in told.err), told.err
    looked = copying.look(source, postgres_url, tmp_path, now)
    copied = copying.copy(source, postgres_url, tmp_path, now, quietly)

    assert copied.found == looked.found >= stops_at
    there = Database(postgres_url)
    assert sums(source) == sums(there)
    there.close()
    source.close()


def test_what_was_written_between_two_runs_is_noticed(
    source: Database, postgres_url: str, tmp_path: Path, now: datetime
) -> None:
    """And mended by beginning anew."""

    def stop(done: int, total: int) -> None:
        if done >= total - 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copying.copy(source, postgres_url, tmp_path, now, stop)
    with source.write() as tx:
        tx.exec_driver_sql("UPDATE subscriber SET name = 'Somebody' WHERE id = 1")
    with pytest.raises(BackupUnusable, match="--anew"):
        copying.copy(source, postgres_url, tmp_path, now, quietly)
    copied = copying.copy(source, postgres_url, tmp_path, now, quietly, anew=True)

    there = Database(postgres_url)
    assert (0, sums(source)) == (copied.found, sums(there))
    there.close()
    source.close()


def test_database_of_somebody_is_not_written_over(source: Database, postgres_url: str, tmp_path: Path, now: datetime) -> None:
    """Nor is the original copied into itself, nor into what another copy left."""
    with pytest.raises(BadValue, match="would be copied"):
        copying.copy(source, source.url.render_as_string(), tmp_path, now, quietly)
    (tmp_path / "same.db").symlink_to(source.path or "")
    with pytest.raises(BadValue, match="would be copied"):
        copying.copy(source, f"sqlite:///{tmp_path}/same.db", tmp_path, now, quietly)
    theirs = Database(postgres_url)
    with theirs.write() as tx:
        instance.claim_instance(tx, Keyring(SECRET).key_check, now)
    with pytest.raises(AlreadyThere):
        copying.copy(source, postgres_url, tmp_path, now, quietly, anew=True)
    with theirs.write() as tx:
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = 'unfinished-0001-abc'")
    with pytest.raises(BackupUnusable, match="did not finish"):
        copying.copy(source, postgres_url, tmp_path, now, quietly)
    with theirs.write() as tx:
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    theirs.close()
    source.close()


def test_row_that_the_other_database_cannot_take_is_named(
    source: Database, postgres_url: str, tmp_path: Path, now: datetime
) -> None:
    """PostgreSQL has no text with a zero byte."""
    with source.write() as tx:
        tx.exec_driver_sql("UPDATE subscriber SET name = 'a' || char(0) || 'b' WHERE id = 1")
    with pytest.raises(BackupUnusable, match="subscriber"):
        copying.copy(source, postgres_url, tmp_path, now, quietly)
    source.close()


def test_half_sent_issue_goes_on_where_it_was_moved_to(sqlite_url: str, postgres_url: str, tmp_path: Path) -> None:
    """Stopped, copied, adopted: everybody gets it once."""
    (tmp_path / "here").mkdir()
    trial = plan(sqlite_url, tmp_path / "here", PEOPLE)
    tail = LogTail(trial.log)
    with sink_process(trial.log) as port:
        with running(trial.settings(port), trial.folder) as worker:
            wait_until(lambda: tail.count() > 0, "some mail")
            worker.send(signal.SIGTERM)
            worker.wait()
        mailed = LogTail(trial.log).count()
        assert 0 < mailed < PEOPLE
        Terminal(trial.settings(port)).ok("database", "copy", "--to", postgres_url)
        moved = trial
        moved.url = postgres_url
        elsewhere = Terminal(moved.settings(port))
        assert 0 == run(moved.settings(port), moved.folder)
        assert mailed == LogTail(trial.log).count(), "nobody adopted it"
        adopted = elsewhere.ok("adopt", "--yes", "--stopped", "Moved to PostgreSQL.")
        assert 0 == run(moved.settings(port), moved.folder)

    assert 0 == adopted["uncertain"]
    assert {DeliveryState.ACCEPTED: PEOPLE} == dict(moved.states())
    assert [] == list(moved.checked().findings.doubled)
