from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from subscribers.confirmations import BETWEEN_REQUESTS, MOST_REQUESTS, MOST_REQUESTS_WITHIN, next_request_at

NOW = datetime.fromisoformat("2020-02-01T08:00:00Z")
MINUTES = st.integers(min_value=0, max_value=3 * 24 * 60)


def test_first_request_is_in_time() -> None:
    """Nobody asked before."""
    assert next_request_at([], NOW) == NOW


def test_second_request_waits_a_quarter_of_an_hour() -> None:
    """After the first."""
    asked = NOW - timedelta(minutes=5)

    assert asked + BETWEEN_REQUESTS == next_request_at([asked], NOW)


def test_fourth_request_waits_a_day() -> None:
    """After the first of the three."""
    asked = [NOW - timedelta(hours=hours) for hours in (1, 2, 3)]

    assert asked[2] + MOST_REQUESTS_WITHIN == next_request_at(asked, NOW)


@given(st.lists(MINUTES, max_size=200))
def test_no_address_is_flooded(minutes: list[int]) -> None:
    """Whenever somebody presses the button, no quarter hour sees two mails and no day sees four."""
    sent: list[datetime] = []
    for minute in sorted(minutes):
        moment = NOW + timedelta(minutes=minute)
        earlier = [past for past in reversed(sent) if past > moment - MOST_REQUESTS_WITHIN][:MOST_REQUESTS]
        if next_request_at(earlier, moment) <= moment:
            sent.append(moment)

    assert all(later - one >= BETWEEN_REQUESTS for one, later in pairwise(sent))
    assert all(later - one >= MOST_REQUESTS_WITHIN for one, later in zip(sent, sent[MOST_REQUESTS:], strict=False))
