"""Whether the disclaimer of an answer says what a disclaimer must say (`disclaimer.yaml`)."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import yaml

POINTS = Path(__file__).with_name("disclaimer.yaml")


@lru_cache(maxsize=1)
def _points() -> tuple[re.Pattern[str], ...]:
    points: dict[str, list[str]] = yaml.safe_load(POINTS.read_text(encoding="utf-8"))
    return tuple(re.compile("|".join(f"(?:{each})" for each in any_of), re.I) for any_of in points.values())


def says_all(disclaimer: str) -> bool:
    """Whether it makes every point: no advice, change nothing because of it, whom to ask, emergencies.

    >>> says_all("This is not medical advice.")
    False
    """
    return all(point.search(disclaimer) for point in _points())
