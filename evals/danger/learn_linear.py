"""Learn the two linear readers: over the vectors of the packaged model, and over runs of letters and words.

Multinomial logistic regression with an L2 penalty, on every sentence as it stands and varied.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from evals.danger.data import HARMLESS, Sentence, as_read
from evals.danger.vary import Variation
from ingest.embed import Embedder
from retrieval.safety.danger import Label
from retrieval.safety.danger_letters import BUCKETS, Linear, letter_values

_SEED = 20
_PENALTY_VECTORS, _PENALTY_LETTERS = 20.0, 30.0  # the inverse of its strength, as scikit-learn has it
_SLICE = 256


def learn_vectors(sentences: Sequence[Sentence], labels: Sequence[Label]) -> Linear:
    """Learn the map over the vectors of the packaged model."""
    texts, wanted = _varied(sentences, labels)
    embedder = Embedder()
    vectors = [embedder.encode_queries(texts[at : at + _SLICE]) for at in range(0, len(texts), _SLICE)]
    return _learn(np.concatenate(vectors), wanted, len(labels), _PENALTY_VECTORS)


def learn_letters(sentences: Sequence[Sentence], labels: Sequence[Label]) -> Linear:
    """Learn the map over runs of letters and words."""
    texts, wanted = _varied(sentences, labels)
    filled = [letter_values(text) for text in texts]
    ends = np.cumsum([0, *(len(at) for at, _ in filled)])
    inputs = csr_matrix(
        (np.concatenate([values for _, values in filled]), np.concatenate([at for at, _ in filled]), ends),
        shape=(len(texts), BUCKETS),
    )
    return _learn(inputs, wanted, len(labels), _PENALTY_LETTERS)


def _varied(sentences: Sequence[Sentence], labels: Sequence[Label]) -> tuple[list[str], list[int]]:
    """Give each sentence as it stands and once varied, and the place of its label."""
    random = Random(_SEED)  # noqa: S311  (nothing secret)
    variation = Variation([each.text for each in sentences if each.label == HARMLESS])
    texts = [as_read(each.whole) for each in sentences]
    texts += [as_read(variation.vary(each.whole, random)) for each in sentences]
    return texts, [labels.index(each.label) for each in sentences] * 2


def _learn(inputs: object, wanted: Sequence[int], labels: int, penalty: float) -> Linear:
    model = LogisticRegression(C=penalty, max_iter=300, tol=1e-3)
    model.fit(inputs, wanted)
    if len(model.classes_) != labels:
        raise ValueError("Every label needs a sentence.")
    two = labels == 2  # for which scikit-learn keeps the difference alone
    weight = np.concatenate([-model.coef_, model.coef_]) / 2 if two else model.coef_
    bias = np.concatenate([-model.intercept_, model.intercept_]) / 2 if two else model.intercept_
    return Linear(weight.astype(np.float32), bias.astype(np.float32))
