"""When something is told again."""

from datetime import datetime, timedelta

from newsletter.webhooks import patience


def test_a_message_is_tried_ten_times_within_three_days(now: datetime) -> None:
    """Each pause is longer than the one before."""
    at, moments = now, [now]
    while (following := patience.next_try(len(moments), at, 0)) is not None:
        at = following
        moments.append(at)

    assert 10 == len(moments)
    assert timedelta(days=3) < at - now < timedelta(days=4)


def test_a_program_says_how_long_it_wants_to_be_left_alone(now: datetime) -> None:
    """Up to a day; what it says never shortens a pause."""
    asked = [patience.rest(1, now, seconds) - now for seconds in (0, -5, 600, 1e9)]

    assert [timedelta(seconds=5), timedelta(seconds=5), timedelta(minutes=10), timedelta(days=1)] == asked
    assert now + timedelta(hours=1) == patience.rest(1000, now, 0)


def test_a_clock_that_jumps_kills_nobody(now: datetime) -> None:
    """Days without an answer are none where it was asked once."""
    since = now - timedelta(days=9)

    assert [False, True] == [patience.is_dead(since, failures, now) for failures in (1, 10)]
