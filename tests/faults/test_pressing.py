"""The shipped worker at full speed, or held up by its relay; the sink's log is the judge."""

from pathlib import Path

from tests.faults import pressing
from tests.harness import trial
from tests.harness.mailroom import a_long_draft


def test_pause_rate_and_cancel_bite_in_full_flight(sqlite_url: str, tmp_path: Path) -> None:
    """U02 over twenty connections; no storm of connections behind a pause, no busy loop in it."""
    record = pressing.steer_in_full_flight(trial.plan(sqlite_url, tmp_path, 2500))

    assert record.is_good, record.note


def test_four_workers_share_a_ledger(postgres_url: str, tmp_path: Path) -> None:
    """Each sends some, nobody is written to twice, each was tried once."""
    record = pressing.share_a_ledger(trial.plan(postgres_url, tmp_path, 400))

    assert record.is_good, record.note


def test_relay_that_takes_no_more_bytes_does_not_fill_memory(sqlite_url: str, tmp_path: Path) -> None:
    """Short: ten connections and letters of a megabyte."""
    people = trial.plan(sqlite_url, tmp_path, 100, draft=a_long_draft(1_000_000))
    record = pressing.press_back(people, 1_000_000, 10)

    assert record.is_good, record.note


def test_slow_domain_holds_nobody_else_up(database_url: str, tmp_path: Path) -> None:
    """S16, short: fifty domains with eight people each, one at one a second."""
    record = pressing.slow_domain(trial.plan(database_url, tmp_path, 400, domains=50), "1/s", 50)

    assert record.is_good, record.note


def test_slow_relay_costs_no_processor(sqlite_url: str, tmp_path: Path) -> None:
    """S09, short: two connections and no more, one second a message."""
    record = pressing.bear_slowness(trial.plan(sqlite_url, tmp_path, 16), 1, 5)

    assert record.is_good, record.note


def test_relay_that_finds_us_too_fast_is_given_less(sqlite_url: str, tmp_path: Path) -> None:
    """Halved until it bears it."""
    record = pressing.throttle(trial.plan(sqlite_url, tmp_path, 200))

    assert record.is_good, record.note
