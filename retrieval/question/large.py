"""Does a question ask for all that stands under one heading, and for nothing in particular?"""

from __future__ import annotations

from corpus.facets import FacetId
from retrieval.question.understand import Understanding

_OF_A_HEADING = frozenset(
    map(FacetId, ("side_effects", "serious_harms", "interactions", "contraindications", "boxed_warning"))
) | frozenset(map(FacetId, ("uses", "mechanism", "dependence", "monitoring", "forms", "overdose")))
_KINDS = frozenset({"open", "definition", "overview"})


def asks_at_large(asked: Understanding) -> bool:
    """Whether it names one medicine, one facet and nothing else: "what are the serious risks of X"."""
    wanted = set(asked.facets) - {"definition"}
    is_bare = not (asked.terms or asked.points or asked.context)
    return (
        is_bare
        and asked.kind in _KINDS
        and len(asked.subjects) == 1
        and len(wanted) == 1 <= len(wanted & _OF_A_HEADING)
    )
