"""Does a question ask for all that stands under one heading, and for nothing in particular?"""

from __future__ import annotations

import re

from corpus.facets import FacetId
from retrieval.question.understand import Understanding

_OF_A_HEADING = frozenset(
    map(FacetId, ("side_effects", "serious_harms", "interactions", "contraindications", "boxed_warning"))
) | frozenset(map(FacetId, ("uses", "mechanism", "dependence", "monitoring", "forms", "overdose")))
# "When do they start", "why": of all that, one thing.
_OF_A_CASE = re.compile(r"\b(when|why|how|not|night|morning|start|stop|last)\b|n't\b", re.IGNORECASE)
_KINDS = frozenset({"open", "definition", "overview"})


def asks_at_large(asked: Understanding) -> bool:
    """Whether it names one medicine, one facet and nothing else: "what are the serious risks of X"."""
    wanted = set(asked.facets) - {"definition"}
    is_of_one = len(asked.subjects) == len(wanted) == 1 and wanted <= _OF_A_HEADING
    return asked.is_bare and is_of_one and asked.kind in _KINDS and not _OF_A_CASE.search(asked.text)
