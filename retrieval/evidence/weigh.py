"""Weigh what speaks for a sentence: what it is read to say, what it was expected to answer, how it fits.

A logistic regression (`weighing.json`, learnt by `python -m evals.answering.weigh`). Each of the three errs
on other sentences, so that together they tell better than any of them what answers.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from corpus.errors import RecordError
from retrieval.evidence.desk import Evidence

WEIGHTS = Path(__file__).with_name("weighing.json")
FEATURES = ("reading", "likeness", "score")
_SUREST = 1e-4  # how near to 0 or 1 a reading may come, so that its log odds are finite


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learnt: one weight for each of `FEATURES`."""

    weights: tuple[float, ...]
    bias: float

    def probability(self, features: tuple[float, ...]) -> float:
        """How probable it is that a sentence answers, for the values of `FEATURES`."""
        total = self.bias + sum(w * x for w, x in zip(self.weights, features, strict=True))
        return 1.0 / (1.0 + math.exp(-total))


def features_of(each: Evidence, read: float) -> tuple[float, ...]:
    """Measure what speaks for a sentence that was expected to answer something.

    Args:
        each: The sentence, judged for a part of the answer.
        read: Probability that it answers, where it was read together with the question.

    Returns:
        The log odds of the reading, the likeness to what it was expected to answer (cosine), and its score.
    """
    share = min(max(read, _SUREST), 1 - _SUREST)
    return math.log(share / (1 - share)), each.foreseen or 0.0, each.score


def answering(each: Evidence, read: float) -> float:
    """How probable it is that a sentence answers the question, all in all.

    Raises:
        RecordError: The weights cannot be read.
    """
    return load_weights().probability(features_of(each, read))


@lru_cache(maxsize=1)
def load_weights() -> Weights:
    """Read the shipped weights; they never change while the program runs."""
    return read_weights(WEIGHTS)


def read_weights(path: Path) -> Weights:
    """Read a file of weights.

    Raises:
        RecordError: It lacks something, or is not in the form that the training writes.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Weights(tuple(float(data["weights"][name]) for name in FEATURES), float(data["bias"]))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise RecordError(
            f"{path.name}: {' '.join(str(error).split())}.",
            "Run 'python -m evals.answering.weigh' to write it anew.",
        ) from error
