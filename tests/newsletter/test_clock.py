"""The only place that knows what time it is."""

from datetime import UTC, datetime, timedelta

from newsletter.clock import MovableClock, system_clock


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
