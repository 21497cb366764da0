"""The tray between claims and connections: when more is wanted, and when everything is done."""

import asyncio
from collections.abc import Awaitable

from newsletter.mail.delivery import Delivery
from newsletter.mail.tray import QUEUED, Tray


def some(count: int, first: int = 1) -> list[Delivery]:
    """Give so many deliveries."""
    return [Delivery(id_, 1, id_, id_, 1, f"{id_}@example.net", "", "", 0, 0) for id_ in range(first, first + count)]


async def _has_come(what: Awaitable[None]) -> bool:
    try:
        async with asyncio.timeout(0.01):
            await what
    except TimeoutError:
        return False
    return True


def has_come(what: Awaitable[None]) -> bool:
    """Whether something that is waited for is so already."""
    return asyncio.run(_has_come(what))


def test_they_are_taken_in_order() -> None:
    """Whoever was claimed first goes first."""
    tray = Tray()
    tray.put(some(3))

    assert [1, 2, 3, None] == [one and one.id for one in (tray.take_now() for _ in range(4))]


def test_who_is_put_back_is_next() -> None:
    """They have waited longest."""
    tray = Tray()
    tray.put(some(2))
    first = tray.take_now()
    assert first is not None
    tray.put_back(first)

    assert first == tray.take_now()
    assert has_come(tray.filled())


def test_emptied_when_each_is_done_and_not_before() -> None:
    """Taken is not done, and put back is not done either."""

    async def go() -> list[bool]:
        tray = Tray()
        tray.put(some(2))
        first = tray.take_now()
        tray.take_now()
        tray.done()
        seen = [await _has_come(tray.emptied())]
        assert first is not None
        tray.put_back(first)
        seen.append(await _has_come(tray.emptied()))
        tray.take_now()
        tray.done()
        return [*seen, await _has_come(tray.emptied())]

    assert [False, False, True] == asyncio.run(go())


def test_low_when_half_of_what_is_claimed_at_once_is_gone() -> None:
    """So that connections do not wait for a claim."""
    tray = Tray()
    tray.serve(1)
    tray.put(some(QUEUED))
    full = has_come(tray.low())
    for _ in range(QUEUED // 2):
        tray.take_now()

    assert not full
    assert has_come(tray.low())


def test_each_connection_is_kept_busy() -> None:
    """More connections, more in hand."""
    tray = Tray()
    tray.serve(20)

    assert 20 * QUEUED == tray.ahead


def test_surplus_is_what_a_slower_pace_does_not_need() -> None:
    """The last ones go; those in front stay, and nobody waits for whoever is gone."""
    tray = Tray()
    tray.serve(2)
    tray.put(some(100))
    gone = tray.surplus()
    left = [tray.take_now() for _ in range(2 * QUEUED)]
    for _ in left:
        tray.done()

    assert set(range(2 * QUEUED + 1, 101)) == {one.id for one in gone}
    assert 2 * QUEUED == tray.ahead
    assert has_come(tray.emptied())
    assert () == tray.surplus()


def test_ended_tray_hands_out_nothing_and_keeps_nobody_waiting() -> None:
    """Whoever waits for anything hears of the end; what comes later is dropped, its lease is given back as a whole."""
    tray = Tray()
    tray.put(some(2))
    taken = tray.take_now()
    assert taken is not None
    tray.end()
    tray.put(some(1, first=9))
    tray.put_back(taken)

    assert tray.has_ended
    assert tray.take_now() is None
    assert has_come(tray.filled())
    assert has_come(tray.low())
