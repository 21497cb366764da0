"""How hard the relay is leant on."""

import asyncio

from newsletter.mail.delivery import Phase, Reply
from newsletter.mail.pace import MOST_FAILURES, Pace, wait_for

BUSY = Reply(Phase.MAIL, 421, "4.3.2", "4.3.2 busy")


def test_relay_that_works_is_not_waited_for() -> None:
    """Nothing happened, nothing is held up."""
    asyncio.run(asyncio.wait_for(Pace(30, 30).ready(asyncio.Event()), 1))


def test_trouble_holds_everybody_up_until_it_works() -> None:
    """Working once forgets it."""

    async def run() -> tuple[bool, bool]:
        pace, stopping = Pace(60, 60), asyncio.Event()
        pace.slow(BUSY)
        waiting = asyncio.create_task(pace.ready(stopping))
        await asyncio.sleep(0)
        held = not waiting.done()
        waiting.cancel()
        pace.works()
        await pace.ready(stopping)
        return held, pace.is_hopeless

    assert (True, False) == asyncio.run(run())


def test_stopping_ends_the_wait() -> None:
    """A mailer that stops does not sit out a back-off."""

    async def run() -> None:
        pace, stopping = Pace(60, 60), asyncio.Event()
        pace.slow(BUSY)
        stopping.set()
        await pace.ready(stopping)

    asyncio.run(asyncio.wait_for(run(), 1))


def test_many_connections_in_one_trouble_count_once() -> None:
    """Else twenty connections would give up after one hiccup."""
    pace = Pace(60, 60)
    for _ in range(MOST_FAILURES + 1):
        pace.slow(BUSY)

    assert not pace.is_hopeless


def test_relay_that_fails_again_and_again_is_hopeless() -> None:
    """And says why."""
    pace = Pace(0, 0)
    for _ in range(MOST_FAILURES):
        pace.slow(BUSY)

    assert pace.is_hopeless
    assert BUSY == pace.last_trouble


def test_waiting_for_an_event_has_an_end() -> None:
    """Either it came or it did not."""

    async def run() -> tuple[bool, bool]:
        event = asyncio.Event()
        before = await wait_for(event, 0.001)
        event.set()
        return before, await wait_for(event, 1)

    assert (False, True) == asyncio.run(run())
