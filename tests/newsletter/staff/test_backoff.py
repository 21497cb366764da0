"""How long somebody waits who failed at the door."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from newsletter.staff.backoff import OF_ACCOUNT, OF_DEVICE, OF_MAIL, OF_NETWORK, OF_SECOND_FACTOR, Patience, wait

ALL = (OF_ACCOUNT, OF_DEVICE, OF_MAIL, OF_NETWORK, OF_SECOND_FACTOR)


@given(st.sampled_from(ALL), st.integers(0, 10**9))
def test_more_failures_never_wait_less(patience: Patience, failures: int) -> None:
    """Nothing at first, more and more, and never longer than the longest."""
    assert timedelta() <= wait(patience, failures) <= wait(patience, failures + 1) <= patience.longest


def test_people_mistype() -> None:
    """A few times cost nothing; a flood does."""
    assert [0, 0, 1, 2, 4, 8, 16, 32, 60, 60] == [int(wait(OF_ACCOUNT, n).total_seconds()) for n in range(3, 13)]


def test_strangers_lock_nobody_out() -> None:
    """Whoever knows the password waits a minute at worst, however many guessed before (A42)."""
    assert wait(OF_ACCOUNT, 10**6) <= timedelta(minutes=1)
