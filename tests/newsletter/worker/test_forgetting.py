"""The night of the worker: once, in the small hours, to its end though it is cut short."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from newsletter import instance
from newsletter.bootstrap import Application
from newsletter.clock import MovableClock
from newsletter.people import keepbook, retention
from newsletter.people.retention import BATCH
from newsletter.tables import instance as instance_tables
from newsletter.worker import forgetting
from tests.harness import people
from tests.harness.instance import environment, opened

NIGHT = datetime(2021, 3, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
def running(database_url: str, tmp_path: Path, now: datetime) -> Iterator[tuple[Application, MovableClock]]:
    """Give an instance with a few more readers than a batch takes, whose network addresses are a year old tonight."""
    with opened(environment(database_url, tmp_path), NIGHT) as (application, clock):
        with application.database.write() as tx:
            list_id = people.a_list(tx, now).id
            for number in range(BATCH + 5):
                people.join(tx, application.keyring, list_id, f"reader{number}@example.net", now)
        yield application, clock


def left(application: Application) -> int:
    """Count what is still to be forgotten."""
    with application.database.read() as tx:
        followed = retention.rules(application.settings.keep, application.keyring, NIGHT)
        return sum(retention.due(tx, followed, NIGHT).values())


def recorded(application: Application) -> list[tuple[str, bool, dict[str, int]]]:
    """Give the nights, whether they are through, and what was forgotten in them."""
    with application.database.read() as tx:
        rows = tx.execute(select(instance_tables.forgetting).order_by("day"))
        return [(row.day, row.finished_at is not None, row.forgotten) for row in rows]


def test_nothing_is_forgotten_before_the_night(running: tuple[Application, MovableClock]) -> None:
    """A minute before two o'clock."""
    application, clock = running
    clock.set(NIGHT - timedelta(minutes=1))
    before = left(application)
    forgetting.forget(application)

    assert before == left(application) == 2 * (BATCH + 5)


def test_night_that_was_cut_short_is_ended_by_the_next_tick(
    running: tuple[Application, MovableClock], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then it is through until the next one, and its record says what all of its ticks forgot."""
    application, clock = running
    monkeypatch.setattr(forgetting, "MOST_BATCHES", 1)
    for expected in (2 * (BATCH + 5) - BATCH, 10, 0, 0):
        assert not any(is_through for _, is_through, _ in recorded(application))
        forgetting.forget(application)
        assert expected == left(application)
    others = dict.fromkeys(("deliveries", "departures", "left", "evidence", "clicks", "returns", "guests"), 0)
    of_night = {"networks": 2 * (BATCH + 5), **others}
    assert [("2021-03-01", True, of_night)] == recorded(application)
    with application.database.read() as tx:
        assert instance.has_forgotten(tx, "2021-03-01")
        assert not instance.has_forgotten(tx, "2021-03-02")
    clock.set(NIGHT + timedelta(hours=20))
    forgetting.forget(application)


@pytest.mark.parametrize("before", [datetime(2020, 3, 28, tzinfo=UTC), datetime(2020, 10, 24, tzinfo=UTC)])
def test_every_night_is_one_night_whatever_clocks_do(database_url: str, tmp_path: Path, before: datetime) -> None:
    """Half past two is there twice in October and never in March, in the zones of people (T10)."""
    with opened(environment(database_url, tmp_path), before) as (application, clock):
        for half_hours in range(3 * 48):
            clock.set(before + half_hours * timedelta(minutes=30))
            forgetting.forget(application)
        nights = recorded(application)

    days = [f"{before + timedelta(days=days):%Y-%m-%d}" for days in range(3)]
    assert [(day, True) for day in days] == [(day, is_through) for day, is_through, _ in nights]


def test_period_that_is_chosen_in_the_night_holds_from_the_next_one_on(running: tuple[Application, MovableClock]) -> None:
    """Whoever chose it can still think again, though this night is not through."""
    application, clock = running
    with application.database.write() as tx:
        keepbook.choose(tx, "networks", 3 * 365, "Ada", NIGHT - timedelta(hours=1))
    with application.database.write() as tx:
        keepbook.choose(tx, "networks", 30, "Ada", NIGHT + timedelta(minutes=1))
    clock.set(NIGHT + timedelta(minutes=2))
    forgetting.forget(application)
    assert left(application) > 0
    clock.set(NIGHT + timedelta(days=1))
    forgetting.forget(application)

    assert 0 == left(application)


def test_longer_period_that_is_chosen_in_the_night_holds_at_once(
    running: tuple[Application, MovableClock], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever chose too short a one sees people forgotten and mends it: nobody more is."""
    application, clock = running
    monkeypatch.setattr(forgetting, "MOST_BATCHES", 1)
    with application.database.write() as tx:
        keepbook.choose(tx, "networks", 30, "Ada", NIGHT - timedelta(hours=1))
    forgetting.forget(application)
    before = left(application)
    with application.database.write() as tx:
        keepbook.choose(tx, "networks", 3 * 365, "Ada", NIGHT + timedelta(minutes=2))
    for minutes in (3, 4, 5):
        clock.set(NIGHT + timedelta(minutes=minutes))
        forgetting.forget(application)

    assert 0 < before == left(application)
    assert [True] == [is_through for _, is_through, _ in recorded(application)]
