"""Citation recall and precision of ALCE (Gao et al. 2023, arXiv:2305.14627).

Not for deciding what supports what: the caller brings that as a function (`evals.support`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evals.metrics.basic import average

Supports = Callable[[str, Sequence[str]], bool]


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """A sentence and the texts that it cites; None for a citation that leads to no text (out of range)."""

    text: str
    cited: tuple[str | None, ...]


def citation_recall(sentences: Sequence[CitedSentence], supports: Supports) -> float | None:
    """Share of the sentences that all they cite supports, taken together.

    A sentence without a citation, or with one that is out of range, counts as not supported. None of no
    sentences.

    >>> def holds(sentence, texts): return sentence in " ".join(texts)
    >>> citation_recall([CitedSentence("a b", ("a b c",)), CitedSentence("d", ())], holds)
    0.5
    """
    return average(float(_is_recalled(each, supports)) for each in sentences)


def citation_precision(sentences: Sequence[CitedSentence], supports: Supports) -> float | None:
    """Share of the citations that are relevant, over the whole answer.

    A citation is irrelevant when its sentence is not supported by all that it cites, or when the citation
    alone does not support the sentence while the others without it do. One that is out of range is irrelevant
    and counted. 0.0 of sentences that cite nothing; None of no sentences.

    >>> def holds(sentence, texts): return sentence in " ".join(texts)
    >>> citation_precision([CitedSentence("a b", ("a b c", "x"))], holds)
    0.5
    """
    if not sentences:
        return None
    relevant = [flag for each in sentences for flag in _relevant(each, supports)]
    return sum(relevant) / len(relevant) if relevant else 0.0


def _is_recalled(sentence: CitedSentence, supports: Supports) -> bool:
    texts = [each for each in sentence.cited if each is not None]
    return bool(texts) and len(texts) == len(sentence.cited) and supports(sentence.text, texts)


def _relevant(sentence: CitedSentence, supports: Supports) -> list[bool]:
    if not _is_recalled(sentence, supports):
        return [False] * len(sentence.cited)
    texts = [each for each in sentence.cited if each is not None]
    if len(texts) == 1:
        return [True]
    return [
        supports(sentence.text, [text])
        or not supports(sentence.text, [other for place, other in enumerate(texts) if place != at])
        for at, text in enumerate(texts)
    ]
