"""How an answer reads: its grade, and how much of it repeats itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evals.metrics.basic import average

_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT = re.compile(r"(?:[^laeiouy]e|[^aeiouytd]ed|[^aeiouycgsxz]es)$")


def reading_grade(sentences: Sequence[str]) -> float | None:
    """Flesch-Kincaid grade level (Kincaid et al. 1975, Naval Technical Training Command, report 8-75).

    0.39 words a sentence + 11.8 syllables a word - 15.59; None where there is no word.

    >>> round(reading_grade(["The cat sat on the mat."]), 2)
    -1.45
    """
    words = [word for each in sentences for word in _WORD.findall(each)]
    spoken = sum(bool(_WORD.search(each)) for each in sentences)
    if not words:
        return None
    return 0.39 * len(words) / spoken + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def syllables(word: str) -> int:
    """Syllables of an English word, at least one: its groups of vowels, less a silent ending.

    >>> [syllables(each) for each in ("mat", "anxiety", "table", "treated", "caused", "increases")]
    [1, 3, 2, 2, 1, 3]
    """
    letters = word.casefold()
    count = len(_VOWELS.findall(letters)) - (1 if _SILENT.search(letters) else 0)
    return max(1, count)


def redundancy(sentences: Sequence[frozenset[str]]) -> float | None:
    """Mean likeness of each sentence to the likest other one: 0 repeats nothing, 1 says all twice.

    Likeness is the share of words in common (Jaccard 1912, New Phytol. 11:37). None of fewer than two.

    Args:
        sentences: The content words of each sentence.

    >>> redundancy([frozenset("ab"), frozenset("ab"), frozenset("cd"), frozenset("ef")])
    0.5
    """
    return average(
        max(_jaccard(each, other) for place, other in enumerate(sentences) if place != at)
        for at, each in enumerate(sentences)
        if len(sentences) > 1
    )


def _jaccard(first: frozenset[str], second: frozenset[str]) -> float:
    both = first | second
    return len(first & second) / len(both) if both else 0.0
