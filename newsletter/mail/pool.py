"""The relays of a mailer: each with its pace; weights decide who goes next while all are well, and who is well takes over."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from newsletter.clock import monotonic
from newsletter.mail.breaker import BreakerState
from newsletter.mail.delivery import NO_ANSWER, Phase, Reply
from newsletter.mail.limits import Granted, Limits, Unused
from newsletter.mail.pace import Pace
from newsletter.mail.relays import Relay
from newsletter.meters import RELAY_CONNECTIONS, RELAY_UP, Labels

# A relay may be ahead of its weight by so many of its own messages before it waits for the others.
SLACK = 8

# How long it then waits before it asks again, in seconds.
MOMENT = 0.02

# Nobody waits for a relay that has not asked for so long, in seconds: all its connections hang in something slow.
PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class Order:
    """What a mailer asks of a relay's allowance, and what it gives back to it."""

    relay: str
    limits: Limits
    wanted: int
    unused: Unused = field(default_factory=Unused)


class Pool:
    """All relays that were known at the last look, and how each is doing."""

    def __init__(
        self,
        relays: Iterable[Relay],
        first_wait: float,
        longest_wait: float,
        *,
        ticks: Callable[[], float] = monotonic,
    ) -> None:
        self._first_wait = first_wait
        self._longest_wait = longest_wait
        self._ticks = ticks
        self._relays: dict[str, Relay] = {}
        self._paces: dict[str, Pace] = {}
        self._present: tuple[Pace, ...] = ()
        # The highest share from which a relay went on.
        self._reached = 0.0
        self.update(relays)

    @property
    def relays(self) -> Mapping[str, Relay]:
        """The relays that take mail, by name."""
        return self._relays

    @property
    def is_hopeless(self) -> bool:
        """Whether none of the relays has taken anything for so long that a run which is to end should end."""
        return bool(self._present) and all(pace.is_hopeless for pace in self._present)

    @property
    def is_down(self) -> bool:
        """Whether none of the relays is to be tried at this moment, because of trouble with each."""
        return bool(self._present) and all(pace.state is BreakerState.OPEN for pace in self._present)

    @property
    def last_trouble(self) -> Reply:
        """What a relay that is in trouble said last."""
        failing = [pace.last_trouble for pace in self._present if pace.is_hopeless]
        return failing[-1] if failing else Reply(Phase.CONNECT, NO_ANSWER, "", "")

    def pace(self, name: str) -> Pace:
        """Give the pace of a relay; of one that is gone, too, so that its connections hear of it."""
        return self._paces[name]

    def update(self, relays: Iterable[Relay]) -> None:
        """Take over the relays as they are now: new ones, gone ones, changed limits, weights and connections."""
        fresh = {relay.name: relay for relay in relays}
        for name, relay in fresh.items():
            self._take_up(name, relay)
        for name, pace in self._paces.items():
            if pace.is_away != (name not in fresh):
                pace.go_away(is_away=name not in fresh)
        self._relays = fresh
        self._present = tuple(self._paces[name] for name in fresh)
        for pace in self._present:
            pace.compete(self._turn if len(self._present) > 1 else None)

    def show(self) -> None:
        """Show whoever watches how the relays are doing."""
        for name in self._relays:
            pace = self._paces[name]
            RELAY_UP.put(float(pace.state is BreakerState.CLOSED), name)
            RELAY_CONNECTIONS.put(pace.allowed, name)
        known: set[Labels] = {(name,) for name in self._relays}
        RELAY_UP.keep_only(known)
        RELAY_CONNECTIONS.keep_only(known)

    def rests_for(self) -> float:
        """Give for how many seconds the limits of every relay that works let nothing go; 0.0 when one of them does."""
        return min((pace.rests_for() for pace in self._present if not pace.is_hopeless), default=0.0)

    def orders(self, *, has_mail: bool) -> tuple[Order, ...]:
        """Give what is asked of the allowances now; without mail in hand everything held is given back."""
        now = self._ticks()
        orders = (
            Order(name, relay.limits, self._paces[name].wanted(now) if has_mail else 0, self._unused(name, has_mail=has_mail))
            for name, relay in self._relays.items()
            if not relay.limits.are_none
        )
        return tuple(order for order in orders if order.wanted or order.unused.count)

    def fill(self, granted: Mapping[str, Granted], asked_at: float) -> None:
        """Take in what the allowances gave for orders of *asked_at*, by our own clock."""
        for name, permits in granted.items():
            if name in self._paces:
                self._paces[name].fill(permits, asked_at)

    def _unused(self, name: str, *, has_mail: bool) -> Unused:
        return self._paces[name].collect(everything=not has_mail)

    def _take_up(self, name: str, relay: Relay) -> None:
        known = self._relays.get(name)
        pace = self._paces.get(name)
        if pace is None:
            pace = Pace(self._first_wait, self._longest_wait, relay.connections, name=name, ticks=self._ticks)
            self._paces[name] = pace
        if known is None or known.connections != relay.connections:
            pace.bear(relay.connections)
        if known is None or known.limits != relay.limits:
            pace.limit(relay.limits)
        if known is None or known.door != relay.door:
            pace.start_afresh()
        pace.weight = relay.weight

    def _turn(self, pace: Pace, now: float) -> float:
        """Give how long *pace* waits for the others: a moment when it is ahead of its weight, and they can go."""
        if not pace.competes(now, PATIENCE):
            # Who was ill or had nothing to do does not catch up on what the others did meanwhile.
            pace.share = max(pace.share, self._reached)
        pace.asked_at = now
        behind = min((one.share for one in self._present if one is not pace and one.competes(now, PATIENCE)), default=math.inf)
        if pace.share > behind + SLACK / pace.weight:
            return MOMENT
        self._reached = max(self._reached, pace.share)
        return 0.0
