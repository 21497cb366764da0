"""Bootstrap: what `init` makes, what start refuses, and what a log may not hold."""

import errno
import io
import logging
import os
import re
import stat
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from alembic import command
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from newsletter.bootstrap import open_application, prepare, redacted, set_up_logging
from newsletter.clock import MovableClock, system_clock
from newsletter.database import Database
from newsletter.errors import DatabaseNotReady, InstanceMismatch, SettingWrong
from newsletter.mail import workers
from newsletter.settings import LogSettings, load
from newsletter.shape import SERVES, config, current, known
from newsletter.staff import doorlinks
from subscribers.tokens import Keyring, Purpose
from tests.harness import logs

NOW = datetime(2020, 2, 1, 8, 0, tzinfo=UTC)
SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Give the environment of a newcomer."""
    return {"NEWSLETTER_DATA_DIR": str(tmp_path / "deep" / "data")}


@pytest.fixture
def _logging_restored() -> Iterator[None]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)
    logs.write_plainly()


def test_init_makes_key_and_database(environ: dict[str, str]) -> None:
    """From nothing to an instance that opens."""
    prepare(load(environ), NOW)
    with open_application(load(environ), MovableClock(NOW)) as application:
        assert application.database.is_current()
        assert 0o700 == stat.S_IMODE(application.settings.data_dir.stat().st_mode)
        assert 0o600 == stat.S_IMODE(application.settings.secret_file.stat().st_mode)
        assert application.database.path is not None
        assert 0o600 == stat.S_IMODE(application.database.path.stat().st_mode)
        assert NOW <= application.clock()
        assert "http://127.0.0.1:8000/c/x" == application.links.confirm("x")
        assert application.relay is None


def test_init_twice_changes_nothing(environ: dict[str, str]) -> None:
    """The key of the first run stays."""
    first = prepare(load(environ), NOW)

    assert first.secret_key == prepare(load(environ), NOW).secret_key


def test_start_without_init_says_so(environ: dict[str, str]) -> None:
    """Nothing is made by looking."""
    with pytest.raises(SettingWrong, match="run `newsletter init` first"):
        open_application(load(environ))

    assert not Path(environ["NEWSLETTER_DATA_DIR"]).exists()


def test_start_without_database_says_so(environ: dict[str, str]) -> None:
    """A given key and no database: the file is not made by opening it."""
    with pytest.raises(DatabaseNotReady, match=r"There is no database .* Run `newsletter init` first"):
        open_application(load(environ | {"NEWSLETTER_SECRET_KEY": SECRET}))

    assert not Path(environ["NEWSLETTER_DATA_DIR"]).exists()


def test_start_on_an_older_shape_says_so(environ: dict[str, str], database_url: str) -> None:
    """An upgrade of the program asks for an upgrade of the tables."""
    _execute(database_url, "UPDATE alembic_version SET version_num = '0000'")

    with pytest.raises(DatabaseNotReady, match="does not have the shape"):
        open_application(load(environ | {"NEWSLETTER_DATABASE_URL": database_url, "NEWSLETTER_SECRET_KEY": SECRET}))


def test_init_on_a_newer_shape_refuses(environ: dict[str, str], database_url: str) -> None:
    """A database of a later version is not touched."""
    _execute(database_url, "UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(DatabaseNotReady, match="made by a newer version"):
        prepare(load(environ | {"NEWSLETTER_DATABASE_URL": database_url, "NEWSLETTER_SECRET_KEY": SECRET}), NOW)


def test_start_beside_a_newer_version_goes_on_where_that_serves_it(environ: dict[str, str], database_url: str) -> None:
    """So that hosts are upgraded one after the other; what is too old is told both shapes, and changes nothing."""
    own = load(environ | {"NEWSLETTER_DATABASE_URL": database_url, "NEWSLETTER_SECRET_KEY": SECRET})
    prepare(own, NOW)
    _execute(database_url, f"UPDATE instance SET least_shape = '{known()[-1]}'")  # noqa: S608 -- a number of our own
    _execute(database_url, "UPDATE alembic_version SET version_num = '9998'")
    with open_application(own) as application:
        assert application.database.answers()
    _execute(database_url, "UPDATE instance SET least_shape = '9998'")

    with pytest.raises(DatabaseNotReady, match=f"its tables have shape 9998, and {known()[-1]} is the newest this one knows"):
        open_application(own)


def test_init_says_whom_the_tables_serve(environ: dict[str, str], database_url: str) -> None:
    """Else the former release would not start beside this one."""
    prepare(load(environ | {"NEWSLETTER_DATABASE_URL": database_url, "NEWSLETTER_SECRET_KEY": SECRET}), NOW)
    database = Database(database_url)
    with database.read() as tx:
        assert SERVES == tx.execute(text("SELECT least_shape FROM instance")).scalar_one()
    database.close()


def test_init_leaves_no_worker_behind(environ: dict[str, str], database_url: str) -> None:
    """One that runs and could not go on is named, and nothing is changed; one that stopped is not waited for."""
    own = load(environ | {"NEWSLETTER_DATABASE_URL": database_url, "NEWSLETTER_SECRET_KEY": SECRET})
    now = system_clock()
    prepare(own, now)
    older = f"{int(SERVES) - 1:04}"
    database = Database(database_url)
    with database.write() as tx:
        workers.register(tx, "a", "host-a, process 1", now)
        workers.register(tx, "b", "host-b, process 2", now)
        workers.release(tx, "b", now)
        command.downgrade(config(tx), older)
    with pytest.raises(DatabaseNotReady, match=r"is not upgraded while workers .* run .*: host-a, process 1\. Stop them"):
        prepare(own, now)
    with database.write() as tx:
        assert older == current(tx)
        workers.release(tx, "a", now)
    prepare(own, now)

    assert database.is_current()
    database.close()


def test_another_key_is_refused(environ: dict[str, str], database_url: str) -> None:
    """Links and suppressions made with one key cannot be read with another."""
    own = environ | {"NEWSLETTER_DATABASE_URL": database_url}
    prepare(load(own | {"NEWSLETTER_SECRET_KEY": SECRET}), NOW)

    with pytest.raises(InstanceMismatch):
        open_application(load(own | {"NEWSLETTER_SECRET_KEY": SECRET[::-1]}))


def test_key_that_opens_nothing_is_not_kept(environ: dict[str, str], database_url: str) -> None:
    """A lost key file is not replaced by one that the database refuses."""
    own = environ | {"NEWSLETTER_DATABASE_URL": database_url}
    prepare(load(own | {"NEWSLETTER_SECRET_KEY": SECRET}), NOW)

    with pytest.raises(InstanceMismatch):
        prepare(load(own), NOW)
    assert not load(own).secret_file.exists()


def test_upgrades_at_once_all_end_well(environ: dict[str, str]) -> None:
    """Web and worker may both say `init` when they start together."""
    settings = load(environ | {"NEWSLETTER_SECRET_KEY": SECRET})
    settings.data_dir.mkdir(parents=True)
    troubles: list[BaseException] = []

    def upgrade() -> None:
        try:
            prepare(settings, NOW)
        except BaseException as error:  # noqa: BLE001 -- a thread's error is the finding
            troubles.append(error)

    threads = [threading.Thread(target=upgrade) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [] == troubles


@pytest.mark.parametrize(
    "url", ["postgresql://nobody@127.0.0.1:1/none", "sqlite:////proc/newsletter.db", "sqlite:////dev/null"]
)
def test_unreachable_database_is_told(environ: dict[str, str], url: str) -> None:
    """One sentence with the place and the reason, no password, no traceback."""
    with pytest.raises(DatabaseNotReady, match=r"The database .* cannot be"):
        prepare(load(environ | {"NEWSLETTER_DATABASE_URL": url, "NEWSLETTER_SECRET_KEY": SECRET}), NOW)


def test_file_that_is_no_database_is_told(environ: dict[str, str], tmp_path: Path) -> None:
    """Somebody else's file is not overwritten."""
    path = tmp_path / "letter.odt"
    path.write_text("not a database, but long enough to have a header that can be read" * 10)
    own = environ | {"NEWSLETTER_DATABASE_URL": f"sqlite:///{path}", "NEWSLETTER_SECRET_KEY": SECRET}

    with pytest.raises(DatabaseNotReady, match="not a database"):
        open_application(load(own))


def test_data_folder_that_cannot_be_made_is_told() -> None:
    """The folder is named."""
    with pytest.raises(SettingWrong, match="NEWSLETTER_DATA_DIR: /proc/newsletter cannot be made"):
        prepare(load({"NEWSLETTER_DATA_DIR": "/proc/newsletter"}), NOW)


@pytest.mark.usefixtures("_logging_restored")
@pytest.mark.parametrize("is_json", [False, True])
def test_logs_hold_no_address_and_no_token(capsys: pytest.CaptureFixture[str], *, is_json: bool) -> None:
    """Neither ours nor a library's line, nor a traceback."""
    token = Keyring(SECRET).seal(Purpose.UNSUBSCRIBE, 7)
    set_up_logging(LogSettings("info", is_json=is_json))

    structlog.get_logger().info("asked", address="ann@example.org", path=f"/u/{token}")
    logging.getLogger("library").warning("GET /u/%s for <ann@example.org>", token)
    structlog.get_logger().error("failed", exc_info=ValueError("ann@example.org"))

    told = capsys.readouterr()
    assert "" == told.out
    assert "asked" in told.err
    assert "ValueError" in told.err
    assert "ann@" not in told.err
    assert token not in told.err


class SmallDisk(io.StringIO):
    """A log on a disk that has no room."""

    has_room = False

    def write(self, text: str) -> int:
        """Write it, if there is room."""
        if not self.has_room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(text)


@pytest.mark.usefixtures("_logging_restored")
def test_log_that_cannot_be_written_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk under it is full: a mailing goes on without words, and has them again when there is room."""
    disk = SmallDisk()
    monkeypatch.setattr(sys, "stderr", disk)
    set_up_logging(LogSettings("info"))

    structlog.get_logger().warning("said to nobody")
    logging.getLogger("library").warning("nor this")
    disk.has_room = True
    structlog.get_logger().warning("said")

    assert ["said"] == re.findall("said.*", disk.getvalue())


@given(st.emails(), st.integers(0, 2**40 - 1))
def test_whatever_the_address_it_is_redacted(address: str, number: int) -> None:
    """Any address and any token, wherever they stand in a line."""
    token, door = Keyring(SECRET).seal(Purpose.PREFERENCES, number), doorlinks.token(Keyring(SECRET), number % 10**12)
    line = redacted(f"a {address} b https://host/p/{token}?x=1 and /desk/link/{door}/provider")

    assert address not in line
    assert token not in line
    assert door.partition("-")[2] not in line


def _execute(url: str, statement: str) -> None:
    database = Database(url)
    with database.write() as tx:
        tx.execute(text(statement))
    database.close()
