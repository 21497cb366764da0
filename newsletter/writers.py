"""Who writes: by a connection that is kept, and at SQLite one after the other, the mailer before all pages."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Self

from sqlalchemy import Connection, Engine, RootTransaction
from sqlalchemy.exc import OperationalError

from newsletter.turnstile import Turnstile

# How long SQLite waits for another writer before it gives up, in milliseconds.
BUSY_TIMEOUT = 10_000


class DatabaseBusy(Exception):  # noqa: N818 -- named for what happened
    """Somebody else is writing, and waiting for it was not wanted; nothing was done."""


@dataclass(frozen=True, slots=True)
class Turns:
    """How a writer of this process comes to its turn at SQLite, which has one at a time; on PostgreSQL nobody waits for one.

    SQLite itself has no line: whoever finds it taken sleeps, up to a tenth of a second, and tries again. Beside 40 visitors
    who wrote the mailer hardly came to it: 4 messages a second instead of 180.
    """

    turnstile: Turnstile | None
    within: float = BUSY_TIMEOUT / 1000
    goes_ahead: bool = False

    def before_others(self) -> Self:
        """Give the same for whoever comes before all others."""
        return replace(self, goes_ahead=True)

    def at_once(self) -> Self:
        """Give the same for whoever does not wait."""
        return replace(self, within=0.0, goes_ahead=True)

    def take(self) -> None:
        """Wait for one's turn.

        Raises:
            OperationalError: it did not come in time, as SQLite says it of other processes.
            DatabaseBusy: somebody has it, and waiting was not wanted.

        """
        if self.turnstile is None:
            return
        try:
            self.turnstile.take(self.within, goes_ahead=self.goes_ahead)
        except TimeoutError as error:
            if not self.within:
                raise DatabaseBusy from error
            raise OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked")) from error

    def hand_on(self) -> None:
        """Let the next one have the turn."""
        if self.turnstile is not None:
            self.turnstile.hand_on()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Have a turn; raises as `take` does."""
        self.take()
        try:
            yield
        finally:
            self.hand_on()


class Writer:
    """One connection that is kept: fetching and returning one for each transaction costs as much as a short transaction."""

    def __init__(self, engine: Engine, turns: Turns, admit: Callable[[Connection], None] | None = None) -> None:
        self._engine = engine
        self._turns = turns
        # Asked at the beginning of each transaction; raises when nothing may be written.
        self._admit = admit
        self._connection: Connection | None = None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a transaction as `Database.write` does; behind an error the next one has a fresh connection.

        Raises:
            DatabaseBusy: somebody else is writing, and this writer does not wait.

        """
        if self._connection is None:
            self._connection = self._engine.connect()
        try:
            self._turns.take()
            try:
                with self._begun(self._connection):
                    if self._admit is not None:
                        self._admit(self._connection)
                    yield self._connection
            finally:
                self._turns.hand_on()
        except DatabaseBusy:
            raise
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the connection back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _begun(self, connection: Connection) -> RootTransaction:
        try:
            return connection.begin()
        except OperationalError as error:
            if getattr(error.orig, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
                raise DatabaseBusy from error
            raise
