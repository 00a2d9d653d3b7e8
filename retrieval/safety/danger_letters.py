"""Read a text by its runs of letters and words: what a network that reads for meaning misses.

Runs of two to five letters within a word and of one to three words, hashed into buckets (Weinberger et al.
2009, Feature hashing for large scale multitask learning, arXiv:0902.2206), weighed by one linear map. It
holds on where words are misspelt, are slang, or come of a language that the network was not made for.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float32]

BUCKETS = 1 << 16
_LETTERS = (2, 3, 4, 5)
_WORDS = (1, 2, 3)
_WORD = re.compile(r"[^\W_]+|[?!]")


@dataclass(frozen=True)
class Linear:
    """A linear map and the softmax after it.

    Attributes:
        weight: Shape (labels, inputs).
        bias: Shape (labels,).
    """

    weight: Numbers
    bias: Numbers

    def shares(self, inputs: Numbers) -> Numbers:
        """Give the probability of each label, shape (texts, labels), for inputs of shape (texts, inputs)."""
        return softmax(inputs @ self.weight.T + self.bias)


def letter_shares(linear: Linear, texts: Sequence[str]) -> Numbers:
    """Give the probability of each label for each text, shape (texts, labels), by its letters and words."""
    scores = [linear.weight[:, at] @ values + linear.bias for at, values in map(letter_values, texts)]
    return softmax(np.array(scores, dtype=np.float32).reshape(len(texts), len(linear.bias)))


def letter_values(text: str) -> tuple[NDArray[np.int64], Numbers]:
    """Give the buckets that a text fills and how much each counts: a vector of length 1, but for no words."""
    filled = Counter(zlib.crc32(run.encode()) % BUCKETS for run in _runs(text))
    values = 1 + np.log(np.array(list(filled.values()), dtype=np.float32))
    length = float(np.linalg.norm(values)) or 1.0
    return np.array(list(filled), dtype=np.int64), (values / length).astype(np.float32)


def _runs(text: str) -> list[str]:
    plain = unicodedata.normalize("NFD", text.casefold())
    words = _WORD.findall("".join(each for each in plain if not unicodedata.combining(each)))
    runs = ["w " + " ".join(words[at : at + size]) for size in _WORDS for at in range(len(words) - size + 1)]
    for word in (f" {each} " for each in words):
        runs += [word[at : at + size] for size in _LETTERS for at in range(len(word) - size + 1)]
    return runs


def softmax(scores: Numbers) -> Numbers:
    """Turn scores into probabilities, row by row."""
    grown = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Numbers = (grown / grown.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares
