"""Several relays, their limits, and who changes them while the shipped worker mails; the sinks' log is the judge."""

from pathlib import Path

import pytest

from tests.faults import relaying
from tests.harness import trial


def test_each_relay_gets_the_share_of_its_weight(sqlite_url: str, tmp_path: Path) -> None:
    """Three relays that all could take everything."""
    record = relaying.share(trial.plan(sqlite_url, tmp_path, 800), {"a": 5, "b": 3, "c": 2})

    assert record.is_good, record.note


def test_relay_that_goes_away_in_the_middle_is_stood_in_for(sqlite_url: str, tmp_path: Path) -> None:
    """And takes its part again when it is back."""
    record = relaying.fail_over(trial.plan(sqlite_url, tmp_path, 500))

    assert record.is_good, record.note


def test_whatever_is_changed_by_command_holds_while_mailing(sqlite_url: str, tmp_path: Path) -> None:
    """From no relay at all to another one than at first."""
    record = relaying.change_all(trial.plan(sqlite_url, tmp_path, 500))

    assert record.is_good, record.note


@pytest.mark.parametrize("since", ["the start", "the middle"])
def test_login_that_is_refused_is_mended_by_a_command(since: str, sqlite_url: str, tmp_path: Path) -> None:
    """S12: nobody's row is touched, and the next connection goes by the new password."""
    record = relaying.refuse_login(trial.plan(sqlite_url, tmp_path, 30), halfway=since == "the middle")

    assert record.is_good, record.note


@pytest.mark.parametrize(("option", "expected"), [(("--warm-up", "5 x 2"), 5), (("--quiet-hours", "06:00-18:00"), 0)])
def test_run_ends_when_the_relays_rest(option: tuple[str, str], expected: int, sqlite_url: str, tmp_path: Path) -> None:
    """With a sentence that says so, and everybody else still to be mailed."""
    record = relaying.rest(trial.plan(sqlite_url, tmp_path, 12), *option, expected=expected)

    assert record.is_good, record.note


def test_workers_share_a_rate(postgres_url: str, tmp_path: Path) -> None:
    """S15, short: three workers, twenty a second, one of them killed."""
    record = relaying.keep_a_rate(trial.plan(postgres_url, tmp_path, 90), "20/s", 20)

    assert record.is_good, record.note
