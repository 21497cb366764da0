"""The database goes away, fills up or cannot be written while the shipped worker mails; the sink's log is the judge."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import databases
from tests.harness import trial
from tests.harness.postgres import Postgres, postgres

SEED = 20_200_201


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """Give a PostgreSQL that may be crashed."""
    with postgres() as running:
        yield running


def test_postgresql_that_crashes_costs_nobody_anything(server: Postgres, tmp_path: Path) -> None:
    """D01, short: crashed twice; the worker goes on by itself."""
    record = databases.restart(trial.plan(server.new_database(), tmp_path, 600), server, 2, SEED)

    assert record.is_good, record.note


def test_connections_that_break_cost_nobody_anything(server: Postgres, tmp_path: Path) -> None:
    """D02: one of them, any, every fifth of a second."""
    record = databases.break_connections(trial.plan(server.new_database(), tmp_path, 300), server, 0.2)

    assert record.is_good, record.note


def test_half_open_line_to_the_database_mails_nothing_blindly(server: Postgres, tmp_path: Path) -> None:
    """D05, short: without the ledger's word nobody is written to, and whoever can reach it finishes."""
    record = databases.half_open(trial.plan(server.new_database(), tmp_path, 400), server, 2, waits=False)

    assert record.is_good, record.note


def test_long_report_does_not_hold_the_mailing_up(database_url: str, tmp_path: Path) -> None:
    """D12: on SQLite the log grows meanwhile, on PostgreSQL the dead rows do."""
    record = databases.read_beside(trial.plan(database_url, tmp_path, 300))

    assert record.is_good, record.note


@pytest.mark.parametrize(("row", "people"), [("D09", 300), ("D10", 20)])
def test_disk_that_cannot_be_written_mails_nothing(row: str, people: int, tmp_path: Path) -> None:
    """D09, D10, mail case 68: no body without its mark, and all goes on when there is room again."""
    reason = databases.why_no_small_disk()
    if reason:
        pytest.skip(reason)
    record = databases.on_small_disk(tmp_path, row, people)

    assert record.is_good, record.note
