"""Does a question ask for all that stands under a heading or in an outline, and for nothing in particular?"""

from __future__ import annotations

import re
from functools import lru_cache

from corpus.facets import FacetId
from ingest.adapt import Numbers
from ingest.asking import load_reader
from retrieval.question.outlines import load_outlines
from retrieval.question.understand import Understanding

_OF_A_HEADING = frozenset(
    map(FacetId, ("side_effects", "serious_harms", "interactions", "contraindications", "boxed_warning"))
) | frozenset(map(FacetId, ("uses", "mechanism", "dependence", "monitoring", "forms", "overdose")))
# "When do they start", "why": of all that, one thing.
_OF_A_CASE = re.compile(r"\b(when|why|how|not|night|morning|start|stop|last)\b|n't\b", re.IGNORECASE)
_KINDS = frozenset({"open", "definition", "overview"})
# Cosine to what an outline answers from which a question asks for that; "why" is asked in many more ways.
_AS_OUTLINED = {"compare": 0.8, "contrast": 0.6}


def asks_at_large(asked: Understanding) -> bool:
    """Whether it names one medicine, one facet and nothing else: "what are the serious risks of X"."""
    wanted = set(asked.facets) - {"definition"}
    is_of_one = len(asked.subjects) == len(wanted) == 1 and wanted <= _OF_A_HEADING
    return asked.is_bare and is_of_one and asked.kind in _KINDS and not _OF_A_CASE.search(asked.text)


def asks_for_outline(asked: Understanding) -> bool:
    """Whether it asks just what the outline of its kind answers: "what is the difference between X and Y"."""
    return _likeness(asked.wording or asked.text, asked.kind) >= _AS_OUTLINED[asked.kind]


@lru_cache(maxsize=1024)
def _likeness(wording: str, kind: str) -> float:
    return float((_answered(kind) @ load_reader().encode([wording])[0]).max())


@lru_cache(maxsize=2)
def _answered(kind: str) -> Numbers:
    """What the outline of a kind answers, shape (questions, WIDTH)."""
    return load_reader().encode(load_outlines()["answers"][kind])
