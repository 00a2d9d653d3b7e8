"""How alike a statement and a span are, and how probable that makes it that the one supports the other.

A logistic regression with weights that are never negative (`support.json`, learnt by
`python -m evals.verification.train`): more likeness never makes support less probable. Not for
contradictions: see `retrieval.support.checks`.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from corpus.errors import RecordError
from retrieval.support.claims import Atom, Claim
from retrieval.support.wording import load_wording

WEIGHTS = Path(__file__).with_name("support.json")
FEATURES = ("similarity", "coverage", "coverage over 0.6")

_AKIN = 0.5  # what a word counts for that a person who asks may mean by another
_MOSTLY = 0.6  # coverage from which more of it says more


@dataclass(frozen=True, slots=True)
class Combiner:
    """What was learnt.

    Attributes:
        weights: One for each of `FEATURES`.
        supported: Probability from which a span supports a statement by itself.
        together: Probability from which spans support a statement between them.
    """

    weights: tuple[float, ...]
    bias: float
    supported: float
    together: float

    def probability(self, features: tuple[float, ...]) -> float:
        """How probable support is, for the values of `FEATURES`."""
        total = self.bias + sum(w * x for w, x in zip(self.weights, features, strict=True))
        return 1.0 / (1.0 + math.exp(-total))


def features_of(statement: Claim, span: Claim, similarity: float) -> tuple[float, ...]:
    """Measure how alike a statement and a span are: a value from 0 to 1 for each of `FEATURES`.

    Args:
        statement: What is to be supported.
        span: What is cited for it.
        similarity: Cosine of their sentence vectors.
    """
    near = min(1.0, max(0.0, similarity))
    covered = coverage(statement, span)
    return near, covered, max(0.0, covered - _MOSTLY) / (1 - _MOSTLY)


def coverage(statement: Claim, span: Claim) -> float:
    """Share of a statement's content words and names that a span has."""
    return (
        sum(credit(atom, span) for atom in statement.atoms) / len(statement.atoms) if statement.atoms else 0.0
    )


def credit(atom: Atom, span: Claim) -> float:
    """How far a span has a content word or name: 1 when it does, less for a word that may mean the same."""
    if atom in span.atoms or atom in span.stems:
        return 1.0
    if atom.startswith("@"):  # a name that stands there in other words, which the checks have found
        return _AKIN
    wording = load_wording()
    for groups, value in ((wording.same, 1.0), (wording.akin, _AKIN)):
        mine = groups.get(atom)
        if mine and any(mine & groups.get(each, frozenset()) for each in span.stems):
            return value
    return 0.0


@lru_cache(maxsize=1)
def load_combiner() -> Combiner:
    """Read the shipped weights; they never change while the program runs."""
    return read_combiner(WEIGHTS)


def read_combiner(path: Path) -> Combiner:
    """Read a file of weights.

    Raises:
        RecordError: It lacks something, or is not in the form that the training writes.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        weights = tuple(float(data["weights"][name]) for name in FEATURES)
        if min(weights) < 0:
            raise ValueError("a weight is negative")
        return Combiner(weights, float(data["bias"]), float(data["supported"]), float(data["together"]))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise RecordError(
            f"{path.name}: {' '.join(str(error).split())}.",
            "Run 'python -m evals.verification.train' to write it anew.",
        ) from error
