"""Say what the sources say of two together, where only one of the two that were asked about is spoken of.

A note that nothing is said of the other would be untrue where a sentence names both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from corpus.lexicon import EntityId
from retrieval.composing.back import back
from retrieval.composing.compose import Chosen, Draft, plainly_answers, says_the_same
from retrieval.evidence.desk import Desk
from retrieval.evidence.gather import Gathered
from retrieval.question.slot import IN_SHORT
from retrieval.question.understand import Understanding

_LIKE = 0.55  # likeness to what a sentence is expected to answer, below which it is about something else
_MOST = 2
# What sets two apart is told of each, not of both together.
_THAN = re.compile(r"\b(than|or|versus|vs)\b", re.IGNORECASE)


def with_both(asked: Understanding, draft: Draft, gathered: Gathered, desk: Desk) -> Draft:
    """A draft with the sentences that name both of two, where what was chosen leaves one of them out.

    Args:
        asked: The question.
        draft: What was chosen.
        gathered: All evidence that was looked at.
        desk: The index and the names.
    """
    of_each = asked.inherited or asked.kind == "compare" or "comparison" in asked.facets
    if len(asked.subjects) != 2 or of_each or _THAN.search(asked.text):
        return draft
    if not _leaves_one_out(asked.subjects, draft.chosen):
        return draft
    of_both = [
        each
        for each in gathered.everything
        if set(asked.subjects) <= each.entities and (each.foreseen or 0.0) >= _LIKE
    ]
    said: list[Chosen] = []
    for each in sorted(of_both, key=lambda each: (-(each.foreseen or 0.0), each.key)):
        backing = back(each, gathered.everything, desk)
        if backing and not any(says_the_same(each, other.evidence) for other in said):
            said.append(Chosen(IN_SHORT, each, backing))
    if any(plainly_answers(each.evidence) for each in draft.chosen):
        return replace(draft, chosen=(*draft.chosen, *said[:1]))
    return replace(draft, chosen=(*said[:_MOST], *draft.chosen))


def _leaves_one_out(subjects: Sequence[EntityId], chosen: Sequence[Chosen]) -> bool:
    named: frozenset[EntityId] = frozenset().union(*(each.evidence.entities for each in chosen))
    return sum(each in named for each in subjects) == 1
