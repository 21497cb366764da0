"""The database on both engines: shape, transactions, identity."""

import hmac
from datetime import datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import IntegrityError

from newsletter.database import Database, DatabaseFault
from newsletter.errors import InstanceMismatch, SettingWrong, TookTooLong
from newsletter.instance import claim_instance
from newsletter.shape import config
from newsletter.tables.staff import account
from newsletter.writers import DatabaseBusy
from subscribers import suppression
from subscribers.model import Reason
from subscribers.tables.kinds import metadata
from subscribers.tokens import Keyring


def test_migrations_lead_to_exactly_the_tables_of_the_code(database: Database) -> None:
    """A table changed without a migration is noticed here."""
    with database.read() as tx:
        ours = {"include_name": _is_ours, "include_object": _is_kept if tx.dialect.name == "postgresql" else None}
        difference = compare_metadata(MigrationContext.configure(tx, opts=ours), metadata)

    assert [] == difference


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    # What FTS5 keeps of its words is its own affair; the tests of searching are the ones of it. So are those of partitions.
    return kind != "table" or not (name or "").startswith(("archive_text", "delivery_from_"))


def _is_kept(what: object, _name: str | None, kind: str, _is_reflected: object, _other: object) -> bool:
    # A key to a table in partitions contains what divides it, so rows of other tables cannot refer to a delivery by its id.
    refers_to = {element.target_fullname for element in getattr(what, "elements", [])}
    return kind != "foreign_key_constraint" or refers_to != {"delivery.id"}


def test_is_current_after_upgrade(database: Database) -> None:
    """Upgrading twice changes nothing."""
    database.upgrade()

    assert database.is_current()


def test_hashes_of_former_versions_are_found_again(tmp_path: Path, keyring: Keyring) -> None:
    """They get the name of their key, and are what the key makes of the address now."""
    database = Database(f"sqlite:///{tmp_path}/newsletter.db")
    plain = hmac.digest(keyring.derive("address"), b"ann@x.test", "sha256").hex()
    with database.write() as tx:
        command.upgrade(config(tx), "0010")
        tx.execute(
            text("INSERT INTO instance VALUES ('one', :check, 1, '2020-02-01T08:00:00.000000Z')"), {"check": keyring.key_check}
        )
        tx.execute(
            text("INSERT INTO suppression (email_hash, list_id, reason, at) VALUES (:hash, 0, 'erased', :at)"),
            {"hash": plain, "at": "2020-02-01T08:00:00.000000Z"},
        )
    database.upgrade()

    with database.read() as tx:
        assert Reason.ERASED == suppression.reason_of(tx, keyring.hash_address("ann@x.test"), 1)
    database.close()


def test_write_is_rolled_back_by_an_exception(database: Database, now: datetime) -> None:
    """A block that fails leaves nothing behind."""

    def add_ann_twice() -> None:
        with database.write() as tx:
            tx.execute(insert(account).values(name="ann", role="editor", created_at=now))
            tx.execute(insert(account).values(name="ann", role="editor", created_at=now))

    with pytest.raises(IntegrityError):
        add_ann_twice()

    with database.read() as tx:
        assert [] == tx.execute(select(account.c.name)).all()


def test_instants_come_back_as_they_went(database: Database, now: datetime) -> None:
    """Aware UTC, to the microsecond, on both databases."""
    moment = now.replace(microsecond=123456)
    with database.write() as tx:
        tx.execute(insert(account).values(name="ann", role="editor", created_at=moment))

    with database.read() as tx:
        assert moment == tx.execute(select(account.c.created_at)).scalar_one()


def test_instance_keeps_its_identity(database: Database, now: datetime) -> None:
    """The second call finds what the first one made."""
    with database.write() as tx:
        first = claim_instance(tx, "check", now)
        second = claim_instance(tx, "check", now)

    assert first == second


def test_another_key_is_refused(database: Database, now: datetime) -> None:
    """A database whose links and hashes this key cannot read is not touched."""
    with database.write() as tx:
        claim_instance(tx, "check", now)

    with pytest.raises(InstanceMismatch), database.write() as tx:
        claim_instance(tx, "another", now)


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://x/y", "sqlite://", "sqlite:///:memory:"])
def test_unusable_address_is_a_setting_error(url: str) -> None:
    """What cannot keep a ledger is refused with the name of the setting."""
    with pytest.raises(SettingWrong, match="NEWSLETTER_DATABASE_URL"):
        Database(url)


def test_errors_do_not_tell_what_was_to_be_written(database: Database, now: datetime) -> None:
    """They end in logs, and names and addresses of people are among it."""
    again = insert(account).values(name="Ann Other", role="editor", created_at=now)
    with database.write() as tx:
        tx.execute(again)
    with database.write() as tx, pytest.raises(IntegrityError) as refused:
        tx.execute(again)

    assert "INSERT INTO account" in str(refused.value)
    assert "parameters hidden" in str(refused.value)


def test_hasty_writer_does_not_wait(sqlite_url: str) -> None:
    """Whoever must not block is told that somebody else writes, and writes when they have ended."""
    database = Database(sqlite_url)
    hasty = database.hasty_writer()
    with database.write() as tx:
        tx.execute(text("SELECT 1"))
        with pytest.raises(DatabaseBusy), hasty.write():
            pass
    with hasty.write() as tx:
        answer = tx.execute(text("SELECT 1")).scalar_one()
    hasty.close()
    database.close()

    assert 1 == answer


def break_in_the_middle(tx: Connection) -> None:
    """Write something, then fail."""
    tx.execute(text("INSERT INTO worker (id, place, started_at, lease_until) VALUES ('x', 'y', '2020-01-01', '2020-01-01')"))
    tx.execute(text("SELECT nonsense"))


def test_writer_keeps_its_connection_until_something_breaks(database: Database) -> None:
    """The next transaction behind an error has a fresh one, and what was written in the broken one is gone."""
    writer = database.writer()
    with writer.write() as tx:
        first = tx
    with writer.write() as tx:
        second = tx
    with pytest.raises(DatabaseFault), writer.write() as tx:
        break_in_the_middle(tx)
    with writer.write() as tx:
        third = tx
        left = tx.execute(text("SELECT count(*) FROM worker")).scalar_one()
    writer.close()

    assert first is second
    assert second is not third
    assert 0 == left


def test_long_question_is_stopped(database: Database) -> None:
    """After its time, with a sentence; the next one is not, and has all the time it wants."""
    endless = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")
    long = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT count(*) FROM n")
    with pytest.raises(TookTooLong, match=r"within 0\.05 seconds and was stopped"), database.read(0.05) as tx:
        tx.execute(endless)
    with database.read() as tx:
        counted = tx.execute(long).scalar_one()

    assert 300_000 == counted


def test_other_faults_of_a_bounded_question_are_told_as_they_are(database: Database) -> None:
    """Only what was stopped is called so."""
    with pytest.raises(DatabaseFault, match="nonsense"), database.read(5) as tx:
        tx.execute(text("SELECT nonsense"))


def test_bulk_writer_writes_as_any_other(database: Database) -> None:
    """Committed at the end of each block, rolled back by an exception, and seen by everybody."""
    row = "INSERT INTO worker (id, place, started_at, lease_until) VALUES ('x', 'y', '2020-01-01', '2020-01-01')"
    with database.bulk_writer() as writer:
        with pytest.raises(DatabaseFault), writer.write() as tx:
            break_in_the_middle(tx)
        with writer.write() as tx:
            tx.execute(text(row))
        with database.write() as tx:
            seen = tx.execute(text("SELECT count(*) FROM worker")).scalar_one()

    assert 1 == seen
