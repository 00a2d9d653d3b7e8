"""How many requests one client may make: a token bucket each, for a bounded number of clients.

Buckets that are full again are forgotten first, so that memory does not grow with visitors.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

_MOST_CLIENTS = 10_000
_SHARED_BITS = 64  # of an IPv6 address: a household has all of the rest to itself


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Rate:
    """A token bucket for each client: a minute's worth at once, refilled evenly. Safe to use from threads.

    Args:
        per_minute: Requests a minute; 0 for as many as anybody likes.
        clock: Seconds that only ever grow.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        """How many clients are remembered."""
        return len(self._buckets)

    def wait_s(self, client: str) -> int:
        """Count one request of a client.

        Returns:
            0 where it may go on; else in how many whole seconds the client may ask again.
        """
        if not self.per_minute:
            return 0
        with self._lock:
            return self._count(client)

    def _count(self, client: str) -> int:
        now = self._clock()
        bucket = self._buckets.pop(client, None) or _Bucket(self.per_minute, now)
        per_second = self.per_minute / 60
        bucket.tokens = min(self.per_minute, bucket.tokens + (now - bucket.at) * per_second)
        bucket.at = now
        self._buckets[client] = bucket  # at the end: the first is the one that asked longest ago
        if len(self._buckets) > _MOST_CLIENTS:
            self._buckets.popitem(last=False)
        if bucket.tokens < 1:
            return math.ceil((1 - bucket.tokens) / per_second)
        bucket.tokens -= 1
        return 0


def client_of(host: str | None) -> str:
    """What counts as one client: an IPv4 address, or the network of an IPv6 address."""
    try:
        address = ip_address(host or "")
    except ValueError:
        return host or "unknown"
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(int(address) >> (128 - _SHARED_BITS))
    return str(getattr(address, "ipv4_mapped", None) or address)
