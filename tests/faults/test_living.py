"""People and editors act while the shipped worker mails; the sink's log is the judge."""

from pathlib import Path

from tests.faults import living
from tests.harness import trial

SEED = 20_200_201


def test_whoever_was_answered_is_not_written_to_any_more(database_url: str, tmp_path: Path) -> None:
    """U01: only what was marked before the answer may still arrive."""
    record = living.leave_during(trial.plan(database_url, tmp_path, 400), 30, SEED)

    assert record.is_good, record


def test_pause_and_cancel_bite_at_once(sqlite_url: str, tmp_path: Path) -> None:
    """U02, mail case 70: one message for each connection at most comes after the answer."""
    record = living.pause_and_resume(trial.plan(sqlite_url, tmp_path, 400), 8, SEED)

    assert record.is_good, record


def test_everything_at_once_leaves_the_ledger_in_order(sqlite_url: str, tmp_path: Path) -> None:
    """D14, short: pauses, erasures, imports, new issues and cancellations at random."""
    record = living.live_at_random(trial.plan(sqlite_url, tmp_path, 300), 3, SEED)

    assert record.is_good, record
