"""Put statements about several drugs in the order of the times that they give: the longest or shortest first.

The order is of the figures as the sources give them. None of them may rank the drugs themselves, and
different sources measure differently, so nothing is called the longest or the shortest here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from corpus.lexicon import EntityId, Lexicon
from retrieval.evidence.about import first_named
from retrieval.evidence.desk import Evidence
from retrieval.question.hear import Extreme
from retrieval.support.claims import read_claim

if TYPE_CHECKING:
    from retrieval.composing.compose import Chosen


def one_for_each(candidates: Sequence[Evidence], lexicon: Lexicon) -> tuple[Evidence, ...]:
    """The best sentence on each drug that gives a time, in their order."""
    kept: dict[EntityId, Evidence] = {}
    for each in candidates:
        named = first_named(each.text, lexicon)
        is_drug = named is not None and lexicon.entities[named].kind == "drug"
        if named is not None and is_drug and time_of(each, lexicon) is not None:
            kept.setdefault(named, each)
    return tuple(kept.values())


def by_time(chosen: Sequence[Chosen], extreme: Extreme, lexicon: Lexicon) -> list[Chosen]:
    """Statements by the longest time that each gives."""
    sign = -1.0 if extreme == "most" else 1.0
    return sorted(
        chosen, key=lambda each: (sign * (time_of(each.evidence, lexicon) or 0.0), each.evidence.key)
    )


def time_of(each: Evidence, lexicon: Lexicon) -> float | None:
    """The longest time that a sentence gives, in the base unit of time."""
    amounts = (amount.quantity for amount in read_claim(each.text, lexicon).amounts)
    return max((amount.value for amount in amounts if amount.of == "time"), default=None)
