"""The short disclaimer that goes with every outcome, in the answer itself, so that no surface can forget it.

The words stand in `disclaimer.yaml`. Not for help in danger: see `retrieval.safety.help`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml

from retrieval.safety.help import contacts_of

DISCLAIMERS = Path(__file__).with_name("disclaimer.yaml")


def disclaimer_for(outcome: str, region: str) -> str:
    """Give the disclaimer of an outcome, with the emergency number of the region.

    Raises:
        KeyError: There is no such outcome or region.
    """
    texts = load_disclaimers()
    if outcome not in texts:
        raise KeyError(f"There is no outcome '{outcome}' in {DISCLAIMERS.name}; it has {', '.join(texts)}.")
    return texts[outcome].replace("{emergency}", contacts_of(region)["emergency"])


@lru_cache(maxsize=1)
def load_disclaimers() -> Mapping[str, str]:
    """Read `disclaimer.yaml`; it never changes while the program runs."""
    texts: Mapping[str, str] = yaml.safe_load(DISCLAIMERS.read_text(encoding="utf-8"))
    return texts
