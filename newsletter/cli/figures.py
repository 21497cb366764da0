"""The figures of a running mailing, about every second: for the bar on a terminal and as lines of JSON, the same numbers."""

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import TypeVar

from newsletter.clock import monotonic
from newsletter.mail.tally import Progress as Mailed

T = TypeVar("T")

# Between two tellings, and of what the rate is the average, in seconds.
EVERY = 1.0
RATE_OVER = 10.0
# Counting who waits walks the ledger, so in a worker that stays up it is done less often. In seconds.
COUNT_EVERY = 5.0

_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Figures:
    """How a mailing stands."""

    accepted: int
    deferred: int
    refused: int
    uncertain: int
    skipped: int
    # Who is still to be reached.
    waiting: int
    # People settled in a second, of late.
    per_second: float
    # None while nothing moves.
    seconds_left: int | None

    @property
    def settled(self) -> int:
        """How many have come to a verdict."""
        return self.accepted + self.deferred + self.refused + self.uncertain + self.skipped


class Gauge:
    """Reads the rate off what was settled in the last seconds."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def read(self, mailed: Mailed, waiting: int, at: float) -> Figures:
        """Give the figures at *at*, in seconds that never go back."""
        if self._seen and mailed.done < self._seen[-1][1]:
            # The mailer was started anew and counts from nothing.
            self._seen.clear()
        self._seen.append((at, mailed.done))
        while len(self._seen) > 1 and at - self._seen[0][0] > RATE_OVER:
            self._seen.popleft()
        since, before = self._seen[0]
        rate = (mailed.done - before) / (at - since) if at > since else mailed.per_second
        return figures(mailed, waiting, rate)


class Teller:
    """Stands beside a worker and tells how its mailing goes, about every second and once at its end."""

    def __init__(
        self,
        show: Callable[[Figures], None],
        count: Callable[[], int | None] | None = None,
        *,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        # *count* gives who waits at the moment, None when it cannot be asked; without it, whoever waited at the start and is
        # not settled.
        self._show = show
        self._count = count
        self._seconds = seconds
        self._gauge = Gauge()
        self._latest = Mailed(0, 0, 0, 0, 0, 0, 0.0)
        self._counted = 0
        self._counted_at = -math.inf

    def take(self, mailed: Mailed) -> None:
        """Take in what the mailer says."""
        self._latest = mailed

    def beside(self, run: Callable[[asyncio.Event], Awaitable[T]]) -> Callable[[asyncio.Event], Coroutine[None, None, T]]:
        """Give *run* with the telling beside it."""

        async def both(stop: asyncio.Event) -> T:
            telling = asyncio.create_task(self._tell_on())
            try:
                result = await run(stop)
            finally:
                telling.cancel()
                await asyncio.wait([telling])
            # Of the whole run: the last seconds of a mailing are slow ones.
            self._show(figures(self._latest, await self._waiting(is_last=True), self._latest.per_second))
            return result

        return both

    async def _tell_on(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            self._show(self._gauge.read(self._latest, await self._waiting(), self._seconds()))

    async def _waiting(self, *, is_last: bool = False) -> int:
        if self._count is None:
            return max(self._latest.waiting - self._latest.done, 0)
        if is_last or self._seconds() - self._counted_at >= COUNT_EVERY:
            found = await asyncio.to_thread(self._count)
            self._counted = self._counted if found is None else found
            self._counted_at = self._seconds()
        return self._counted


def figures(mailed: Mailed, waiting: int, rate: float) -> Figures:
    """Give the figures at a rate."""
    # Over no time at all there is no rate.
    rate = rate if math.isfinite(rate) else 0.0
    return Figures(
        accepted=mailed.accepted,
        deferred=mailed.deferred,
        refused=mailed.refused,
        uncertain=mailed.uncertain,
        skipped=mailed.skipped,
        waiting=waiting,
        per_second=round(rate, 1),
        seconds_left=math.ceil(waiting / rate) if rate > 0 else (None if waiting else 0),
    )


def in_words(figures: Figures) -> str:
    """Give the figures as a person reads them: `36/s, 12,000 accepted, 3 deferred, 0 refused, 0 uncertain`."""
    said = [
        f"{figures.per_second:,.0f}/s",
        f"{figures.accepted:,} accepted",
        f"{figures.deferred:,} deferred",
        f"{figures.refused:,} refused",
        f"{figures.uncertain:,} uncertain",
    ]
    return ", ".join([*said, f"{figures.skipped:,} skipped"] if figures.skipped else said)


def left_in_words(figures: Figures) -> str:
    """Say how long it will take: `0:04:10 left`; nothing while nobody can know."""
    if figures.seconds_left is None or not figures.waiting:
        return ""
    minutes, seconds = divmod(figures.seconds_left, _MINUTE)
    hours, minutes = divmod(minutes, _MINUTE)
    return f"{hours}:{minutes:02d}:{seconds:02d} left"
