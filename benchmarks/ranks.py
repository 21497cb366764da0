"""Whether two samples come from one distribution: the rank test of Mann and Whitney, by its normal approximation, with ties."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

# Half a rank towards the middle: ranks are whole numbers, and the curve is not.
CONTINUITY = 0.5


@dataclass(frozen=True, slots=True)
class Ranks:
    """How one sample stands to another."""

    # How often one of the first is above one of the second; half for each tie.
    u: float
    # What that is on average where both come from one distribution, and how far from it one comes by chance.
    mean: float
    deviation: float

    @property
    def p(self) -> float:
        """How likely chance alone sets the two at least so far apart, to either side; 1 where all are alike."""
        if not self.deviation:
            return 1.0
        distance = max(0.0, abs(self.u - self.mean) - CONTINUITY) / self.deviation
        return math.erfc(distance / math.sqrt(2))


def compare(one: Sequence[float], other: Sequence[float]) -> Ranks:
    """Compare two samples, neither of them empty."""
    marked = sorted([(value, True) for value in one] + [(value, False) for value in other])
    total, below, sum_of_ranks, ties = len(marked), 0, 0.0, 0
    for _, tied in groupby(marked, key=lambda pair: pair[0]):
        members = [is_first for _, is_first in tied]
        count = len(members)
        # All of a tie share the middle of the ranks they take up.
        sum_of_ranks += sum(members) * (below + (count + 1) / 2)
        below += count
        ties += count**3 - count
    first, second = len(one), len(other)
    variance = first * second / 12 * (total + 1 - ties / (total * (total - 1)))
    return Ranks(sum_of_ranks - first * (first + 1) / 2, first * second / 2, math.sqrt(max(0.0, variance)))
