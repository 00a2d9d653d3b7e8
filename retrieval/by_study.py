"""Answer a question that names a study and asks for nothing else of it, as "what did RAMPART find" does.

Its sentences do not sound like an answer to that: that they bear its name is what speaks for them.
"""

from __future__ import annotations

from dataclasses import replace

from retrieval.composing.compose import Draft, compose
from retrieval.evidence.desk import Desk
from retrieval.evidence.gather import Gathered, gather
from retrieval.question.outline import DIRECT_LIMIT
from retrieval.question.slot import IN_SHORT, Slot
from retrieval.question.study import bears_name, study_named
from retrieval.question.understand import Understanding


def told_of_study(asked: Understanding, desk: Desk) -> tuple[tuple[Slot, ...], Gathered, Draft] | None:
    """The sentences that bear the name of the study that is asked about, those of the likest passages first.

    Args:
        asked: The question, read by its words alone.
        desk: The index and the names.

    Returns:
        The part that was looked for, what was found, and the answer; None where no study may be meant.
    """
    name = study_named(asked.text)
    if name is None:
        return None
    slots = (Slot(IN_SHORT, (), (), DIRECT_LIMIT, query=name, outlined=True),)
    gathered = gather(asked, slots, desk)
    rank = {hit.row: at for at, hit in enumerate(gathered.hits)}
    bearing = (each for each in gathered.everything if bears_name(each.text, name))
    found = sorted(bearing, key=lambda each: (rank.get(each.row, len(rank)), each.key))
    ranked = tuple(replace(each, score=1.0 - at / len(found)) for at, each in enumerate(found))
    gathered = replace(gathered, by_slot=(ranked,))
    return slots, gathered, compose(asked, slots, gathered, desk)
