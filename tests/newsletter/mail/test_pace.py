"""How hard a relay is leant on."""

import asyncio

import pytest

from newsletter.mail.breaker import BREATH, MOST_FAILURES, OPENS_AFTER, BreakerState
from newsletter.mail.delivery import Phase, Reply
from newsletter.mail.limits import LATE, Allowance, Granted, Limits, Rate
from newsletter.mail.pace import AWAY_WAIT, CLEAN_TIME, HALVE_EVERY, Pace, is_throttling, wait_for
from tests.harness.ticks import Ticks

BUSY = Reply(Phase.MAIL, 421, "4.3.2", "4.3.2 busy")
LOST = Reply(Phase.RCPT, 0, "", "the connection was lost")
TOO_FAST = Reply(Phase.RCPT, 450, "4.7.28", "4.7.28 too fast")
RATE = Limits(rate=Rate(60, "min"))


def a_pace(ticks: Ticks, connections: int = 8) -> Pace:
    """Give a pace with the usual patience."""
    return Pace(1, 30, connections, name="main", ticks=ticks)


def allowed(pace: Pace) -> int:
    """Count the connections that may be open."""
    return sum(pace.allows_connection(index) for index in range(100))


def broken(ticks: Ticks) -> Pace:
    """Give a pace whose breaker is open."""
    pace = a_pace(ticks)
    for _ in range(OPENS_AFTER):
        pace.slow(LOST)
        ticks.pass_(BREATH)
    return pace


def test_relay_that_works_is_not_waited_for() -> None:
    """Nothing happened, nothing is held up, and it is counted."""
    pace = a_pace(Ticks())

    assert [0.0] * 5 == [pace.grant() for _ in range(5)]
    assert 5 == pace.granted


def test_asking_costs_next_to_nothing() -> None:
    """It is asked before every message: no look at the clock while nothing is wrong."""

    def never() -> float:
        raise AssertionError("nothing to look at the clock for")

    pace = Pace(1, 30, ticks=never)
    pace.works()

    assert 0.0 == pace.grant()


def test_trouble_holds_everybody_up_for_a_breath() -> None:
    """And then it is tried again."""
    ticks = Ticks()
    pace = a_pace(ticks)
    pace.slow(LOST)

    assert BREATH == pytest.approx(pace.grant())
    ticks.pass_(BREATH)
    assert 0.0 == pace.grant()


def test_relay_in_trouble_gets_one_probe() -> None:
    """All others wait until it has worked."""
    ticks = Ticks()
    pace = broken(ticks)
    assert pace.grant() > 0
    ticks.pass_(1)

    assert 0.0 == pace.grant()
    assert pace.grant() > 0
    pace.works()
    assert [0.0, 0.0] == [pace.grant(), pace.grant()]


def test_relay_that_is_probed_is_tried_by_nobody_else() -> None:
    """Who is free to try it is asked without trying it."""
    ticks = Ticks()
    pace = broken(ticks)
    seen = [pace.may_be_tried]
    ticks.pass_(1)
    seen.append(pace.may_be_tried)
    pace.grant()

    assert [False, True, False] == [*seen, pace.may_be_tried]


def test_probe_given_back_is_given_to_the_next() -> None:
    """There was nothing to send, say."""
    ticks = Ticks()
    pace = broken(ticks)
    ticks.pass_(1)
    pace.grant()
    pace.return_one()

    assert 0.0 == pace.grant()


def test_many_connections_in_one_trouble_count_once() -> None:
    """Else twenty connections would give up after one hiccup."""
    pace = a_pace(Ticks())
    for _ in range(MOST_FAILURES + 1):
        pace.slow(LOST)

    assert not pace.is_hopeless


def test_relay_that_fails_again_and_again_is_hopeless() -> None:
    """And says why."""
    pace = Pace(0, 0)
    for _ in range(MOST_FAILURES):
        pace.slow(BUSY)

    assert pace.is_hopeless
    assert BUSY == pace.last_trouble


@pytest.mark.parametrize(
    ("reply", "throttles"),
    [(BUSY, True), (TOO_FAST, True), (LOST, False), (Reply(Phase.RCPT, 550, "5.7.1", ""), False)],
)
def test_what_says_too_fast(reply: Reply, throttles: bool) -> None:  # noqa: FBT001 -- the expected value
    """421, and temporary refusals for reasons of policy."""
    assert throttles is is_throttling(reply)


def test_connections_are_halved_once_for_one_trouble() -> None:
    """All of them feel it within seconds."""
    ticks = Ticks()
    pace = a_pace(ticks)
    for _ in range(8):
        pace.throttled(TOO_FAST)

    assert 4 == allowed(pace)
    ticks.pass_(HALVE_EVERY)
    pace.throttled(TOO_FAST)
    assert 2 == allowed(pace)


def test_one_connection_is_always_left() -> None:
    """Else nothing would ever be known again."""
    ticks = Ticks()
    pace = a_pace(ticks)
    for _ in range(10):
        pace.throttled(TOO_FAST)
        ticks.pass_(HALVE_EVERY)

    assert 1 == allowed(pace)


def test_each_clean_minute_brings_one_connection_back() -> None:
    """Up to all of them and no further."""
    ticks = Ticks()
    pace = a_pace(ticks)
    pace.throttled(TOO_FAST)
    counts = []
    for _ in range(6):
        ticks.pass_(CLEAN_TIME)
        counts.append(allowed(pace))

    assert [5, 6, 7, 8, 8, 8] == counts


def test_a_minute_with_such_a_word_is_not_clean() -> None:
    """It counts from the last one."""
    ticks = Ticks()
    pace = a_pace(ticks)
    pace.throttled(TOO_FAST)
    ticks.pass_(CLEAN_TIME - 1)
    pace.throttled(TOO_FAST)
    ticks.pass_(CLEAN_TIME - 1)

    assert 2 == allowed(pace)


def test_421_is_trouble_and_too_fast() -> None:
    """Whichever way it is told."""
    for tell in (Pace.slow, Pace.throttled):
        pace = a_pace(Ticks())
        tell(pace, BUSY)
        assert 4 == allowed(pace)
        assert pace.grant() > 0


def test_policy_of_one_recipient_holds_nobody_up() -> None:
    """Greylisting says 4.7.1, too: fewer connections, no pause."""
    pace = a_pace(Ticks())
    pace.throttled(TOO_FAST)

    assert 0.0 == pace.grant()


def test_another_number_of_connections_is_taken_up() -> None:
    """Somebody changed the relay while it works."""
    pace = a_pace(Ticks())
    pace.bear(3)
    assert 3 == allowed(pace)
    pace.throttled(TOO_FAST)
    pace.bear(10)

    assert 1 == allowed(pace)


def test_relay_that_is_gone_gets_nothing() -> None:
    """And gets mail again when it is back."""
    pace = a_pace(Ticks())
    pace.go_away(is_away=True)
    assert (AWAY_WAIT, 0) == (pace.grant(), allowed(pace))
    pace.go_away(is_away=False)

    assert (0.0, 8) == (pace.grant(), allowed(pace))


def test_limited_relay_goes_by_its_permits() -> None:
    """Each at its moment, and none is used after its time."""
    ticks = Ticks()
    pace = a_pace(ticks)
    pace.limit(RATE)
    assert pace.grant() > 0
    pace.fill(Granted(2, 0.0, 0.5), ticks.now)

    assert 0.0 == pace.grant()
    assert 0.5 == pytest.approx(pace.grant())
    ticks.pass_(0.5 + LATE + 0.001)
    assert pace.grant() > 0


def test_limit_that_is_lifted_lets_all_go() -> None:
    """At once."""
    pace = a_pace(Ticks())
    pace.limit(RATE)
    assert pace.grant() > 0
    pace.limit(Limits())

    assert 0.0 == pace.grant()


def test_permit_given_back_is_not_lost() -> None:
    """The next one uses it."""
    ticks = Ticks()
    pace = a_pace(ticks)
    pace.limit(RATE)
    pace.fill(Granted(1), ticks.now)
    pace.grant()
    pace.return_one()

    assert 0.0 == pace.grant()


def test_permits_are_asked_for_by_what_is_used() -> None:
    """A slow mailer does not take them from a fast one; an unlimited one asks for none."""
    ticks = Ticks()
    pace = a_pace(ticks, connections=2)
    assert 0 == pace.wanted(ticks.now)
    pace.limit(RATE)
    at_first = pace.wanted(ticks.now)
    pace.fill(Granted(100), ticks.now)
    for _ in range(90):
        pace.grant()

    assert 4 == at_first
    assert 2 * (90 + 2) - 10 == pace.wanted(ticks.now)


def test_resting_relay_is_not_asked_about_again_and_again() -> None:
    """Quiet hours last for hours; they are looked at twice a minute, because somebody may change them."""
    ticks = Ticks()
    pace = a_pace(ticks)
    pace.limit(RATE)
    pace.fill(Granted(again_in=7200.0), ticks.now)

    assert 7200 == pace.rests_for()
    assert 0 == pace.wanted(ticks.now + 29)
    assert pace.wanted(ticks.now + 31) > 0


def test_what_is_not_used_is_given_back() -> None:
    """All of it when there is no mail."""
    ticks = Ticks()
    pace = a_pace(ticks)
    pace.limit(RATE)
    after = Allowance(used=9)
    pace.fill(Granted(5, after=after), ticks.now)
    pace.grant()
    unused = pace.collect(everything=True)

    assert (4, 4, after) == (unused.count, unused.last, unused.after)
    assert 0 == pace.collect(everything=True).count
    assert BreakerState.CLOSED is pace.state


def test_ready_waits_for_the_end_of_trouble() -> None:
    """A mailer that stops does not sit out a back-off."""

    async def run() -> bool:
        pace, stopping = Pace(60, 60), asyncio.Event()
        await pace.ready(stopping)
        for _ in range(OPENS_AFTER):
            pace.slow(BUSY)
        waiting = asyncio.create_task(pace.ready(stopping))
        await asyncio.sleep(0)
        held = not waiting.done()
        stopping.set()
        await waiting
        return held

    assert asyncio.run(asyncio.wait_for(run(), 10))


def test_waiting_for_an_event_has_an_end() -> None:
    """Either it came or it did not."""

    async def run() -> tuple[bool, bool]:
        event = asyncio.Event()
        before = await wait_for(event, 0.001)
        event.set()
        return before, await wait_for(event, 1)

    assert (False, True) == asyncio.run(run())
