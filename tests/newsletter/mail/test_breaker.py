"""The circuit breaker of a relay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.breaker import BREATH, LONGEST_PROBE, MOST_FAILURES, OPENS_AFTER, PROBE_WAIT, Breaker, BreakerState

S = BreakerState


def failed(times: int, first_wait: float = 1, longest_wait: float = 30) -> tuple[Breaker, float]:
    """Give a breaker after so many failures in a row, each as soon as it may be tried again, and the time of the last."""
    breaker, now = Breaker(first_wait, longest_wait), 100.0
    for number in range(times):
        now += breaker.wait(now)
        breaker.begin(now)
        breaker.fail(now)
        assert breaker.failures == number + 1
    return breaker, now


def test_a_single_failure_is_a_breath() -> None:
    """The other connections may be well."""
    breaker, now = failed(1)

    assert S.CLOSED is breaker.state(now)
    assert BREATH == pytest.approx(breaker.wait(now))
    assert 0.0 == breaker.wait(now + BREATH)


def test_failures_in_a_row_open_it() -> None:
    """Nobody tries for the first wait."""
    breaker, now = failed(OPENS_AFTER)

    assert S.OPEN is breaker.state(now)
    assert 1 == pytest.approx(breaker.wait(now))


def test_failures_with_a_success_between_do_not_open_it() -> None:
    """A relay that drops a connection now and then goes on."""
    breaker, now = Breaker(1, 30), 100.0
    for _ in range(3 * OPENS_AFTER):
        now += breaker.wait(now)
        breaker.fail(now)
        now += BREATH
        breaker.succeed(now)

    assert S.CLOSED is breaker.state(now)
    assert breaker.is_calm


@pytest.mark.parametrize(("failures", "wait"), [(3, 1), (4, 2), (5, 4), (6, 8), (7, 16), (8, 30), (9, 30), (99, 30)])
def test_waits_grow_to_the_longest(failures: int, wait: float) -> None:
    """A relay that is away for a night is asked twice a minute."""
    breaker, now = failed(failures)

    assert wait == pytest.approx(breaker.wait(now))


def test_half_open_lets_one_try() -> None:
    """The others wait for how it goes."""
    breaker, now = failed(OPENS_AFTER)
    now += 1

    assert S.HALF_OPEN is breaker.state(now)
    assert 0.0 == breaker.wait(now)
    breaker.begin(now)
    assert PROBE_WAIT == breaker.wait(now)


def test_probe_that_works_closes_it() -> None:
    """All connections go on."""
    breaker, now = failed(OPENS_AFTER)
    breaker.begin(now + 1)
    breaker.succeed(now + 2)

    assert S.CLOSED is breaker.state(now + 2)
    assert 0.0 == breaker.wait(now + 2)
    assert breaker.is_calm


def test_probe_that_fails_opens_it_for_longer() -> None:
    """Twice as long as before."""
    breaker, now = failed(OPENS_AFTER)
    breaker.begin(now + 1)
    breaker.fail(now + 2)

    assert S.OPEN is breaker.state(now + 2)
    assert 2 == pytest.approx(breaker.wait(now + 2))


def test_probe_that_is_not_made_is_another_s() -> None:
    """Its delivery was skipped, say."""
    breaker, now = failed(OPENS_AFTER)
    breaker.begin(now + 1)
    breaker.withdraw()

    assert 0.0 == breaker.wait(now + 1)


def test_probe_of_which_nothing_is_heard_does_not_hold_it_for_ever() -> None:
    """Whoever made it may be stuck for ten minutes."""
    breaker, now = failed(OPENS_AFTER)
    breaker.begin(now + 1)

    assert 0.0 == breaker.wait(now + 1 + LONGEST_PROBE)


def test_many_connections_in_one_trouble_count_once() -> None:
    """Else twenty connections would give up after one hiccup."""
    breaker = Breaker(1, 30)
    for _ in range(3 * MOST_FAILURES):
        breaker.fail(100.0)

    assert (1, S.CLOSED) == (breaker.failures, breaker.state(100.0))


def test_success_of_what_began_before_does_not_close_it() -> None:
    """The probe decides; but there is hope."""
    breaker, now = failed(MOST_FAILURES)
    assert breaker.is_hopeless
    breaker.succeed(now)

    assert S.OPEN is breaker.state(now)
    assert not breaker.is_hopeless


def test_hopeless_takes_about_a_minute() -> None:
    """A run that is to end does not end after a hiccup, nor wait for the morning."""
    breaker, now = failed(MOST_FAILURES)

    assert breaker.is_hopeless
    assert 30 < now - 100 < 90


@given(st.lists(st.tuples(st.sampled_from(["fail", "succeed", "try", "withdraw"]), st.floats(0, 40))))
def test_it_never_stays_shut(acts: list[tuple[str, float]]) -> None:
    """Whatever happens, somebody may try within the longest wait or the longest probe."""
    breaker, now = Breaker(1, 30), 0.0
    for act, seconds in acts:
        now += seconds
        if act == "try" and not breaker.wait(now):
            breaker.begin(now)
        elif act == "fail":
            breaker.fail(now)
        elif act == "succeed":
            breaker.succeed(now)
        elif act == "withdraw":
            breaker.withdraw()
        assert 0 <= breaker.wait(now) <= 30

    assert 0.0 == breaker.wait(now + max(30, LONGEST_PROBE))
