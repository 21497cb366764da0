"""How hard a relay is leant on: asked before every message, told after every answer."""

import asyncio
import math
from collections.abc import Callable

import structlog

from newsletter.clock import monotonic
from newsletter.mail.breaker import Breaker, BreakerState
from newsletter.mail.delivery import GOING_DOWN, NO_ANSWER, Phase, Reply
from newsletter.mail.limits import Granted, Limits, Unused
from newsletter.mail.permits import Permits
from newsletter.mail.relays import DEFAULT_CONNECTIONS

log = structlog.get_logger()

# Connections are halved once for one trouble, which all of them feel within seconds.
HALVE_EVERY = 5.0
# After so long without a word of that kind there is one connection more.
CLEAN_TIME = 60.0

# A relay that refused somebody for its limits so lately is limited: others do not wait for its share.
LIMITED_FOR = 1.0

# A relay that was taken away, or disabled, is asked again after this.
AWAY_WAIT = 1.0

# Permits asked for beyond what was used in the last half second, so that a mailer can grow faster.
HEADROOM = 2

# Given the pace that asks and the time: how long it waits for the others to catch up.
Turn = Callable[["Pace", float], float]


class Pace:
    """What all connections of a mailer to one relay share."""

    def __init__(
        self,
        first_wait: float,
        longest_wait: float,
        connections: int = DEFAULT_CONNECTIONS,
        *,
        name: str = "",
        ticks: Callable[[], float] = monotonic,
        turn: Turn | None = None,
    ) -> None:
        self.name = name
        # Messages let go, and what they come to in units of the relay's weight; kept for and by the pool.
        self.granted = 0
        self.weight = 1
        self.share = 0.0
        self.asked_at = -math.inf
        self._ticks = ticks
        self._breaker = Breaker(first_wait, longest_wait)
        self._last = Reply(Phase.CONNECT, NO_ANSWER, "", "")
        self._connections = self._allowed = connections
        self._halved_at = self._clean_since = -math.inf
        self._permits: Permits | None = None
        self._refused_at = -math.inf
        self._used_before = 0
        self._is_away = False
        self._turn = turn
        self._is_free = turn is None
        # Whether it has since its latest trouble.
        self.has_worked = False

    @property
    def last_trouble(self) -> Reply:
        """The latest answer that slowed us."""
        return self._last

    @property
    def is_hopeless(self) -> bool:
        """Whether a run that is to end should not wait for this relay."""
        return self._is_away or self._breaker.is_hopeless

    @property
    def state(self) -> BreakerState:
        """How the circuit breaker stands."""
        return self._breaker.state(self._ticks())

    @property
    def allowed(self) -> int:
        """How many connections there may be now."""
        return self._allowed

    @property
    def may_be_tried(self) -> bool:
        """Whether no trouble of the relay holds a message up at this moment; its limits may."""
        return not self._is_away and not self._breaker.wait(self._ticks())

    @property
    def is_away(self) -> bool:
        """Whether the relay was disabled or removed."""
        return self._is_away

    def grant(self) -> float:
        """Let one message go (0.0, counted against all limits), or give the seconds to wait before asking again."""
        if self._is_free:
            self.granted += 1
            return 0.0
        return self._ask(self._ticks())

    def return_one(self) -> None:
        """Take back a grant that was not used."""
        self.granted = max(self.granted - 1, 0)
        self.share -= 1 / self.weight
        self._breaker.withdraw()
        if self._permits is not None:
            self._permits.put_back()

    def slow(self, reply: Reply) -> None:
        """Note trouble: everybody waits before the next try."""
        if is_throttling(reply):
            self._halve()
        self._fail(reply)

    def throttled(self, reply: Reply) -> None:
        """Note that the relay finds us too fast: with 421 it also is in trouble; 4.7.x is said to one message only."""
        self._halve()
        if reply.code == GOING_DOWN:
            self._fail(reply)

    def works(self) -> None:
        """Note that the relay answered as a relay does."""
        self.has_worked = True
        if self._is_free:
            return
        self._breaker.succeed(self._ticks())
        self._look_free()

    def allows_connection(self, index: int) -> bool:
        """Whether the connection of this number, the first being 0, may be open."""
        if self._allowed < self._connections:
            self._grow(self._ticks())
        return index < self._allowed and not self._is_away

    def bear(self, connections: int) -> None:
        """Take another number of connections as the most there may be."""
        was_full = self._allowed == self._connections
        self._connections = connections
        self._allowed = connections if was_full else min(self._allowed, connections)

    def go_away(self, *, is_away: bool) -> None:
        """Let nothing go any more, because the relay was disabled or removed; or let go again."""
        self._is_away = is_away
        self._look_free()

    def start_afresh(self) -> None:
        """Forget former trouble: the relay is reached in another way now, or was let in again by somebody."""
        self._breaker.forget()
        self._look_free()

    def limit(self, limits: Limits) -> None:
        """Take up limits; from now on nothing goes without a permit, or everything does."""
        self._permits = None if limits.are_none else Permits()
        self._used_before = 0
        self._look_free()

    def compete(self, turn: Turn | None) -> None:
        """Ask *turn* before each message: there are other relays, or None: there are none."""
        self._turn = turn
        self._look_free()

    def competes(self, now: float, patience: float) -> bool:
        """Whether others wait for this relay to take its share: it is well, is not limited, and asked within *patience*."""
        return (
            not self._is_away
            and self._breaker.state(now) is BreakerState.CLOSED
            and now - self._refused_at >= LIMITED_FOR
            and now - self.asked_at <= patience
        )

    def wanted(self, now: float) -> int:
        """Give how many permits to ask for: what was used since the last time, twice, and some for each connection."""
        if self._permits is None or not self._permits.is_wanting(now):
            return 0
        used, self._used_before = self._permits.used - self._used_before, self._permits.used
        return max(HEADROOM * (used + self._allowed) - self._permits.left, 0)

    def collect(self, *, everything: bool) -> Unused:
        """Give the permits that were not used: the void ones, or all."""
        return Unused() if self._permits is None else self._permits.collect(self._ticks(), everything=everything)

    def fill(self, granted: Granted, asked_at: float) -> None:
        """Take in the permits that a request of *asked_at* was granted."""
        if self._permits is not None:
            self._permits.put(granted, asked_at, self._ticks())

    def rests_for(self) -> float:
        """Give for how many seconds the limits let nothing go, as far as is known; 0.0 when something may go."""
        return 0.0 if self._permits is None else self._permits.rests_for(self._ticks())

    async def ready(self, stopping: asyncio.Event) -> None:
        """Wait until the relay may be tried, or the mailer stops."""
        while not stopping.is_set():
            wait = self._breaker.wait(self._ticks())
            if wait <= 0:
                return
            await wait_for(stopping, wait)

    def _ask(self, now: float) -> float:
        if self._is_away:
            return AWAY_WAIT
        wait = self._breaker.wait(now)
        if not wait and self._turn is not None and self._breaker.state(now) is BreakerState.CLOSED:
            wait = self._turn(self, now)
        if not wait and self._permits is not None:
            wait = self._permits.take(now)
            self._refused_at = now if wait else self._refused_at
        if wait:
            return wait
        self._breaker.begin(now)
        self.granted += 1
        self.share += 1 / self.weight
        self._look_free()
        return 0.0

    def _fail(self, reply: Reply) -> None:
        self._last = reply
        self.has_worked = False
        wait = self._breaker.fail(self._ticks())
        self._look_free()
        if wait:
            log.warning("the relay is in trouble", relay=self.name, phase=reply.phase.value, reply=reply.words, wait=wait)

    def _halve(self) -> None:
        now = self._ticks()
        self._grow(now)
        self._clean_since = now
        if now - self._halved_at < HALVE_EVERY or self._allowed == 1:
            return
        self._halved_at = now
        self._allowed = max(self._allowed // 2, 1)
        log.warning("the relay finds us too fast", relay=self.name, connections=self._allowed)

    def _grow(self, now: float) -> None:
        if self._allowed >= self._connections:
            return
        steps = int((now - self._clean_since) // CLEAN_TIME)
        if steps > 0:
            self._allowed = min(self._allowed + steps, self._connections)
            self._clean_since += steps * CLEAN_TIME

    def _look_free(self) -> None:
        # Asked for every message, so what nothing holds up goes without a look at the clock.
        self._is_free = not self._is_away and self._turn is None and self._permits is None and self._breaker.is_calm


def is_throttling(reply: Reply) -> bool:
    """Whether a relay says that it gets too much of us: 421, or a temporary refusal for reasons of policy (RFC 3463: 4.7.x)."""
    return reply.code == GOING_DOWN or (reply.code // 100 == 4 and reply.enhanced.startswith("4.7."))  # noqa: PLR2004 -- 4yz


async def wait_for(event: asyncio.Event, seconds: float) -> bool:
    """Wait for *event*, at most so long; gives whether it came."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
