"""How alike a statement and a span are, and how probable that makes it that the one supports the other.

A logistic regression with weights that are never negative (`support.json`, learnt by
`python -m evals.verification.train`): more likeness never makes support less probable. Not for
contradictions: see `retrieval.support.checks`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from retrieval.logistic import Logistic, read_logistic
from retrieval.support.claims import Atom, Claim
from retrieval.support.wording import load_wording

WEIGHTS = Path(__file__).with_name("support.json")
FEATURES = ("similarity", "coverage", "coverage over 0.6")

_AKIN = 0.5  # what a word counts for that a person who asks may mean by another
_MOSTLY = 0.6  # coverage from which more of it says more


@dataclass(frozen=True, slots=True)
class Combiner(Logistic):
    """What was learnt: one weight for each of `FEATURES`.

    Attributes:
        supported: Probability from which a span supports a statement by itself.
        together: Probability from which spans support a statement between them.
    """

    supported: float
    together: float


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
    """Read the shipped weights; they never change while the program runs.

    Raises:
        RecordError: They cannot be read.
    """
    learnt, points = read_logistic(
        WEIGHTS, FEATURES, "python -m evals.verification.train", ("supported", "together")
    )
    return Combiner(learnt.weights, learnt.bias, *points)
