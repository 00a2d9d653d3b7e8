"""Weigh what speaks for a sentence: what it is read to say, what it was expected to answer, how it fits.

A logistic regression (`weighing.json`, learnt by `python -m evals.answering.weigh`). Each of the three errs
on other sentences, so that together they tell better than any of them what answers.
"""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

from retrieval.evidence.desk import Evidence
from retrieval.logistic import Logistic, read_logistic

WEIGHTS = Path(__file__).with_name("weighing.json")
FEATURES = ("reading", "likeness", "score")
_SUREST = 1e-4  # how near to 0 or 1 a reading may come, so that its log odds are finite


def answering(each: Evidence, read: float) -> float:
    """How probable it is that a sentence answers the question, all in all.

    Raises:
        RecordError: The weights cannot be read.
    """
    return load_weights().probability(features_of(each, read))


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


@lru_cache(maxsize=1)
def load_weights() -> Logistic:
    """Read the shipped weights; they never change while the program runs.

    Raises:
        RecordError: They cannot be read.
    """
    return read_logistic(WEIGHTS, FEATURES, "python -m evals.answering.weigh")[0]
