"""Read `outlines.yaml`: what an answer is made of, by the kind of question."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml


@lru_cache(maxsize=1)
def load_outlines() -> dict[str, Any]:
    """Read the outlines; they never change while the program runs."""
    data: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return data
