"""Weed out what does not answer: the best sentences of each part are read together with the question.

Likeness finds what is spoken of in like words; whether it answers shows only when both are read at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from corpus.expected import masked
from corpus.lexicon import Lexicon
from retrieval.evidence.answering import Reading, load_pair_reader
from retrieval.evidence.desk import Evidence
from retrieval.question.plan import Slot

_READ = 6  # sentences of each part; reading a pair costs some milliseconds
# Probabilities of answering: which the best must reach, else nothing answers; below which none is kept beside
# it; and from where one answers that nothing else speaks for.
_BEST, _LEAST, LIKELY = 0.1, 0.03, 0.45
_OF_READING = 0.3  # what it weighs beside the score


def weed(
    by_slot: Sequence[Sequence[Evidence]],
    slots: Sequence[Slot],
    questions: Sequence[str],
    lexicon: Lexicon,
    best: float = _BEST,
    least: float = _LEAST,
) -> list[tuple[Evidence, ...]]:
    """Keep of each part what answers the question, what answers it best first; nothing where nothing does.

    Sentences without expected questions, of sources that are not the shipped ones, are kept as they are: the
    reader has learnt from the shipped ones.

    Args:
        by_slot: Judged sentences of each part, best first.
        slots: The parts; those of an outline ask their own questions and are kept as they are.
        questions: The question and its parts, medicines masked.
        lexicon: The names that are masked.
        best: How probable it must be of the best sentence that it answers.
        least: How probable of each.
    """
    looked_at = {
        each.key: each
        for judged, slot in zip(by_slot, slots, strict=True)
        if not slot.outlined
        for each in judged[:_READ]
        if each.foreseen is not None
    }
    readings = read(list(looked_at.values()), questions, lexicon)
    if max((each.answers for each in readings.values()), default=0.0) < best:
        readings = {}
    return [
        tuple(judged) if slot.outlined else _kept(judged[:_READ], readings, least)
        for judged, slot in zip(by_slot, slots, strict=True)
    ]


def read(
    sentences: Sequence[Evidence], questions: Sequence[str], lexicon: Lexicon
) -> dict[tuple[str, int], Reading]:
    """Read sentences with the question and its parts; of several readings, the one that says most counts."""
    texts = [_masked(each.text, lexicon) for each in sentences]
    found = [load_pair_reader().read(question, texts) for question in questions]
    return {
        each.key: max(readings, key=lambda reading: reading.answers)
        for each, readings in zip(sentences, zip(*found, strict=True), strict=True)
    }


def _kept(
    judged: Sequence[Evidence], readings: dict[tuple[str, int], Reading], least: float
) -> tuple[Evidence, ...]:
    kept = []
    for each in judged:
        reading = readings.get(each.key)
        if each.foreseen is None:
            kept.append(each)
        elif reading is not None and reading.answers >= least:
            kept.append(replace(each, reading=reading, score=each.score + _OF_READING * reading.answers))
    return tuple(sorted(kept, key=lambda each: (-each.score, each.key)))


@lru_cache(maxsize=16384)
def _masked(text: str, lexicon: Lexicon) -> str:
    return masked(text, lexicon)
