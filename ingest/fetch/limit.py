"""Ask a place no more often than its rules allow: a token bucket of one token.

With one token, requests are spaced evenly, so that no second, wherever it begins, holds more than the rate.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class RateLimiter:
    """Makes requests wait for their turn. Safe to use from several threads.

    Args:
        per_second: Most requests in a second.
        clock: Seconds of a clock that never goes back.
        sleep: Waits so many seconds.
    """

    def __init__(
        self,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._spacing = 1.0 / per_second
        self._clock, self._sleep = clock, sleep
        self._next = float("-inf")
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return when the next request may be sent."""
        with self._lock:
            now = self._clock()
            start = max(now, self._next)
            self._next = start + self._spacing
        if start > now:
            self._sleep(start - now)

    def slow_to(self, per_second: float) -> None:
        """Obey a lower limit that a reply states; a higher one is no reason to ask more often."""
        if per_second > 0:
            self._spacing = max(self._spacing, 1.0 / per_second)
