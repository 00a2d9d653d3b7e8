"""Logistic regressions with weights that are shipped as JSON, each written by the command that learnt it."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import RecordError


@dataclass(frozen=True, slots=True)
class Logistic:
    """One weight for each feature, none of them negative: more of it never makes anything less probable."""

    weights: tuple[float, ...]
    bias: float

    def probability(self, features: Sequence[float]) -> float:
        """How probable it is, for the value of each feature."""
        total = self.bias + sum(w * x for w, x in zip(self.weights, features, strict=True))
        return 1.0 / (1.0 + math.exp(-total))


def log_odds(probability: float, nearest: float) -> float:
    """The log odds of a probability, taken to come no nearer to 0 and to 1 than this."""
    share = min(max(probability, nearest), 1 - nearest)
    return math.log(share / (1 - share))


def read_logistic(
    path: Path, features: Sequence[str], command: str, also: Sequence[str] = ()
) -> tuple[Logistic, tuple[float, ...]]:
    """Read a file of weights, and the other numbers that stand beside them.

    Args:
        path: The file: `weights` by the names of the features, `bias`, and the other numbers.
        features: The names, in the order in which the weights are wanted.
        command: What writes the file anew.
        also: The names of the other numbers.

    Raises:
        RecordError: It lacks something, or is not in the form that the training writes.
    """
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        weights = tuple(float(data["weights"][name]) for name in features)
        if min(weights) < 0:
            raise ValueError("a weight is negative")
        return Logistic(weights, float(data["bias"])), tuple(float(data[name]) for name in also)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise RecordError(
            f"{path.name}: {' '.join(str(error).split())}.", f"Run '{command}' to write it anew."
        ) from error
