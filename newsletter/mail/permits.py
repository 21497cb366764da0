"""Permits of a limited relay that a mailer holds in memory; each has a moment, and is void a second after it. Pure."""

import math
from collections import deque
from dataclasses import dataclass

from newsletter.mail.limits import LATE, Allowance, Granted, Unused

# Without permits, and before anybody could have brought some, ask again after this.
NEXT_LOOK = 0.1

# However long a relay rests, its limits may be changed meanwhile.
LONGEST_REST = 30.0

# Permits that were taken and may be put back unused: one each connection.
MOST_PUT_BACK = 256


@dataclass(slots=True)
class _Run:
    """Permits one spacing apart."""

    # The moment of the first that is left, by our own clock.
    due: float
    spacing: float
    left: int
    # From its moment until it is void; less than LATE by what it took to get here.
    grace: float
    # Which grant it came with.
    grant: int


class Permits:
    """A purse: filled twice a second, emptied by connections."""

    def __init__(self) -> None:
        self._runs: deque[_Run] = deque()
        self._taken: deque[_Run] = deque(maxlen=MOST_PUT_BACK)
        self._void = 0
        self._grants = 0
        # Unused ones at the end of the latest grant. Behind those of an earlier one, other mailers may have been given some.
        self._void_at_end = 0
        self._after = Allowance()
        self._offered = Unused()
        self._again_at = 0.0
        self._rests_until = 0.0
        self.used = 0

    @property
    def left(self) -> int:
        """How many are held, void ones among them that nobody looked at yet."""
        return sum(run.left for run in self._runs)

    def put(self, granted: Granted, asked_at: float, now: float) -> None:
        """Take in what was granted to a request of *asked_at*, which is known since *now*.

        Their moments are counted from now, which is late at worst, and their end from then, which is early at worst.
        """
        if granted.is_busy:
            self._void += self._offered.count
            self._void_at_end += self._offered.last
        else:
            self._after = granted.after
        self._offered = Unused()
        self._again_at = now + min(granted.again_in, LONGEST_REST)
        self._rests_until = now + granted.again_in
        if granted.count:
            self._grants += 1
            self._void_at_end = 0
            grace = LATE - (now - asked_at)
            self._runs.append(_Run(now + granted.first_in, granted.spacing, granted.count, grace, self._grants))

    def take(self, now: float) -> float:
        """Take one: 0.0, or how many seconds to wait before trying again."""
        self._drop_void(now)
        if not self._runs:
            return min(max(self._again_at - now, NEXT_LOOK), LONGEST_REST)
        run = self._runs[0]
        if run.due > now:
            return run.due - now
        self._taken.append(_Run(run.due, 0.0, 1, run.grace, run.grant))
        self._advance(run, 1)
        if run.grant == self._grants:
            self._void_at_end = 0
        self.used += 1
        return 0.0

    def put_back(self) -> None:
        """Take one back that was taken and not used."""
        self.used = max(self.used - 1, 0)
        if self._taken:
            self._runs.appendleft(self._taken.pop())
        else:
            self._void += 1

    def is_wanting(self, now: float) -> bool:
        """Whether there can be more by asking."""
        return now >= self._again_at

    def rests_for(self, now: float) -> float:
        """Give for how many seconds there will be none, as far as is known."""
        return max(self._rests_until - now, 0.0) if not self._runs else 0.0

    def collect(self, now: float, *, everything: bool = False) -> Unused:
        """Give what is to be given back: the void ones, or all that is held."""
        self._drop_void(now)
        if everything:
            while self._runs:
                self._make_void(self._runs[0], self._runs[0].left)
        unused, last = self._void, 0
        if not self._runs:
            last, self._void_at_end = self._void_at_end, 0
        self._void = 0
        self._taken.clear()
        self._offered = Unused(unused, min(last, unused), self._after)
        return self._offered

    def _drop_void(self, now: float) -> None:
        while self._runs:
            run = self._runs[0]
            late = now - run.due - run.grace
            if late <= 0:
                return
            gone = run.left if run.spacing == 0 else min(run.left, math.floor(late / run.spacing) + 1)
            self._make_void(run, gone)

    def _make_void(self, run: _Run, count: int) -> None:
        self._void += count
        if run.grant == self._grants:
            self._void_at_end += count
        self._advance(run, count)

    def _advance(self, run: _Run, count: int) -> None:
        run.left -= count
        run.due += count * run.spacing
        if not run.left:
            self._runs.popleft()
