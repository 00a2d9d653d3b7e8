"""Weed out what does not answer: the best sentences of each part are read together with the question.

Likeness finds what is spoken of in like words; whether it answers shows only when both are read at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from corpus.expected import masked
from corpus.lexicon import Lexicon
from retrieval.evidence.answering import Reading, load_pair_reader
from retrieval.evidence.desk import Evidence
from retrieval.evidence.foresight import answers, is_certain
from retrieval.question.plan import Slot

# Sentences that are read, and questions that they are read with: reading a pair costs some milliseconds.
_READ, _READ_LAST, _QUESTIONS = 3, 4, 2
# Probabilities of answering: which the best must reach, else nothing answers; below which none is kept beside
# it; and from where one answers that nothing else speaks for.
_BEST, _LEAST, _LIKELY = 0.06, 0.03, 0.5
_OF_READING = 0.3  # what it weighs beside the score

Readings = Mapping[tuple[str, int], Reading]


def weed(
    by_slot: Sequence[Sequence[Evidence]], slots: Sequence[Slot], questions: Sequence[str], lexicon: Lexicon
) -> list[tuple[Evidence, ...]]:
    """Keep of each part what answers the question, what answers it best first; nothing where nothing does.

    Nothing is read where a sentence was expected to answer almost the very same question: then the other
    parts keep what was expected to answer such a one. Sentences without expected questions, of sources that
    are not the shipped ones, are kept as they are: the reader has learnt from the shipped ones.

    Args:
        by_slot: Judged sentences of each part, best first.
        slots: The parts; those of an outline ask their own questions and are kept as they are.
        questions: The question and its parts, medicines masked.
        lexicon: The names that are masked.
    """
    heads = {
        each.key: each
        for judged, slot in zip(by_slot, slots, strict=True)
        if not slot.outlined
        for each in judged[:_READ]
        if each.foreseen is not None
    }
    looked_at = sorted(heads.values(), key=lambda each: -each.score)[:_READ]
    if any(is_certain(each) for each in looked_at):
        return [_to_the_point(judged, slot, questions) for judged, slot in zip(by_slot, slots, strict=True)]
    readings = read(looked_at, questions, lexicon)
    nothing = max((each.answers for each in readings.values()), default=1.0) < _BEST
    return [
        tuple(judged) if slot.outlined else _kept(judged, readings, nothing=nothing)
        for judged, slot in zip(by_slot, slots, strict=True)
    ]


def _to_the_point(judged: Sequence[Evidence], slot: Slot, questions: Sequence[str]) -> tuple[Evidence, ...]:
    """Beside what answers almost the very same question, only what was expected to answer such a one."""
    if slot.direct or slot.outlined or len(questions) > 1:
        return tuple(judged)
    return tuple(each for each in judged if each.foreseen is None or answers(each))


def pick(judged: Sequence[Evidence], questions: Sequence[str], lexicon: Lexicon) -> tuple[Evidence, ...]:
    """Pick those that surely answer, of sentences that little else speaks for."""
    looked_at = judged[:_READ_LAST]
    readings = read(looked_at, questions, lexicon)
    likely = [each for each in looked_at if readings[each.key].answers >= _LIKELY]
    return _kept(likely, readings, nothing=False)


def read(sentences: Sequence[Evidence], questions: Sequence[str], lexicon: Lexicon) -> Readings:
    """Read sentences with the question and its parts; of several readings, the one that says most counts."""
    texts = [_masked(each.text, lexicon) for each in sentences]
    found = [load_pair_reader().read(question, texts) for question in questions[-_QUESTIONS:]]
    return {
        each.key: max(readings, key=lambda reading: reading.answers)
        for each, readings in zip(sentences, zip(*found, strict=True), strict=True)
    }


def _kept(judged: Sequence[Evidence], readings: Readings, *, nothing: bool) -> tuple[Evidence, ...]:
    kept = []
    for each in judged:
        reading = readings.get(each.key)
        if each.foreseen is None or (reading is None and not nothing):
            kept.append(each)
        elif reading is not None and reading.answers >= _LEAST and not nothing:
            kept.append(replace(each, reading=reading, score=each.score + _OF_READING * reading.answers))
    return tuple(sorted(kept, key=lambda each: (-each.score, each.key)))


@lru_cache(maxsize=16384)
def _masked(text: str, lexicon: Lexicon) -> str:
    return masked(text, lexicon)
