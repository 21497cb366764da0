"""The shipped worker is killed, stopped and told off; the sink's log is the judge."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter import failpoints
from tests.faults import drafting, kills, snapshots
from tests.faults.kills import Kill
from tests.harness import crashdriver, trial
from tests.harness.processes import sink_process

MIDDLE = 7


def test_every_place_is_in_the_sweep() -> None:
    """A fail point that nobody kills at would prove nothing."""
    assert failpoints.NAMES == {*kills.EACH, *kills.SPECIAL, *kills.ONCE, *kills.DRAFTING, *kills.BESIDE}


@pytest.mark.parametrize("place", kills.BESIDE)
def test_places_outside_a_mailing_are_broken_beside_what_they_belong_to(place: str) -> None:
    """The tests that are named do arm them."""
    tests = (Path(__file__).parents[1] / kills.BESIDE[place]).read_text(encoding="utf-8")

    assert re.search(rf'"{re.escape(place)}(:\w+|")', tests)


def test_killed_in_the_middle_and_at_the_last(sqlite_url: str, tmp_path: Path) -> None:
    """R01, thinned: nobody is missed, nobody gets it twice, and each kill leaves one row open at most."""
    deaths = [*(Kill(place, MIDDLE) for place in kills.EACH[::2]), Kill("smtp.dot", -1)]
    record = kills.sweep(trial.plan(sqlite_url, tmp_path, 50), deaths)

    assert record.is_good, record.note


def test_killed_on_postgresql_first_in_the_middle_and_last(postgres_url: str, tmp_path: Path) -> None:
    """R01 on PostgreSQL, thinned: the soak has every place at each of the three."""
    deaths = [Kill("mark.sending", 1), Kill("smtp.body", MIDDLE), Kill("smtp.reply", MIDDLE), Kill("mark.sent", -1)]
    record = kills.sweep(trial.plan(postgres_url, tmp_path, 30), deaths)

    assert record.is_good, record.note


@pytest.mark.parametrize("place", kills.SPECIAL)
def test_killed_where_the_relay_refuses_or_hangs_up(place: str, sqlite_url: str, tmp_path: Path) -> None:
    """R01: the outcome of a refusal is written, or it is asked again; a new connection is nothing special."""
    record = kills.sweep(trial.plan(sqlite_url, tmp_path, 9), [Kill(place, 4)])

    assert record.is_good, record.note


def test_killed_between_the_issue_and_the_ledger(sqlite_url: str, tmp_path: Path) -> None:
    """R01: the audience is frozen once and whole, whoever dies over it."""
    record = kills.sweep(kills.due_issue(sqlite_url, tmp_path, 5), [Kill(place) for place in kills.ONCE])

    assert record.is_good, record.note


def test_random_kills_on_sqlite(sqlite_url: str, tmp_path: Path) -> None:
    """R02, short: from outside and at fail points, at moments drawn from the seed."""
    drawn = trial.plan(sqlite_url, tmp_path, 1000)
    with sink_process(drawn.log) as port:
        record = crashdriver.soak(drawn, port, crashdriver.Plan(kills=3, seed=20_200_201))

    assert record.is_good, record.note


def test_random_kills_with_three_workers_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    """R02, short: three share a ledger, and whoever lives takes over from whoever does not."""
    drawn = trial.plan(postgres_url, tmp_path, 900)
    with sink_process(drawn.log) as port:
        record = crashdriver.soak(drawn, port, crashdriver.Plan(kills=2, seed=20_200_201, workers=3, waits=False))

    assert record.is_good, record.note


def test_worker_that_stood_still_past_its_lease_repeats_nothing(postgres_url: str, tmp_path: Path) -> None:
    """R04: others have taken over; its late writes change nothing."""
    record = kills.stand_still(trial.plan(postgres_url, tmp_path, 60), "mark.sending", 20)

    assert record.is_good, record.note


def test_second_sigterm_is_no_worse_than_a_kill(sqlite_url: str, tmp_path: Path) -> None:
    """R06: an impatient supervisor costs one uncertain row for each connection at most."""
    record = kills.stop_twice(trial.plan(sqlite_url, tmp_path, 300))

    assert record.is_good, record.note


def test_whatever_lies_on_the_disk_tells_the_truth(sqlite_url: str, tmp_path: Path) -> None:
    """R08, short: ten copies of database and log at random instants."""
    record = snapshots.pull_the_plug(trial.plan(sqlite_url, tmp_path, 300), copies=10, seed=20_200_201)

    assert record.is_good, record.note


def test_killed_between_the_slot_and_its_issue(sqlite_url: str, tmp_path: Path) -> None:
    """R01: whoever dies over a draft, one issue comes of the slot."""
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    record = drafting.die_over_a_draft(trial.plan(sqlite_url, tmp_path, 1, send_at=tomorrow))

    assert record.is_good, record.note
