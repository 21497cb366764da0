"""How often one network may ask for something that writes to people: a bucket that fills again with time."""

import ipaddress
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from newsletter.clock import monotonic

# A class of schoolchildren behind one address gets through, a loop does not.
BURST = 60
SECONDS_PER_PERMIT = 5.0

# Five thousand networks a flood may come from; the one unseen for longest is forgotten first.
MOST_NETWORKS = 10_000

# One household has a /64; counting single IPv6 addresses would count nothing.
IPV6_HOUSEHOLD = 64


@dataclass(slots=True)
class _Bucket:
    permits: float
    at: float


class Pace:
    """Counts requests of each network."""

    def __init__(self, ticks: Callable[[], float] = monotonic) -> None:
        self._lock = threading.Lock()
        self._ticks = ticks
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def admits(self, client: str) -> bool:
        """Whether the network of the address *client* may ask once more; asking counts."""
        with self._lock:
            bucket = self._filled(network_of(client))
            if bucket.permits < 1:
                return False
            bucket.permits -= 1
            return True

    def _filled(self, network: str) -> _Bucket:
        now = self._ticks()
        bucket = self._buckets.setdefault(network, _Bucket(BURST, now))
        self._buckets.move_to_end(network)
        if len(self._buckets) > MOST_NETWORKS:
            self._buckets.popitem(last=False)
        bucket.permits = min(BURST, bucket.permits + (now - bucket.at) / SECONDS_PER_PERMIT)
        bucket.at = now
        return bucket


def network_of(client: str) -> str:
    """Give what is counted as one: the IPv4 address, the /64 of an IPv6 address, or the text that is neither."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if isinstance(address, ipaddress.IPv4Address):
        return client
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, IPV6_HOUSEHOLD), strict=False))
