"""Weed out what does not answer: the best sentences of each part are read together with the question.

Likeness finds what is spoken of in like words; whether it answers shows only when both are read at once.
What is read is weighed with what else speaks for a sentence (`evidence.weigh`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from corpus.expected import masked, named
from corpus.lexicon import EntityId, Lexicon
from retrieval.evidence.answering import Reading, load_pair_reader
from retrieval.evidence.closely import load_close_reader
from retrieval.evidence.desk import Evidence
from retrieval.evidence.foresight import is_exact
from retrieval.evidence.reread import read_once
from retrieval.evidence.weigh import answering
from retrieval.logistic import log_odds
from retrieval.question.slot import JOINT, Slot
from retrieval.question.wording import Whole
from retrieval.support.verify import cosine

# Cosine from which two sentences say the same to a question, so that reading one will do.
_SAME = 0.88
# Sentences of each part that are read, and of all parts, for reading a pair costs some milliseconds; and of
# those that fit no part, where nothing is found so.
_READ, _READ_MOST, _READ_LAST = 3, 4, 8
# Probabilities of answering: which the best must reach, else nothing answers; below which none is kept beside
# it; and, of the reading alone, from where one answers that nothing else speaks for.
BEST, _LEAST, _SURELY = 0.35, 0.2, 0.8
# The same of one that was read closely too and fits no part, which speaks against it: of 402 questions that
# were rightly abstained from, one comes above it.
_LAST = 0.13
_PICKED = 0.4  # what it scores at least: enough to be told (`composing.compose`)
# What the best must reach on what two that are named do together: that it is on just these two says much by
# itself. And what one must reach beside the best where the same is asked of two: it answers half of that.
_BEST_OF_PAIR, _LEAST_OF_TWO = 0.3, 0.05
# Likeness to what a sentence was expected to answer, below which a reading alone is too often wrong, and how
# much likeness it is worth to name all that the question names.
_LIKE, _NAMES_ALL = 0.66, 0.1
# A reading below which nothing else can speak for a sentence; but a follow-up is read less surely, and so is
# what answers one half of "this or that"; what was expected to answer the question itself is never vetoed.
_HARDLY, _HALVES = 0.05, re.compile(r"\bor\b", re.IGNORECASE)
# Probabilities of answering between which a sentence is read closely. Beyond, that takes time and changes
# little: by `python -m evals.answering.weigh`, 83 of 1,585 questions end wrongly with 31 % of the sentences
# read closely, 80 with all of them, and 120 with none.
OPEN_FROM, OPEN_TO = 0.15, 0.8
# A reading below which nothing stands beside what answers best, unless it would do alone: so little of it
# answers too.
_BESIDE = 0.1
# What the log odds of answering weigh beside the score, how near to 0 and 1 they reach, and what the reading
# weighs once more: it alone tells apart what was not read closely.
_OF_ANSWERING, _SUREST, _OF_READING = 0.1, 3e-4, 0.1


@dataclass(frozen=True, slots=True)
class _Read:
    """A sentence that was read: what it says to the question, and how probable it is that it answers."""

    reading: Reading
    answering: float


_Readings = Mapping[tuple[str, int], _Read]


def weed(
    by_slot: Sequence[Sequence[Evidence]],
    slots: Sequence[Slot],
    question: Whole,
    lexicon: Lexicon,
    *,
    leans: bool = False,
) -> list[tuple[Evidence, ...]]:
    """Keep of each part what answers the question, what answers it best first; nothing where nothing does.

    Sentences without expected questions, of sources that are not the shipped ones, are kept as they are: the
    reader has learnt from the shipped ones. Of these, what was not read is left out.

    Args:
        by_slot: Judged sentences of each part, best first.
        slots: The parts; those of an outline ask their own questions and are kept as they are.
        question: The whole of it (`question.wording.as_read`).
        lexicon: The names of the medicines.
        leans: Whether the question leans on those before it.
    """
    heads = heads_of(by_slot, slots)
    read = _read(heads, question, lexicon, 0.0 if leans or _HALVES.search(question.masked) else _HARDLY)
    of_pairs = _of_pairs(by_slot, slots)
    nothing = bool(read) and all(
        each.answering < (_BEST_OF_PAIR if key in of_pairs else BEST) for key, each in read.items()
    )
    kept = [] if nothing else heads
    return [
        tuple(judged) if slot.outlined else _kept(judged, kept, read, _least(slot, slots))
        for judged, slot in zip(by_slot, slots, strict=True)
    ]


def _of_pairs(by_slot: Sequence[Sequence[Evidence]], slots: Sequence[Slot]) -> set[tuple[str, int]]:
    """The sentences on what those that are named do together."""
    return {
        each.key
        for judged, slot in zip(by_slot, slots, strict=True)
        if slot.together and JOINT & set(slot.facets[:1])
        for each in judged
    }


def _least(slot: Slot, slots: Sequence[Slot]) -> float:
    """What must be reached beside the best: less where another part asks the same of another subject."""
    of_two = bool(slot.facets) and any(
        other.facets == slot.facets and set(other.subjects).isdisjoint(slot.subjects) for other in slots
    )
    return _LEAST_OF_TWO if of_two else _LEAST


def heads_of(by_slot: Sequence[Sequence[Evidence]], slots: Sequence[Slot]) -> list[Evidence]:
    """The best sentences of the parts that ask what the question asks: those that are read, best first.

    Of those that say the same, as the labels of many medicines do, only the best.
    """
    heads = (
        each
        for judged, slot in zip(by_slot, slots, strict=True)
        if not slot.outlined
        for each in _unlike([each for each in judged if each.foreseen is not None], _READ)
    )
    return _unlike(sorted(heads, key=lambda each: (-each.score, each.key)), _READ_MOST)


def _unlike(sentences: Sequence[Evidence], most: int) -> list[Evidence]:
    """The first few that do not say the same."""
    chosen: list[Evidence] = []
    for each in sentences:
        if len(chosen) == most:
            break
        if _same(each, chosen) is None:
            chosen.append(each)
    return chosen


def _same(each: Evidence, others: Sequence[Evidence]) -> Evidence | None:
    """That one of others which says the same as a sentence."""
    return next((other for other in others if cosine(each.vector, other.vector) >= _SAME), None)


def pick(
    sentences: Sequence[Evidence], subjects: Sequence[EntityId], question: Whole, lexicon: Lexicon
) -> tuple[Evidence, ...]:
    """Pick those that surely answer, of sentences that nothing speaks for but what was expected of them.

    Args:
        sentences: Not judged for any part.
        subjects: The medicines that the question names.
        question: The whole of it.
        lexicon: The names of the medicines.
    """

    def likeness(each: Evidence) -> float:
        named = sum(name in each.entities for name in subjects) / max(1, len(subjects))
        return (each.foreseen or 0.0) + _NAMES_ALL * named

    like = [each for each in sentences if (each.foreseen or 0.0) >= _LIKE]
    likest = _unlike(sorted(like, key=lambda each: (-likeness(each), each.key)), _READ_LAST)
    readings = read_together(likest, question, lexicon)
    may = [pair for pair in zip(likest, readings, strict=True) if pair[1].answers >= _BESIDE]
    close = read_closely([each for each, _ in may], question, lexicon)
    sure = [
        replace(each, reading=reading, score=max(reading.answers, _PICKED))
        for (each, reading), odds in zip(may, close, strict=True)
        if _answers_last(each, reading, odds)
    ]
    return tuple(sorted(sure, key=lambda each: (-each.score, each.key)))


def _answers_last(each: Evidence, reading: Reading, odds: float | None) -> bool:
    if odds is None:
        return reading.answers >= _SURELY
    return answering(each, reading.answers, odds) >= _LAST


def _read(sentences: Sequence[Evidence], question: Whole, lexicon: Lexicon, least: float) -> _Readings:
    """Read sentences with the whole of a question: what answers one half of it need not answer the other."""
    found = read_together(sentences, question, lexicon)
    readings = {each.key: reading for each, reading in zip(sentences, found, strict=True)}
    may = [each for each in sentences if readings[each.key].answers >= least or is_exact(each)]
    weighed = {each.key: answering(each, readings[each.key].answers) for each in may}
    unsettled = [each for each in may if OPEN_FROM <= weighed[each.key] <= OPEN_TO]
    for each, close in zip(unsettled, read_closely(unsettled, question, lexicon), strict=True):
        weighed[each.key] = answering(each, readings[each.key].answers, close)
    return {key: _Read(reading, weighed.get(key, 0.0)) for key, reading in readings.items()}


def read_together(sentences: Sequence[Evidence], question: Whole, lexicon: Lexicon) -> list[Reading]:
    """What each of some sentences is to the question, read both at once."""
    reader = load_pair_reader()
    texts = [_masked(each.text, lexicon) for each in sentences]
    return read_once(reader, question, partial(reader.read, question.masked), texts)


def read_closely(sentences: Sequence[Evidence], question: Whole, lexicon: Lexicon) -> Sequence[float | None]:
    """The log odds that each of some sentences answers, read closely; None where that cannot be done."""
    reader = load_close_reader()
    if reader is None:
        return [None] * len(sentences)
    texts = [_named(each.text, lexicon) for each in sentences]
    return read_once(reader, question, partial(reader.read, question.named), texts)


def _kept(
    judged: Sequence[Evidence], heads: Sequence[Evidence], read: _Readings, least: float
) -> tuple[Evidence, ...]:
    """What was read to answer, or says the same as what was; and what is not for the reader to judge."""
    kept = []
    best = max(heads, key=lambda each: read[each.key].answering, default=None)
    for each in judged:
        head = each if each.key in read else _same(each, heads)
        if each.foreseen is None:
            kept.append(each)
        elif heads and head is not None and _may_stand(head, best, read, least):
            reading, probability = read[head.key].reading, read[head.key].answering
            said = _OF_ANSWERING * log_odds(probability, _SUREST) + _OF_READING * reading.answers
            kept.append(replace(each, reading=reading, answering=probability, score=each.score + said))
    return tuple(sorted(kept, key=lambda each: (-each.score, each.key)))


def _may_stand(each: Evidence, best: Evidence | None, read: _Readings, least: float) -> bool:
    """Whether what was read answers: the best surely enough, what stands beside it by what it says too."""
    found = read[each.key]
    if found.answering < least:
        return False
    return each is best or is_exact(each) or found.reading.answers >= _BESIDE or found.answering >= BEST


@lru_cache(maxsize=16384)
def _masked(text: str, lexicon: Lexicon) -> str:
    return masked(text, lexicon)


@lru_cache(maxsize=16384)
def _named(text: str, lexicon: Lexicon) -> str:
    return named(text, lexicon)
