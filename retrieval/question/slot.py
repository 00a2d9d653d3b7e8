"""A part of an answer to be filled: what its statements are about, and what is asked of them."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.facets import FacetId
from corpus.lexicon import EntityId
from retrieval.question.hear import Extreme

IN_SHORT = "In short"
USED_FOR, CAUTIONS = "What each is used for", "Cautions"  # as the outlines call them
CORRECTION = "First, a correction"
# With one of these, two drugs in a question are asked about together, not one beside the other.
JOINT = frozenset({"interactions", "alcohol", "opioids", "switching"})
_NAMES_OTHERS = frozenset(
    {"interactions", "opioids", "alcohol", "switching", "overdose", "legal", "alternatives"}
)
MOST_COMPARED = 3  # of more that are compared, the first


@dataclass(frozen=True, slots=True)
class Slot:
    """A part of an answer to be filled.

    Attributes:
        facets: What its statements are about; empty for whatever answers the question.
        subjects: Drugs, classes or conditions that they are about: any one, or all when `together`.
        limit: Most statements.
        query: Words to search for besides the names; empty for those of the first facet.
        outlined: Whether it is a part of an outline, which asks its own question.
        loose: Whether passages of other facets may fill it, where their sentences use the facet's words.
        besides: General facets that the question names too ("is it safe", asked of pregnancy).
        asked: Whether the question names the facet itself, so that finding nothing is worth saying.
        partners: Names that a statement must hold besides (alcohol, in "diazepam with alcohol").
        direct: Whether it is for whatever speaks of the question's own words, under any heading.
        paired: Whether only what is said of the subject itself, and not of its class, may fill it.
        both: Whether it is worth saying only when the same heading is filled for each subject, of it or
            of its family, not of a class as wide as all antidepressants.
        timed: Whether only what gives a time may fill it.
        grave: Whether only grave harms may fill it.
        foreseen: Whether only sentences that are expected to answer such a question may fill it.
        sure: Whether these may be about any of the subjects, where they are sure to answer it.
        extreme: Whether its statements go by time, one a drug, the longest or the shortest first.
        classes: Classes of which a statement must name one.
    """

    heading: str
    facets: tuple[FacetId, ...]
    subjects: tuple[EntityId, ...]
    limit: int
    together: bool = False
    partners: tuple[EntityId, ...] = ()
    query: str = ""
    besides: tuple[FacetId, ...] = ()
    asked: bool = False
    outlined: bool = False
    loose: bool = False
    classes: tuple[EntityId, ...] = ()
    extreme: Extreme | None = None
    direct: bool = False
    foreseen: bool = False
    sure: bool = False
    paired: bool = False
    both: bool = False
    timed: bool = False
    grave: bool = False

    @property
    def names_others(self) -> bool:
        """Whether its statements cannot but name drugs that were not asked about."""
        return bool(_NAMES_OTHERS & set(self.facets[:1]))
