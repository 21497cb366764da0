"""The only place that knows what time it is."""

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.clock import MovableClock, SharedClock, SteadyClock, apart, system_clock
from tests.harness.ticks import Ticks

HOUR = timedelta(hours=1)


class HandClock:
    """A clock that shows what it is set to."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        """Give what it shows."""
        return self.moment


def test_system_clock_knows_its_zone() -> None:
    """A moment without a zone would be refused by the first store."""
    assert UTC is system_clock().tzinfo


def test_movable_clock_never_goes_back_by_itself(now: datetime) -> None:
    """It starts where it is told and runs on."""
    clock = MovableClock(now)

    shown = [clock() for _ in range(100)]

    assert now <= shown[0]
    assert sorted(shown) == shown


def test_movable_clock_goes_where_it_is_set(now: datetime) -> None:
    """Two days are over at once."""
    clock = MovableClock(now)
    later = now + timedelta(days=2)

    clock.set(later)

    assert later <= clock() < later + timedelta(hours=1)


def test_shared_clock_runs_on_by_itself(now: datetime) -> None:
    """However this machine's own clock is set: what was asked for, and the seconds since."""
    ticks, host = Ticks(), HandClock(now + 3 * HOUR)
    clock = SharedClock(HandClock(now), host, ticks)
    host.moment = now - 3 * HOUR
    ticks.pass_(20)

    assert now + timedelta(seconds=20) == clock()


def test_shared_clock_follows_the_one_it_asks(now: datetime) -> None:
    """That of the database may be set, too."""
    database = HandClock(now)
    clock = SharedClock(database, HandClock(now), Ticks())
    database.moment = now + HOUR

    assert -HOUR == clock.look()
    assert now + HOUR == clock()


def test_steady_clock_is_not_set_back(now: datetime) -> None:
    """It goes at half the pace until the other has caught up, and together with it after that (T06)."""
    ticks, host = Ticks(), HandClock(now)
    clock = SteadyClock(host, ticks)
    host.moment = now - 2 * HOUR
    shown = [clock()]
    for _ in range(5):
        ticks.pass_(3600)
        host.moment += HOUR
        shown.append(clock())

    assert [now + hours * HOUR for hours in (0, 0.5, 1, 1.5, 2, 3)] == shown


def test_steady_clock_reaches_what_others_saw(now: datetime) -> None:
    """A moment that lies behind changes nothing, nor does none."""
    clock = SteadyClock(HandClock(now), Ticks())
    clock.reach(now + HOUR)
    clock.reach(now)
    clock.reach(None)

    assert now + HOUR == clock()


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(seconds=-12), "12 s behind"),
        (timedelta(minutes=59, seconds=59), "59 min ahead of"),
        (timedelta(hours=-3), "3 h 0 min behind"),
        (timedelta(days=2), "48 h 0 min ahead of"),
    ],
)
def test_distance_of_clocks_is_said(ahead: timedelta, words: str) -> None:
    """In the unit a person would choose."""
    assert words == apart(ahead)
