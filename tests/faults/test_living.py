"""People and editors act while the shipped worker mails; the sink's log is the judge."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from newsletter.database import Database
from newsletter.mail import dispatch
from newsletter.people.erase import erase
from subscribers.tokens import Keyring
from tests.faults import living
from tests.harness import mailroom, trial
from tests.harness.trial import wait_until

SEED = 20_200_201


def test_whoever_was_answered_is_not_written_to_any_more(database_url: str, tmp_path: Path) -> None:
    """U01: only what was marked before the answer may still arrive."""
    record = living.leave_during(trial.plan(database_url, tmp_path, 400), 30, SEED)

    assert record.is_good, record.note


def test_pause_and_cancel_bite_at_once(sqlite_url: str, tmp_path: Path) -> None:
    """U02, mail case 70: one message for each connection at most comes after the answer."""
    record = living.pause_and_resume(trial.plan(sqlite_url, tmp_path, 400), 8, SEED)

    assert record.is_good, record.note


def test_everything_at_once_leaves_the_ledger_in_order(sqlite_url: str, tmp_path: Path) -> None:
    """D14, short: pauses, erasures, imports, new issues and cancellations at random."""
    record = living.live_at_random(trial.plan(sqlite_url, tmp_path, 300), 3, SEED)

    assert record.is_good, record.note


def test_everything_at_once_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    """D14, short: no fault of the database reaches an editor."""
    record = living.live_at_random(trial.plan(postgres_url, tmp_path, 300), 3, SEED)

    assert record.is_good, record.note


def test_issue_is_planned_while_somebody_is_erased(postgres_url: str, keyring: Keyring, tmp_path: Path) -> None:
    """D14 in slow motion: the erasure is not committed when the audience is read, and is before its rows are checked."""
    planned = trial.plan(postgres_url, tmp_path, 5)
    now = datetime.now(UTC)
    with planned.opened() as database, ThreadPoolExecutor(1) as editor:

        def send() -> int:
            with database.write() as tx:
                return dispatch.send_issue(tx, mailroom.approved_issue(tx, planned.newsletter_id, now, "Extra"), now).audience

        with database.write() as tx:
            erase(tx, keyring, 1, now)
            sending = editor.submit(send)
            wait_until(lambda: sending.done() or _somebody_waits(database), "the editor to meet the erasure")

        assert 4 == sending.result(30)


def _somebody_waits(database: Database) -> bool:
    with database.read() as tx:
        return bool(tx.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").scalar())
