"""Weigh what speaks for a sentence: what it is read to say, what it was expected to answer, how it fits.

A logistic regression (`weighing.json`, learnt by `python -m evals.answering.weigh`). Each of them errs on
other sentences, so that together they tell better than any of them what answers. `weighing_closely.json`
weighs what was read closely too, where that can be done (`retrieval.evidence.closely`).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from retrieval.evidence.desk import Evidence
from retrieval.logistic import Logistic, log_odds, read_logistic

WEIGHTS = Path(__file__).with_name("weighing.json")
WEIGHTS_CLOSELY = Path(__file__).with_name("weighing_closely.json")
FEATURES = ("reading", "likeness", "score")
FEATURES_CLOSELY = (*FEATURES, "close reading")
_SUREST = 1e-4  # how near to 0 or 1 a reading may come, so that its log odds are finite


def answering(each: Evidence, read: float, closely: float | None = None) -> float:
    """How probable it is that a sentence answers the question, all in all.

    Raises:
        RecordError: The weights cannot be read.
    """
    return load_weights(closely=closely is not None).probability(features_of(each, read, closely))


def features_of(each: Evidence, read: float, closely: float | None = None) -> tuple[float, ...]:
    """Measure what speaks for a sentence that was expected to answer something.

    Args:
        each: The sentence, judged for a part of the answer.
        read: Probability that it answers, where it was read together with the question.
        closely: Log odds that it answers, where it was read closely too.

    Returns:
        The log odds of the reading, the likeness to what it was expected to answer (cosine), its score, and
        the log odds of the close reading where there is one.
    """
    features = (log_odds(read, _SUREST), each.foreseen or 0.0, each.score)
    return features if closely is None else (*features, closely)


@lru_cache(maxsize=2)
def load_weights(*, closely: bool) -> Logistic:
    """Read the shipped weights, with or without a close reading; they never change while the program runs.

    Raises:
        RecordError: They cannot be read.
    """
    path, features = (WEIGHTS_CLOSELY, FEATURES_CLOSELY) if closely else (WEIGHTS, FEATURES)
    return read_logistic(path, features, "python -m evals.answering.weigh")[0]
