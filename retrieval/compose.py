"""Choose the statements of an answer from the evidence: extractive, so that nothing can be invented.

Each statement is a sentence of a source, word for word. Near-duplicates are not repeated: where another
source says the same, it is cited beside the first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.back import back
from retrieval.evidence import Desk, Evidence
from retrieval.gather import Gathered
from retrieval.plan import IN_SHORT, Slot
from retrieval.understand import Understanding
from retrieval.verify import Support, cosine
from retrieval.words import stems

MOST_STATEMENTS = 12
_SAME_MEANING = 0.85  # cosine from which two sentences say the same
_SAME_MEANING_OF_ONE_WORK = 0.78
_SAME_WORDS = 0.62  # share of common stems from which they do
_LEAST = 0.36  # a sentence that scores less does not answer the question
_BEHIND_BEST = 0.26  # nor does one this far behind the best of its slot
_OF_ONE_SOURCE = 0.05  # taken off the score for each statement that the source already gave


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sentence chosen as a statement, with all the evidence that supports it, itself first."""

    heading: str
    evidence: Evidence
    backing: tuple[tuple[Evidence, Support], ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """The chosen statements in reading order, and the slots that nothing was found for."""

    chosen: tuple[Chosen, ...]
    empty: tuple[Slot, ...]


def compose(asked: Understanding, slots: Sequence[Slot], gathered: Gathered, desk: Desk) -> Draft:
    """Fill the slots in order, without saying anything twice."""
    taken: list[Evidence] = []
    parts: list[tuple[str, Evidence]] = []
    empty: list[Slot] = []
    for slot, candidates in zip(slots, gathered.by_slot, strict=True):
        room = min(slot.limit, MOST_STATEMENTS - len(parts))
        picked = _pick(candidates, taken, room)
        parts += [(slot.heading, each) for each in picked]
        if not picked and room and not any(heading == slot.heading for heading, _ in parts):
            empty.append(slot)
    parts = _lead(parts, asked)
    chosen = tuple(
        Chosen(heading, each, backing)
        for heading, each in _grouped(parts)
        if (backing := back(each, gathered.everything, desk))
    )
    return Draft(chosen, tuple(empty))


def _pick(candidates: Sequence[Evidence], taken: list[Evidence], room: int) -> list[Evidence]:
    """Greedy choice by score, taking off for what its source already said; grows `taken`."""
    picked: list[Evidence] = []
    best = candidates[0].score if candidates else 0.0
    left = [each for each in candidates if each.score >= max(_LEAST, best - _BEHIND_BEST)]
    while left and len(picked) < room:
        used = Counter(each.source.id for each in taken)
        left.sort(key=lambda each: (-(each.score - _OF_ONE_SOURCE * used[each.source.id]), each.key))
        each = left.pop(0)
        if not any(says_the_same(each, other) for other in taken):
            picked.append(each)
            taken.append(each)
    return picked


def says_the_same(one: Evidence, other: Evidence) -> bool:
    """Whether a reader would find two sentences repetitive; of the same work, likeness weighs more."""
    same_work = bool(_works(one) & _works(other))
    if cosine(one.vector, other.vector) >= (_SAME_MEANING_OF_ONE_WORK if same_work else _SAME_MEANING):
        return True
    first, second = stems(one.text), stems(other.text)
    return len(first & second) / max(1, len(first | second)) >= _SAME_WORDS


def _works(each: Evidence) -> set[str]:
    return {each.source.id, *each.source.references.get(" ".join(each.text.split()), ())}


def _lead(parts: list[tuple[str, Evidence]], asked: Understanding) -> list[tuple[str, Evidence]]:
    """Put the most direct statement first, under its own heading."""
    if len(parts) < 2 or any(heading == IN_SHORT for heading, _ in parts):
        return parts
    first_heading = parts[0][0]
    best = max(
        (each for heading, each in parts if heading == first_heading),
        key=lambda each: each.score + 0.2 * each.relevance,
    )
    rest = [(heading, each) for heading, each in parts if each is not best]
    return [(IN_SHORT if asked.facets or asked.kind != "open" else first_heading, best), *rest]


def _grouped(parts: Sequence[tuple[str, Evidence]]) -> list[tuple[str, Evidence]]:
    """Statements with the same heading together, headings in order of first appearance."""
    order = list(dict.fromkeys(heading for heading, _ in parts))
    return sorted(parts, key=lambda part: order.index(part[0]))
