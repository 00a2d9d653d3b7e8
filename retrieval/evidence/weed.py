"""Weed out what does not answer: the best sentences of each part are read together with the question.

Likeness finds what is spoken of in like words; whether it answers shows only when both are read at once.
What is read is weighed with what else speaks for a sentence (`evidence.weigh`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from corpus.expected import masked
from corpus.lexicon import Lexicon
from retrieval.evidence.answering import Reading, load_pair_reader
from retrieval.evidence.desk import Evidence
from retrieval.evidence.foresight import answers, is_certain
from retrieval.evidence.weigh import answering
from retrieval.question.plan import Slot

# Sentences of each part that are read, and of all parts: reading a pair costs some milliseconds.
_READ, _READ_MOST, _READ_LAST = 3, 4, 4
# Probabilities of answering: which the best must reach, else nothing answers; below which none is kept beside
# it; and from where one answers that nothing else speaks for.
_BEST, _LEAST, _LIKELY = 0.35, 0.15, 0.7
_OF_READING = 0.3  # what it weighs beside the score


@dataclass(frozen=True, slots=True)
class _Read:
    """A sentence that was read: what it says to the question, and how probable it is that it answers."""

    reading: Reading
    answering: float


_Readings = Mapping[tuple[str, int], _Read]


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
    looked_at = heads_of(by_slot, slots)
    if any(is_certain(each) for each in looked_at[:_READ]):
        return [_to_the_point(judged, slot, questions) for judged, slot in zip(by_slot, slots, strict=True)]
    readings = _read(looked_at, questions[0], lexicon)
    nothing = max((each.answering for each in readings.values()), default=1.0) < _BEST
    return [
        tuple(judged) if slot.outlined else _kept(judged, {} if nothing else readings)
        for judged, slot in zip(by_slot, slots, strict=True)
    ]


def heads_of(by_slot: Sequence[Sequence[Evidence]], slots: Sequence[Slot]) -> list[Evidence]:
    """The best sentences of the parts that ask what the question asks: those that are read, best first."""
    heads = {
        each.key: each
        for judged, slot in zip(by_slot, slots, strict=True)
        if not slot.outlined
        for each in judged[:_READ]
        if each.foreseen is not None
    }
    return sorted(heads.values(), key=lambda each: -each.score)[:_READ_MOST]


def _to_the_point(judged: Sequence[Evidence], slot: Slot, questions: Sequence[str]) -> tuple[Evidence, ...]:
    """Beside what answers almost the very same question, only what was expected to answer such a one."""
    if slot.direct or slot.outlined or len(questions) > 1:
        return tuple(judged)
    return tuple(each for each in judged if each.foreseen is None or answers(each))


def pick(judged: Sequence[Evidence], questions: Sequence[str], lexicon: Lexicon) -> tuple[Evidence, ...]:
    """Pick those that surely answer, of sentences that little else speaks for."""
    looked_at = judged[:_READ_LAST]
    readings = _read(looked_at, questions[0], lexicon)
    return _kept(looked_at, {key: read for key, read in readings.items() if read.answering >= _LIKELY})


def _read(sentences: Sequence[Evidence], question: str, lexicon: Lexicon) -> _Readings:
    """Read sentences with the whole of a question: what answers one half of it need not answer the other."""
    found = load_pair_reader().read(question, [_masked(each.text, lexicon) for each in sentences])
    return {
        each.key: _Read(reading, answering(each, reading.answers))
        for each, reading in zip(sentences, found, strict=True)
    }


def _kept(judged: Sequence[Evidence], readings: _Readings) -> tuple[Evidence, ...]:
    """Those that were read to answer, and those of sources that the reader has not learnt from."""
    kept = []
    for each in judged:
        read = readings.get(each.key)
        if each.foreseen is None:
            kept.append(each)
        elif read is not None and read.answering >= _LEAST:
            score = each.score + _OF_READING * read.answering
            kept.append(replace(each, reading=read.reading, score=score))
    return tuple(sorted(kept, key=lambda each: (-each.score, each.key)))


@lru_cache(maxsize=16384)
def _masked(text: str, lexicon: Lexicon) -> str:
    return masked(text, lexicon)
