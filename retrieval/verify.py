"""Does this span support this statement? One function, with a score and a reason.

Deterministic: every number, drug and negation of the statement must be in the span, the direction must
be the same, and most of its words must be there. Chosen for precision: what is in doubt is not supported.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corpus.lexicon import EntityId, Lexicon
from ingest.embed import Vectors
from retrieval.words import stems

SUPPORTED = 0.80
LEAST_SUPPORT = 0.55  # below it a span states not even a part of a statement

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NEGATION = re.compile(
    r"\b(no|not|never|none|neither|nor|without|cannot|fail(?:s|ed)?|lack(?:s|ed)?|unlikely|absence)\b|n't\b",
    re.I,
)
_UP = re.compile(
    r"\b(increas|rais|rose|rise|higher|more|greater|longer|lengthen|faster|improv|strengthen|enhanc)\w*", re.I
)
_DOWN = re.compile(
    r"\b(decreas|reduc|lower|fewer|fell|fall|less|shorter|shorten|slower|worsen|weaken|diminish)\w*", re.I
)
_HEDGE = re.compile(r"\b(may|might|can|could|possibly|suggest\w*|disputed|unclear|uncertain|some)\b", re.I)
_SMALL_WORDS = stems(
    "a an the of in on at by to for with from and or as is are was were be been has have had it its that "
    "this which who people patients person says said label us uk can may more most than also such other about"
)


@dataclass(frozen=True, slots=True)
class Support:
    """How well a span supports a statement (0 to 1), and why not where it does not."""

    score: float
    reason: str

    @property
    def holds(self) -> bool:
        """Whether the span may be cited for the statement."""
        return self.score >= SUPPORTED


def supports(statement: str, span: str, similarity: float, lexicon: Lexicon) -> Support:
    """Judge whether a span supports a statement.

    Args:
        statement: A sentence.
        span: The exact words of a passage.
        similarity: Cosine of their sentence vectors.
        lexicon: The names that count as the same.

    Returns:
        1.0 when they are the same words; otherwise at most 0.99, and 0.0 when something contradicts.
    """
    if " ".join(statement.split()) == " ".join(span.split()):
        return Support(1.0, "the same words")
    missing = set(_NUMBER.findall(statement)) - set(_NUMBER.findall(span))
    if missing:
        return Support(0.0, f"numbers not in the span: {', '.join(sorted(missing))}")
    strange = lexicon.entities_in(statement) - lexicon.entities_in(span)
    if strange:
        return Support(0.0, f"names not in the span: {', '.join(sorted(strange))}")
    if len(_NEGATION.findall(statement)) % 2 != len(_NEGATION.findall(span)) % 2:
        return Support(0.0, "one of them denies")
    for pattern, other in ((_UP, _DOWN), (_DOWN, _UP)):
        if pattern.search(statement) and not pattern.search(span) and other.search(span):
            return Support(0.0, "the direction differs")
    if _HEDGE.search(span) and not _HEDGE.search(statement):
        return Support(0.0, "the span is less certain")
    words = stems(statement) - _SMALL_WORDS
    recall = len(words & stems(span)) / len(words) if words else 0.0
    score = round(min(0.99, 0.5 * recall + 0.5 * max(0.0, similarity)), 3)
    return Support(score, f"{recall:.0%} of its words, similarity {similarity:.2f}")


def carries(statement: str, span: str) -> float:
    """How much of what can be checked a span holds: numbers, denial, words of the statement; 0 to 0.6.

    Added to the cosine when the sentence of a work is sought that a statement rests on: the likest one is
    not always the one that says it.
    """
    numbers = set(_NUMBER.findall(statement))
    held = len(numbers & set(_NUMBER.findall(span))) / len(numbers) if numbers else 0.0
    same_denial = len(_NEGATION.findall(statement)) % 2 == len(_NEGATION.findall(span)) % 2
    words = stems(statement) - _SMALL_WORDS
    recall = len(words & stems(span)) / len(words) if words else 0.0
    return 0.2 * held + 0.15 * same_denial + 0.25 * recall


def support_together(
    statement: str, spans: Sequence[tuple[str, float]], lexicon: Lexicon
) -> tuple[Support, ...] | None:
    """Judge whether several spans support a statement between them, each at least a part of it.

    Args:
        statement: A sentence that rests on all the spans.
        spans: The words of each span, and its cosine with the statement.
        lexicon: The names that count as the same.

    Returns:
        The support that each span gives; None when they do not carry the statement together, or when one
        of them gives nothing.
    """
    everything = " ".join(text for text, _ in spans)
    if set(_NUMBER.findall(statement)) - set(_NUMBER.findall(everything)):
        return None
    if _checked(lexicon.entities_in(statement), lexicon) - lexicon.entities_in(everything):
        return None
    denials = [len(_NEGATION.findall(text)) % 2 for text, _ in spans]
    if len(_NEGATION.findall(statement)) % 2 not in denials:
        return None  # it denies, or asserts, what none of them does
    words = stems(statement) - _SMALL_WORDS
    supports_: list[Support] = []
    for text, similarity in spans:
        if similarity < LEAST_SUPPORT:
            return None
        recall = len(words & stems(text)) / len(words) if words else 0.0
        score = round(min(0.99, max(similarity, 0.5 * recall + 0.5 * similarity)), 3)
        supports_.append(Support(score, f"a part: {recall:.0%} of its words, similarity {similarity:.2f}"))
    return tuple(supports_)


def _checked(entities: frozenset[EntityId], lexicon: Lexicon) -> frozenset[EntityId]:
    """Names that a source must hold in so many words: drugs and substances; a condition has many wordings."""
    return frozenset(
        each for each in entities if lexicon.entities[each].kind in {"drug", "class", "substance"}
    )


def cosine(first: Vectors, second: Vectors) -> float:
    """Cosine of two unit vectors."""
    return float(np.dot(first, second))
