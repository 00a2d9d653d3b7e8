"""Which nuggets an answer states: by the set's patterns, else by support with a calibrated threshold.

A nugget without patterns is scored by half how well the best sentence supports it, with every check of
support, and by half how probable its likeness to the whole answer makes it, checks aside: a statement is
often spread over sentences. How well that agrees with clinicians is measured by `evals.agreement`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from corpus.lexicon import load_lexicon
from evals.metrics.nuggets import Assignment
from evals.questions import Nugget
from evals.support import Verifier
from retrieval.support.checks import first_failure
from retrieval.support.claims import merge, read_claim
from retrieval.support.likeness import Combiner, features_of, load_combiner

THRESHOLDS = Path(__file__).with_name("match.yaml")

# How the checks of support begin that speak of the contrary, and not of something that is only missing.
_CONTRARY = (
    "the span denies",
    "the span does not deny",
    "the direction differs",
    "the span says otherwise",
    "the one says",
    "the roles are exchanged",
)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which support a nugget is stated, stated in part; from which cosine a contrary contradicts it."""

    support: float
    partial: float
    contradiction: float


@lru_cache(maxsize=1)
def load_thresholds() -> Thresholds:
    """Read `match.yaml`."""
    return Thresholds(**yaml.safe_load(THRESHOLDS.read_text(encoding="utf-8")))


def assign(nugget: Nugget, sentences: Sequence[str], verifier: Verifier | None) -> Assignment:
    """Tell whether sentences state a nugget.

    Args:
        nugget: With patterns, or a sentence alone.
        sentences: What the answer states.
        verifier: With the vectors of the sentences and of the nugget; None is enough for patterns.
    """
    if nugget.any:
        return "support" if nugget.stated_in(sentences) else "not_support"
    if not sentences or verifier is None:
        return "not_support"
    limits = load_thresholds()
    found = likeness(nugget.nugget, sentences, verifier).score(load_combiner())
    if found >= limits.support:
        return "support"
    return "partial_support" if found >= limits.partial else "not_support"


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike a nugget and an answer are: features of each sentence that passes every check, and of all."""

    sentences: tuple[tuple[float, ...], ...]
    whole: tuple[float, ...]

    def score(self, combiner: Combiner) -> float:
        """How probably the answer states the nugget, 0 to 1."""
        alone = max((combiner.probability(each) for each in self.sentences), default=0.0)
        return (alone + combiner.probability(self.whole)) / 2


def likeness(nugget: str, sentences: Sequence[str], verifier: Verifier) -> Likeness:
    """Compare a nugget with what an answer states, at least one sentence."""
    lexicon = load_lexicon()
    near = [verifier.similarity(nugget, each) for each in sentences]
    said, claims = read_claim(nugget, lexicon), [read_claim(each, lexicon) for each in sentences]
    passing = tuple(
        features_of(said, claim, similarity)
        for claim, similarity in zip(claims, near, strict=True)
        if first_failure(said, claim, lexicon) is None
    )
    return Likeness(passing, features_of(said, merge(claims), max(near)))


def contradicts(nugget: Nugget, sentences: Sequence[str], verifier: Verifier) -> bool:
    """Whether the sentence nearest to a nugget says the contrary of it.

    By the checks of support alone: a number that differs or a denial. What takes knowledge to see is missed.
    """
    if not sentences:
        return False
    nearest = verifier.nearest(nugget.nugget, sentences)
    if verifier.similarity(nugget.nugget, nearest) < load_thresholds().contradiction:
        return False
    return verifier.support(nugget.nugget, nearest).reason.startswith(_CONTRARY)
