"""When to ask again: what `Retry-After` says, else exponential backoff with jitter.

Backoff with full jitter, as in Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015), but
never below half of its step. `Retry-After`: RFC 9110, section 10.2.3.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})  # statuses after which asking again may help
LONGEST_WAIT = 120.0  # seconds; a place that asks for more is left for another day
_FIRST_STEP, _LAST_STEP = 1.0, 60.0  # seconds


def retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds that a `Retry-After` header asks to wait, as seconds or as an HTTP date; None if it says none.

    Args:
        header: Its value, whatever it holds.
        now: The time, with its zone.
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])  # more digits than that are years all the same
    try:
        date = parsedate_to_datetime(text)
        if date.tzinfo is None:  # "-0000": a time in UTC from a place unknown
            date = date.replace(tzinfo=UTC)
        return max(0.0, (date - now).total_seconds())
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def backoff(attempt: int, chance: random.Random) -> float:
    """Seconds to wait after so many failed attempts (1, 2, ...)."""
    step = min(_LAST_STEP, _FIRST_STEP * 2.0 ** (min(attempt, 10) - 1))
    return step * chance.uniform(0.5, 1.0)
