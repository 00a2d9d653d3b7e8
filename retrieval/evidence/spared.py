"""Keep, of a question which medicines do NOT bring an effect, the sentences that say so of some.

What brings it most is most like such a question, and answers the reverse of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.lexicon import Lexicon
from retrieval.evidence.desk import Evidence
from retrieval.question.understand import Understanding
from retrieval.words import stems

_EFFECTS = frozenset({"side_effects", "sexual"})
_WITHOUT = re.compile(
    r"\b(?:which|what|any|ones?|something|anything)(?: \S+){0,4}"
    r" (?:don't|dont|do not|doesn't|doesnt|does not|won't|wont|will not|without|free of)\b",
    re.IGNORECASE,
)
_SPARES = re.compile(
    r"\b(?:less|fewer|lower (?:risk|rates?)|least|not|no|without|rarely|unlikely|neutral)\b",
    re.IGNORECASE,
)
_MORE = re.compile(r"\b(?:more|commoner|higher|increase[sd]?|most)\b", re.IGNORECASE)
_BOTH = re.compile(r"\b(?:worst|most|and which|which do)\b", re.IGNORECASE)  # asks for the others too
_CLAUSE = re.compile(r"[,;:]|\b(?:but|whereas|while)\b")


def spared(
    by_slot: Sequence[Sequence[Evidence]], asked: Understanding, lexicon: Lexicon
) -> list[tuple[Evidence, ...]]:
    """The sentences of each part, without those on what brings the effect, where any says what does not.

    Args:
        by_slot: Judged sentences of each part.
        asked: The question; of one medicine it asks nothing of the kind.
        lexicon: What kinds of things are named.
    """
    of_many = all(lexicon.entities[each].kind == "class" for each in asked.subjects)
    without = _WITHOUT.search(asked.text) and not _BOTH.search(asked.text)
    if not (_EFFECTS & set(asked.facets) and without and of_many):
        return [tuple(judged) for judged in by_slot]
    effect = stems(" ".join(word for _, word in asked.points))
    sparing = [tuple(each for each in judged if _says_so(each.text, effect)) for judged in by_slot]
    return sparing if any(sparing) else [tuple(judged) for judged in by_slot]


def _says_so(text: str, effect: frozenset[str]) -> bool:
    """Whether a sentence spares somebody something; of the effect itself, where it names that."""
    clauses = [each for each in _CLAUSE.split(text) if effect & stems(each)] or [text]
    return any(_SPARES.search(each) and not _MORE.search(each) for each in clauses)
