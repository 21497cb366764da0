"""How hard the relay is leant on: after trouble everybody waits, longer each time, until it works again."""

import asyncio

import structlog

from newsletter.clock import monotonic
from newsletter.mail.delivery import NO_ANSWER, Phase, Reply

log = structlog.get_logger()

# A run that is to end lets go after this many failures in a row: a minute with the usual patience.
MOST_FAILURES = 7


class Pace:
    """What all connections of a mailer know of the relay's health."""

    def __init__(self, first_wait: float, longest_wait: float) -> None:
        self._first_wait = first_wait
        self._longest_wait = longest_wait
        self._failures = 0
        self._not_before = 0.0
        self._last = Reply(Phase.CONNECT, NO_ANSWER, "", "")

    @property
    def last_trouble(self) -> Reply:
        """The latest answer that slowed us."""
        return self._last

    @property
    def is_hopeless(self) -> bool:
        """Whether a run that is to end should end."""
        return self._failures >= MOST_FAILURES

    def slow(self, reply: Reply) -> None:
        """Wait before the next try of any connection."""
        self._last = reply
        if monotonic() < self._not_before:
            # Several connections feel the same trouble at once; it counts once.
            return
        wait = min(self._first_wait * 2 ** min(self._failures, MOST_FAILURES), self._longest_wait)
        self._failures += 1
        self._not_before = monotonic() + wait
        log.warning("the relay is in trouble", phase=reply.phase.value, reply=reply.words, wait=wait)

    def works(self) -> None:
        """Forget all trouble: the relay answered as a relay does."""
        self._failures = 0
        self._not_before = 0.0

    def grant(self) -> float:
        """Let one message go: 0, or the seconds to wait before asking again."""
        return 0.0 if not self._not_before else max(0.0, self._not_before - monotonic())

    async def ready(self, stopping: asyncio.Event) -> None:
        """Wait until the relay may be tried, or the mailer stops."""
        while not stopping.is_set() and (wait := self.grant()) > 0:
            await wait_for(stopping, wait)


async def wait_for(event: asyncio.Event, seconds: float) -> bool:
    """Wait for *event*, at most so long; gives whether it came."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
