"""Calls in the name of a provider that proved nothing, counted by the network they came from."""

import threading
from collections import OrderedDict
from collections.abc import Callable

from newsletter.clock import monotonic

# Whoever sets up a webhook tries a secret or two; a program that guesses asks thousands of times.
MOST = 30
PER_SECONDS = 60.0

# Of networks at once, the ones last heard of.
MOST_NETWORKS = 2000


class Knocks:
    """Remembers for a minute who was turned away."""

    def __init__(self, ticks: Callable[[], float] = monotonic) -> None:
        self._ticks = ticks
        self._lock = threading.Lock()
        self._known: OrderedDict[str, list[float]] = OrderedDict()

    def is_too_much(self, network: str) -> bool:
        """Whether somebody from there was turned away too often to be listened to now."""
        with self._lock:
            return len(self._recent(network)) >= MOST

    def turned_away(self, network: str) -> None:
        """Count one more."""
        with self._lock:
            self._known[network] = [*self._recent(network)[-MOST:], self._ticks()]
            self._known.move_to_end(network)
            if len(self._known) > MOST_NETWORKS:
                self._known.popitem(last=False)

    def _recent(self, network: str) -> list[float]:
        since = self._ticks() - PER_SECONDS
        return [at for at in self._known.get(network, ()) if at > since]
