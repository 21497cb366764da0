"""Permits in memory: used at their moment, void after it, and given back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.mail.limits import Allowance, Granted, Limits, Rate, Unused, decide, taken_back
from newsletter.mail.permits import NEXT_LOOK, Permits

START = datetime(2020, 2, 1, 8, tzinfo=UTC)


def held(count: int, spacing: float = 0.0, now: float = 100.0) -> Permits:
    """Give a purse with so many permits."""
    permits = Permits()
    permits.put(Granted(count, 0.0, spacing, after=Allowance(used=count)), now, now)
    return permits


def test_without_permits_one_looks_again_soon() -> None:
    """Somebody is asking for them."""
    assert NEXT_LOOK == Permits().take(100.0)


def test_each_has_its_moment() -> None:
    """Not before."""
    permits = held(3, spacing=0.5)

    assert [0.0, 0.5, 0.0, 0.5] == [permits.take(at) for at in (100.0, 100.0, 100.5, 100.5)]


def test_they_are_void_after_a_second() -> None:
    """Whoever comes late must not bring a burst."""
    permits = held(4, spacing=0.5)

    # Those of 100.0 and 100.5 are gone; those of 101.0 and 101.5 are good.
    assert [0.0, 0.0, NEXT_LOOK] == [permits.take(at) for at in (101.6, 101.6, 101.6)]
    assert 2 == permits.collect(101.6).count


def test_what_took_long_to_come_is_good_for_less() -> None:
    """Their time runs from the moment they were asked for."""
    permits = Permits()
    permits.put(Granted(1), 100.0, 100.9)

    assert 0.0 != permits.take(101.1)
    assert Unused(1, 1) == permits.collect(101.1)


def test_taken_and_put_back_is_there_for_the_next() -> None:
    """And is void at the same moment as before."""
    permits = held(1)
    permits.take(100.0)
    permits.put_back()

    assert 0.0 == permits.take(100.9)
    permits.put_back()
    assert 0.0 != permits.take(101.1)


def test_the_end_is_told_apart_from_the_middle() -> None:
    """Only behind the last one used are moments free again."""
    permits = held(4, spacing=0.1)
    permits.take(100.0)
    permits.take(100.1)
    unused = permits.collect(100.1, everything=True)

    assert (2, 2) == (unused.count, unused.last)


def test_those_of_an_earlier_grant_are_not_the_end() -> None:
    """Another mailer may have been given what lies between."""
    permits = held(2)
    permits.put(Granted(1, after=Allowance(used=7)), 100.2, 100.2)
    unused = permits.collect(100.2, everything=True)

    assert (3, 1, 7) == (unused.count, unused.last, unused.after.used)


def test_what_could_not_be_given_back_is_given_back_next_time() -> None:
    """Somebody else was just being served."""
    permits = held(3)
    permits.collect(100.0, everything=True)
    permits.put(Granted(is_busy=True, again_in=0.05), 100.0, 100.0)
    unused = permits.collect(100.0)

    assert (3, 3, 3) == (unused.count, unused.last, unused.after.used)


class Mailer:
    """Takes permits from a shared allowance, and uses them as soon as it may."""

    def __init__(self) -> None:
        self.permits = Permits()
        self.sent: list[float] = []

    def fetch(self, limits: Limits, allowance: Allowance, wanted: int, now: float, took: float) -> Allowance:
        """Give back what came to nothing and ask for more; the answer comes after *took*."""
        unused = self.permits.collect(now, everything=wanted == 0)
        granted = decide(limits, taken_back(limits, allowance, unused), wanted, START + timedelta(seconds=now + took / 2))
        self.permits.put(granted, now, now + took)
        return granted.after

    def send(self, now: float, most: int) -> None:
        """Send what may be sent."""
        for _ in range(most):
            if self.permits.take(now):
                return
            self.sent.append(now)


acts = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["fetch", "rest", "send", "one"]),
        st.floats(0.01, 1.5),
        st.sampled_from([0.0, 0.02, 0.4]),
    ),
    min_size=50,
    max_size=250,
)


@settings(deadline=None, max_examples=80)
@given(st.builds(Rate, st.sampled_from([1, 7, 60, 300, 3000]), st.just("min")), acts)
def test_three_mailers_together_keep_to_the_rate(rate: Rate, played: list[tuple[int, str, float, float]]) -> None:
    """However they take turns, rest, are late, and give back: never more than the rate in any minute."""
    limits, allowance, now, mailers = Limits(rate=rate), Allowance(), 0.0, [Mailer(), Mailer(), Mailer()]
    for who, act, pause, took in played:
        now += pause
        if act in {"fetch", "rest"}:
            allowance = mailers[who].fetch(limits, allowance, 100 if act == "fetch" else 0, now, took)
            now += took
        else:
            mailers[who].send(now, 1 if act == "one" else 100)

    sent = sorted(moment for mailer in mailers for moment in mailer.sent)
    # The window is a hair shorter, for the rounding of floats.
    assert all(later - first >= 60 - 1e-3 for first, later in zip(sent, sent[rate.count :], strict=False))


@pytest.mark.parametrize("mailers", [1, 3])
def test_the_rate_is_reached_together(mailers: int) -> None:
    """Five minutes at 300 a minute: 1,500 but for the reserve."""
    limits, allowance, crew = Limits(rate=Rate(300, "min")), Allowance(), [Mailer() for _ in range(mailers)]
    for step in range(3000):
        now = step / 10
        for number, mailer in enumerate(crew):
            if step % 5 == number:
                allowance = mailer.fetch(limits, allowance, 20, now, 0.0)
            mailer.send(now, 20)

    sent = sum(len(mailer.sent) for mailer in crew)
    assert 1500 * 0.97 <= sent <= 1500
    assert sent <= allowance.used
