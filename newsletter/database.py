"""Opens the database, SQLite or PostgreSQL, so that the same statements behave the same on both."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, InternalError, OperationalError, SQLAlchemyError

from newsletter import outbox, postgres, shape
from newsletter.errors import SettingWrong, TookTooLong
from newsletter.instance import known_instance
from newsletter.journal import Journal
from newsletter.tables import (
    apikeys,
    archive,
    authors,
    clicks,
    datarequests,
    departures,
    digests,
    dkim,
    feeds,
    further,
    guests,
    images,
    importwork,
    instance,
    issues,
    letters,
    links,
    mail,
    presence,
    relays,
    returns,
    review,
    staff,
    webhooks,
)
from newsletter.turnstile import Turnstile
from newsletter.writers import BUSY_TIMEOUT, DatabaseBusy, Turns, Writer
from subscribers import journal as notes
from subscribers import news
from subscribers.tables import attributes, errands, evidence, imports, limits, lists, people, segments
from subscribers.tables.kinds import Instant

log = structlog.get_logger()

# Named so that a table can only be forgotten here by breaking this line: migrations compare against exactly these.
TABLE_MODULES = (
    people,
    attributes,
    lists,
    segments,
    evidence,
    imports,
    limits,
    errands,
    instance,
    feeds,
    issues,
    letters,
    images,
    archive,
    links,
    review,
    guests,
    mail,
    further,
    relays,
    staff,
    dkim,
    departures,
    digests,
    datarequests,
    importwork,
    authors,
    clicks,
    presence,
    returns,
    apikeys,
    webhooks,
)

# Who may read the file of an SQLite database.
PRIVATE = 0o600

# How many instructions SQLite's machine does between two looks at the clock: about a millisecond.
STEPS_BETWEEN_LOOKS = 100_000

# Any number that no other program on the same PostgreSQL database uses.
UPGRADE_LOCK = 7_306_087_434

# Held by each transaction of a door, and by nobody while hashes are moved to another key.
DOORS_LOCK = 7_306_087_435

# What a transaction raises, under names of our own; the driver's words stand in `orig`.
DatabaseFault = DBAPIError
# The database is away, restarting, full or locked: try later, nothing was written.
DatabaseAway = OperationalError
# InternalError is what psycopg says where a pooler's line to the server is cut in the middle of an answer ("received 2 results
# from command 'BEGIN'"): another line is opened for the next transaction.
UNAVAILABLE = (OperationalError, InterfaceError, InternalError)

_WRITES = {"newsletter_writes": True}

# SQLite for writing very much: without waiting for the disk, 32 MB of pages kept in memory, and a longer log, so that a page
# of an index that is changed by every transaction is copied home less often.
BULK = ("PRAGMA synchronous=NORMAL", "PRAGMA cache_size=-32768", "PRAGMA wal_autocheckpoint=8000")


class Database:
    """Where everything is kept; gives out transactions.

    Whatever a transaction owes the *journal* is written there before it is committed, or nothing is. Without one the debts
    are forgotten: for tests, and for the moments before anybody is known.
    """

    def __init__(self, url: str, journal: Journal | None = None, key_check: str = "") -> None:
        self.url = _checked_url(url)
        # Empty: whoever writes is not asked for the instance's key.
        self._key_check = key_check
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._reading = _sqlite_engine(self.url, BUSY_TIMEOUT) if self.is_sqlite else postgres.engine(self.url)
        self._journal = journal
        _pay_debts(self._reading, journal)
        self._writing = self._reading.execution_options(**_WRITES)
        self._writing_at_once: Engine | None = None
        self._turns = Turns(Turnstile() if self.is_sqlite else None)
        if self.is_sqlite:
            hasty = _sqlite_engine(self.url, 0)
            _pay_debts(hasty, journal)
            self._writing_at_once = hasty.execution_options(**_WRITES)

    @property
    def path(self) -> Path | None:
        """The file of an SQLite database, None on PostgreSQL."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    @property
    def is_on_this_machine(self) -> bool:
        """Whether it is a clone when the machine is: a file, or a server that no other machine reaches by this address."""
        host = self.url.host or str(self.url.query.get("host", ""))
        return self.is_sqlite or host.startswith("/") or host in {"", "localhost", "127.0.0.1", "::1"}

    @contextmanager
    def read(self, within: float | None = None) -> Iterator[Connection]:
        """Give a transaction that only reads; on SQLite it never waits for a writer.

        Raises:
            TookTooLong: a statement was not done *within* so many seconds, and was stopped.

        """
        with self._reading.connect() as connection, connection.begin():
            if within is None:
                yield connection
                return
            with _at_most(connection, within, is_sqlite=self.is_sqlite):
                yield connection

    @contextmanager
    def read_one_moment(self) -> Iterator[Connection]:
        """Give a transaction that only reads, and sees what was there at its first statement to its end; PostgreSQL only."""
        # Said as it begins: behind a pooler a transaction is guarded by its first statement, and then it is too late.
        engine = self._reading.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self, *, goes_ahead: bool = False) -> Iterator[Connection]:
        """Give a transaction that may write: committed at the end of the block, rolled back by an exception.

        At SQLite the threads of a process come one after the other; whoever *goes_ahead* holds up others and comes first.

        SQLite begins it IMMEDIATE: a transaction that starts by reading fails at once when it wants to write
        later and somebody else wrote in between (2,555 SQLITE_BUSY in 6 s when that was tried).
        """
        turns = self._turns.before_others() if goes_ahead else self._turns
        with turns.one(), self._writing.begin() as connection:
            if self._key_check:
                self._require_key(connection)
            yield connection

    @contextmanager
    def write_alone(self) -> Iterator[Connection]:
        """Give a transaction that may write, while no door of any process has one open; they wait until it ends.

        Raises:
            DatabaseBusy: one is open at this moment, on PostgreSQL; try again.

        """
        with self._turns.one(), self._writing.begin() as connection:
            if not self.is_sqlite and not connection.execute(select(func.pg_try_advisory_xact_lock(DOORS_LOCK))).scalar_one():
                raise DatabaseBusy
            yield connection

    def _require_key(self, connection: Connection) -> None:
        # Whoever was started before the key was changed would recognise nobody, and must not write any more. The lock comes
        # first, in a statement of its own: behind it the change is seen.
        if not self.is_sqlite:
            connection.execute(select(func.pg_advisory_xact_lock_shared(DOORS_LOCK)))
        known_instance(connection, self._key_check)

    def writer(self) -> Writer:
        """Give a connection of one's own for a mailer, which writes again and again; its turn comes before those of all pages.

        It is not asked for the instance's key, nor kept out while people are moved to another one: a mailer hashes no address.
        It takes the hash that the row of a delivery has, and holds that row, and nobody whose row is held is moved.
        """
        return Writer(self._writing, self._turns.before_others())

    def hasty_writer(self) -> Writer:
        """Give one that does not wait for other writers, but raises DatabaseBusy: for whoever must not block. SQLite only."""
        assert self._writing_at_once is not None
        return Writer(self._writing_at_once, self._turns.at_once())

    @contextmanager
    def bulk_writer(self) -> Iterator[Writer]:
        """Give one for work in many transactions that goes on where it was when it is begun again.

        It is a door like `write`: the instance's key is asked for, and nobody is moved to another one meanwhile.

        On SQLite the last of them may be forgotten in a power cut, and no other: each of an import's writes megabytes of
        indexes, and waiting for the disk every time took as long as everything else. The next transaction of anybody else
        makes them last.
        """
        engine: Engine = self._writing
        if self.is_sqlite:
            engine = _sqlite_engine(self.url, BUSY_TIMEOUT, BULK)
            _pay_debts(engine, self._journal)
            engine = engine.execution_options(**_WRITES)
        writer = Writer(engine, self._turns, self._require_key if self._key_check else None)
        try:
            yield writer
        finally:
            writer.close()
            if self.is_sqlite:
                engine.dispose()

    def upgrade(self) -> None:
        """Bring the tables to the newest shape; creates them where there are none.

        Raises:
            UnknownShape: a newer version made the shape they have.

        """
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if not self.path.exists():
                # Addresses of people stand in it; SQLite's other files take its mode.
                self.path.touch(PRIVATE)
        with self._writing.begin() as connection:
            if not self.is_sqlite:
                # Two that start together (web and worker) take turns; SQLite's write lock does the same.
                connection.execute(select(func.pg_advisory_xact_lock(UPGRADE_LOCK)))
            shape.upgrade(connection)

    def scrub(self) -> None:
        """Let what was deleted stand nowhere in the files of SQLite that no reader holds; PostgreSQL vacuums by itself."""
        if not self.is_sqlite:
            return
        with self._reading.connect() as connection:
            driver: Any = connection.connection.driver_connection
            # Outside a transaction. What cannot be emptied now, because somebody reads, is emptied by a later one.
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def misfit(self) -> str:
        """Say why this version cannot work on the tables as they are; empty where it can."""
        with self.read() as tx:
            return shape.misfit(tx)

    def is_current(self) -> bool:
        """Whether the tables have the shape this version expects."""
        with self.read() as tx:
            return shape.current(tx) == shape.known()[-1]

    def moment(self) -> datetime:
        """Ask PostgreSQL's clock, which all hosts share. SQLite has no clock but that of the machine."""
        assert not self.is_sqlite
        with self.read() as tx:
            # Not now(): that is the moment the transaction began.
            return tx.execute(select(func.clock_timestamp(type_=Instant()))).scalar_one()

    def answers(self) -> bool:
        """Whether the database does what it is asked at this moment."""
        try:
            with self.read() as tx:
                tx.execute(select(1))
        except SQLAlchemyError as error:
            log.warning("the database does not answer", reason=str(error))
            return False
        return True

    def close(self) -> None:
        """Give all connections back."""
        self._reading.dispose()
        if self._writing_at_once is not None:
            self._writing_at_once.dispose()


@contextmanager
def _at_most(connection: Connection, seconds: float, *, is_sqlite: bool) -> Iterator[None]:
    driver: Any = connection.connection.driver_connection
    if is_sqlite:
        ends_at = time.monotonic() + seconds
        driver.set_progress_handler(lambda: time.monotonic() > ends_at, STEPS_BETWEEN_LOOKS)
    else:
        # Ends with the transaction. Zero would be for ever.
        connection.execute(select(func.set_config("statement_timeout", str(max(1, round(seconds * 1000))), True)))
    try:
        yield
    except OperationalError as error:
        if _was_stopped(error):
            raise TookTooLong(seconds) from error
        raise
    finally:
        if is_sqlite:
            driver.set_progress_handler(None, 0)


def _was_stopped(error: OperationalError) -> bool:
    # 57014: query_canceled.
    return getattr(error.orig, "sqlstate", "") == "57014" or getattr(error.orig, "sqlite_errorname", "") == "SQLITE_INTERRUPT"


def _checked_url(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise SettingWrong(
            "NEWSLETTER_DATABASE_URL", "is no database address, for instance postgresql://user@host/name"
        ) from error
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            raise SettingWrong("NEWSLETTER_DATABASE_URL", "names no file; SQLite in memory would lose the ledger")
        return url.set(drivername="sqlite+pysqlite")
    raise SettingWrong("NEWSLETTER_DATABASE_URL", f"{url.get_backend_name()} is not supported; use sqlite or postgresql")


def _sqlite_engine(url: URL, busy_timeout: int, more: Sequence[str] = ()) -> Engine:
    connecting = {"check_same_thread": False, "timeout": busy_timeout / 1000}
    engine = create_engine(url, connect_args=connecting, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:  # noqa: ANN401 -- the driver's types
        # The driver must not begin transactions of its own; `begin` below does.
        connection.isolation_level = None
        cursor = connection.cursor()
        # Kept in the file. Whoever meets a file that somebody else is just making is told "locked" at once, whatever the
        # time-out; it is WAL by the next connection then.
        with suppress(sqlite3.OperationalError):
            cursor.execute("PRAGMA journal_mode=WAL")
        # NORMAL may forget the last "accepted" or "withdrawn" after a power cut.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        # What is deleted is overwritten: an erased address must not stand in the file because no page was needed meanwhile.
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.execute(f"PRAGMA busy_timeout={busy_timeout}")
        for pragma in more:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("newsletter_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _pay_debts(engine: Engine, journal: Journal | None) -> None:
    """Let no transaction of *engine* be committed before what it tells is written down, and the journal has what it owes."""

    @event.listens_for(engine, "commit")
    def pay(connection: Connection) -> None:
        told = news.settle(connection)
        if told:
            outbox.keep(connection, told)
        lines = notes.settle(connection)
        if lines and journal is not None:
            # Raises when it cannot be written; SQLAlchemy rolls back then.
            journal.keep(lines)

    @event.listens_for(engine, "rollback")
    def forget(connection: Connection) -> None:
        # Where the line to the database was lost, what was owed is gone with it, and asking would open a new one.
        if not connection.invalidated:
            notes.settle(connection)
            news.settle(connection)
