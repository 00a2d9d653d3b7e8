"""Prepare a question: understand it in its conversation, and plan the parts of its answer."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.asking import load_reader
from retrieval.evidence.desk import Desk
from retrieval.question.plan import plan
from retrieval.question.slot import Slot
from retrieval.question.understand import Understanding, understand
from retrieval.words import is_compared, is_known, ordinary_words

_REMEMBERED = 6  # earlier questions that a follow-up may go on from


def understood(question: str, earlier: Sequence[str], desk: Desk) -> Understanding:
    """Understand a question after the earlier ones of its conversation, oldest first."""

    def is_word(word: str) -> bool:
        return word in ordinary_words() or is_known(word, desk.index) or is_compared(word)

    before: list[Understanding] = []
    for each in [*earlier[-_REMEMBERED:], question]:
        # A talk goes on from what was asked or told, not from thanks in between.
        said = [past for past in before if past.courtesy is None]
        before.append(understand(each, desk.lexicon, is_word, said))
    return before[-1]


def likeness(question: str, earlier: Sequence[str], desk: Desk) -> float | None:
    """How like a question is, as a whole, to those that sources are expected to answer.

    Returns:
        The greatest cosine; None where the index expects no questions.
    """
    asked = understood(question, earlier, desk)
    found = desk.index.foreseen(load_reader().encode([asked.wording or asked.text])).likeness
    return float(found.max()) if len(found) else None


def parts(asked: Understanding, desk: Desk) -> tuple[Slot, ...]:
    """The parts that its answer should have; none where nothing that can be looked for is asked about."""
    if asked.language or not (asked.subjects or asked.context or asked.terms):
        return ()
    return plan(asked, desk.lexicon, desk.facets)
