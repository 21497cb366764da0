"""Leased deliveries on their way to the connections: enough to keep all busy, few enough that nothing urgent waits."""

import asyncio
from collections import deque
from collections.abc import Sequence

from newsletter.clock import monotonic
from newsletter.mail.delivery import Delivery

# Leased ahead for each connection: enough to keep it busy over a commit, few enough that a confirmation does not wait behind
# an issue on a slow relay.
QUEUED = 4
# On a fast one as much as it takes in so many seconds, and never more than so many.
AHEAD_SECONDS = 0.2
MOST_AHEAD = 1000


class Tray:
    """Filled by claims, emptied by connections; knows when it is low and when everything taken from it is done."""

    def __init__(self) -> None:
        self._least = self._ahead = QUEUED
        self._waiting: deque[Delivery] = deque()
        self._in_hand = 0
        self._taken = 0
        self._measured_from = self._touched_at = monotonic()
        self._has_ended = False
        self._has_some = asyncio.Event()
        self._is_low = asyncio.Event()
        self._is_low.set()
        self._is_done = asyncio.Event()
        self._is_done.set()

    @property
    def ahead(self) -> int:
        """How many to claim at once."""
        return self._ahead

    @property
    def has_some(self) -> bool:
        """Whether somebody waits to be taken."""
        return bool(self._waiting)

    @property
    def untouched(self) -> float:
        """For how long nobody has been taken, in seconds."""
        return monotonic() - self._touched_at

    def touch(self) -> None:
        """Count from now on for how long nobody is taken."""
        self._touched_at = monotonic()

    @property
    def has_ended(self) -> bool:
        """Whether nobody will be handed out any more."""
        return self._has_ended

    def serve(self, connections: int) -> None:
        """Hear how many connections there are to be kept busy."""
        self._least = max(connections, 1) * QUEUED
        self._ahead = max(self._ahead, self._least)
        self._look()

    def put(self, deliveries: Sequence[Delivery]) -> None:
        """Take in what was claimed."""
        if self._has_ended:
            # Leased and untouched: given back when the shift ends.
            return
        self._waiting.extend(deliveries)
        self._in_hand += len(deliveries)
        if deliveries:
            self._is_done.clear()
            self._has_some.set()
        self._measure()
        self._look()

    def take_now(self) -> Delivery | None:
        """Give the next delivery, None when there is none at this moment."""
        if not self._waiting:
            return None
        delivery = self._waiting.popleft()
        self._taken += 1
        self._touched_at = monotonic()
        self._look()
        return delivery

    def surplus(self, *, everything: bool = False) -> tuple[Delivery, ...]:
        """Let go of what waits beyond the least, because it goes slower now than when it was claimed; or of *everything*."""
        self._ahead = self._least
        gone = tuple(self._waiting.pop() for _ in range(len(self._waiting) - (0 if everything else self._least)))
        self._in_hand -= len(gone)
        if not self._in_hand:
            self._is_done.set()
        self._look()
        return gone

    def put_back(self, delivery: Delivery) -> None:
        """Take back a delivery that was taken and has not got to its relay, to be taken first by whoever is next."""
        if self._has_ended:
            self.done()
            return
        self._waiting.appendleft(delivery)
        self._has_some.set()
        self._look()

    async def filled(self) -> None:
        """Wait until somebody waits to be taken, or nobody will any more."""
        await self._has_some.wait()

    def done(self) -> None:
        """Hear that a delivery that was taken needs no more work."""
        self._in_hand -= 1
        if not self._in_hand:
            self._is_done.set()

    def end(self) -> None:
        """Hand out no more; what still waits is dropped."""
        self._has_ended = True
        self._waiting.clear()
        self._has_some.set()
        self._is_low.set()

    async def low(self) -> None:
        """Wait until more can be claimed."""
        await self._is_low.wait()

    async def emptied(self) -> None:
        """Wait until everything that came in is done."""
        await self._is_done.wait()

    def _measure(self) -> None:
        now = monotonic()
        elapsed = now - self._measured_from
        if elapsed <= 0:
            return
        wanted = int(self._taken / elapsed * AHEAD_SECONDS)
        # Twice at the most: the first moments say little.
        self._ahead = max(self._least, min(wanted, 2 * self._ahead, MOST_AHEAD))
        self._taken, self._measured_from = 0, now

    def _look(self) -> None:
        if not self._waiting and not self._has_ended:
            self._has_some.clear()
        if len(self._waiting) * 2 <= self._ahead:
            self._is_low.set()
        else:
            self._is_low.clear()
