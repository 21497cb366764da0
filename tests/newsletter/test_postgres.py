"""PostgreSQL behind a pooler that lends its connections for one transaction: everything holds that holds without one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import OperationalError

from newsletter import instance, postgres
from newsletter.backups.snapshot import snapshot
from newsletter.database import Database
from newsletter.errors import TookTooLong
from newsletter.tables.mail import worker
from newsletter.writers import DatabaseBusy
from tests.conftest import SECRET
from tests.harness.pgbouncer import POOL, is_permitted, pgbouncer
from tests.harness.postgres import through
from tests.harness.terminal import Terminal

GUARDS = ("10s", "1min", "UTC")
MOMENT = ("transaction_isolation", "transaction_read_only", "idle_in_transaction_session_timeout")


@pytest.fixture(scope="module")
def bouncer(postgres_server: str) -> Iterator[int]:
    """Give the port of a PgBouncer in front of the tests' server."""
    if reason := is_permitted():
        pytest.skip(reason)
    with pgbouncer(postgres_server) as port:
        yield port


@pytest.fixture
def lent(postgres_url: str, bouncer: int) -> Iterator[Database]:
    """Give the database behind it."""
    opened = Database(through(postgres_url, bouncer))
    yield opened
    opened.close()


def guards(tx: Connection) -> tuple[object, ...]:
    """Give what guards a transaction."""
    names = ("lock_timeout", "idle_in_transaction_session_timeout", "TimeZone")
    return tuple(tx.execute(select(*(func.current_setting(name) for name in names))).one())


def settings_of(tx: Connection) -> list[str]:
    """Give what makes a transaction see one moment, for as long as it takes."""
    return list(tx.execute(select(*(func.current_setting(name) for name in MOMENT))).one())


def test_every_transaction_is_guarded_with_and_without_a_pooler(lent: Database, postgres_url: str) -> None:
    """However often a connection of the server changes hands, and though nothing is set for it."""
    direct = Database(postgres_url)
    seen = set()
    for _ in range(POOL + 1):
        with ExitStack() as together:
            seen |= {guards(together.enter_context(lent.write())) for _ in range(POOL)}
        with lent.read() as tx, direct.read() as other:
            seen |= {guards(tx), guards(other)}
    with lent.read() as tx:
        prepared = tx.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar_one()
    direct.close()

    assert {GUARDS} == seen
    assert 0 == prepared


def test_statement_that_is_said_again_and_again_finds_its_connection(lent: Database) -> None:
    """None is prepared, so none is missed in the hands of another process, nor there already."""

    def ask(_number: int) -> int:
        with lent.read() as tx:
            return tx.execute(select(func.count()).select_from(worker)).scalar_one()

    with ThreadPoolExecutor(2 * POOL) as many:
        counted = set(many.map(ask, range(120)))

    assert {0} == counted


def test_limits_of_time_and_locks_end_with_their_transaction(lent: Database) -> None:
    """A question that took too long is stopped, whoever has its connection next is not; whoever is alone lets go again."""
    with pytest.raises(TookTooLong), lent.read(within=0.05) as tx:
        tx.execute(text("SELECT pg_sleep(5)"))
    for _ in range(POOL):
        with lent.write() as tx:
            assert "0" == tx.execute(text("SHOW statement_timeout")).scalar_one()
    with lent.write_alone(), pytest.raises(DatabaseBusy), lent.write_alone():
        pass
    with lent.write_alone() as tx:
        assert GUARDS == guards(tx)


def test_one_moment_is_seen_to_its_end(lent: Database, postgres_url: str, tmp_path: Path, now: datetime) -> None:
    """With and without a pooler, whatever others write; whoever has the connection next is guarded as always."""
    with lent.write() as tx:
        instance.claim_instance(tx, "check", now)
    direct = Database(postgres_url)
    for database in (lent, direct):
        with snapshot(database, tmp_path) as tx:
            said = settings_of(tx)
            before = instance.standing(tx).pulse
            with lent.write() as other:
                instance.beat(other, "here", now)
            assert before == instance.standing(tx).pulse
        with database.write() as tx:
            after = (*settings_of(tx)[:2], *guards(tx))

        assert ["repeatable read", "on", "0"] == said
        assert ("read committed", "off", *GUARDS) == after
    direct.close()


def test_whole_instance_is_backed_up_and_copied_through_it(lent: Database, tmp_path: Path) -> None:
    """By the commands, as one types them."""
    folder = {"NEWSLETTER_DATA_DIR": str(tmp_path), "NEWSLETTER_SECRET_KEY": SECRET}
    terminal = Terminal(folder | {"NEWSLETTER_DATABASE_URL": lent.url.render_as_string(hide_password=False)})
    terminal.ok("lists", "create", "readers")
    written = terminal.ok("backup", str(tmp_path / "whole.backup"))
    copied = terminal.ok("database", "copy", "--to", f"sqlite:///{tmp_path}/copy.db")

    assert (1, 1) == (written["rows"]["mailing_list"], copied["rows"]["mailing_list"])


def test_line_that_carries_nothing_is_given_up(postgres_server: str) -> None:
    """Before the lease of a worker is over, unless the address says otherwise."""
    told = Database(f"{postgres_server}&tcp_user_timeout=1000")
    with told.read() as tx:
        driver = tx.connection.driver_connection
        assert driver is not None
        said = driver.info.get_parameters()
    told.close()

    assert ("1000", str(postgres.LINE["keepalives_idle"])) == (said["tcp_user_timeout"], said["keepalives_idle"])


def test_address_where_nobody_listens_is_told_at_once() -> None:
    """Whatever stands between."""
    nobody = Database("postgresql://postgres@127.0.0.1:9/none?connect_timeout=2")
    with pytest.raises(OperationalError), nobody.read():
        pass
    nobody.close()
