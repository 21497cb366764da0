"""One moment of a database, read for as long as it takes while others go on writing."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from newsletter.database import Database
from subscribers.transaction import Transaction

# PostgreSQL ends transactions that do nothing for a minute; whoever reads may wait for a slow disk in between.
_WITHOUT_HASTE = "SET LOCAL idle_in_transaction_session_timeout = 0"


@contextmanager
def snapshot(database: Database, beside: Path) -> Iterator[Transaction]:
    """Give a transaction that sees one moment; of an SQLite database a copy is made in the folder *beside* for as long.

    SQLite's own copying is used, and not one long read: that would keep its log from being emptied, and it would grow for as
    long as the reading takes.

    Raises:
        OSError: there is no room for the copy.

    """
    if database.path is None:
        with database.read_one_moment() as tx:
            tx.exec_driver_sql(_WITHOUT_HASTE)
            yield tx
        return
    with closing(_copy(database.path, beside)) as copy:
        engine = create_engine("sqlite+pysqlite://", creator=lambda: copy, poolclass=StaticPool)
        with engine.connect() as tx:
            yield tx
        engine.dispose()


def _copy(path: Path, beside: Path) -> sqlite3.Connection:
    """Copy a database, and open the copy; its name is gone when this returns, so that no kill leaves it behind."""
    with tempfile.NamedTemporaryFile(prefix=".newsletter-snapshot-", dir=beside) as file:
        with closing(sqlite3.connect(path, timeout=10)) as source, closing(sqlite3.connect(file.name)) as target:
            try:
                source.backup(target)
            except sqlite3.OperationalError as error:
                raise OSError(0, f"the database cannot be copied beside it: {error}") from error
        opened = sqlite3.connect(f"file:{file.name}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        # Opens the file while it has a name.
        opened.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        return opened
