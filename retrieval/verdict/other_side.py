"""Add the other side: a finding that contradicts what is answered first to whether something helps.

What answers a question best is expected to answer just that; the trial that found the contrary may have been
written down for another question, and would be left out. Not for what the two sides come to: see
`retrieval.verdict.verdict`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from retrieval.composing.back import back
from retrieval.composing.compose import Chosen, Draft, says_the_same
from retrieval.evidence.desk import Desk, Evidence, work_of
from retrieval.evidence.foresight import answers
from retrieval.evidence.gather import Gathered
from retrieval.evidence.may import may
from retrieval.question.slot import IN_SHORT, Slot
from retrieval.question.understand import Understanding
from retrieval.verdict.proposition import Proposition, read_proposition
from retrieval.verdict.stance import Side, stance_on
from retrieval.verdict.stance_read import stance_as_expected

# Under these headings works say what they found.
_FINDINGS = frozenset({"efficacy", "study", "comparison"})
_OPPOSITE = {Side.AFFIRMS: Side.DENIES, Side.DENIES: Side.AFFIRMS, Side.SILENT: Side.DENIES}


def with_other_side(
    asked: Understanding, slots: Sequence[Slot], draft: Draft, gathered: Gathered, desk: Desk
) -> Draft:
    """The draft, with at most one statement more beside its direct answer.

    Args:
        asked: The question.
        slots: The parts of the answer.
        draft: What was chosen.
        gathered: All evidence that was looked at.
        desk: The index and the names.
    """
    proposition = read_proposition(asked, desk.lexicon)
    slot = next((each for each in slots if each.direct and not each.sure), None)
    at = next((at for at, each in enumerate(draft.chosen) if each.heading == IN_SHORT), None)
    if proposition is None or proposition.asks != "benefit" or slot is None or at is None:
        return draft
    first = draft.chosen[at].evidence
    side = stance_on(proposition, first.text, desk.lexicon).side
    wanted = _OPPOSITE.get(side)
    if wanted is None:
        return draft
    there = [each.evidence for each in draft.chosen]
    for each in sorted(gathered.everything, key=lambda each: (-(each.foreseen or 0.0), each.key)):
        if not answers(each):
            break
        if wanted is not _side(proposition, each, there, desk) or not _may(each, slot, asked, desk):
            continue
        if side is Side.SILENT and not _affirms(proposition, asked, first, desk):
            return draft  # there is nothing that this would be the other side of
        if backing := back(each, gathered.everything, desk):
            other = Chosen(IN_SHORT, each, backing)
            return replace(draft, chosen=(*draft.chosen[: at + 1], other, *draft.chosen[at + 1 :]))
    return draft


def _affirms(proposition: Proposition, asked: Understanding, first: Evidence, desk: Desk) -> bool:
    return stance_as_expected(proposition, asked, first, desk.lexicon).side is Side.AFFIRMS


def _side(proposition: Proposition, each: Evidence, there: Sequence[Evidence], desk: Desk) -> Side | None:
    """How a sentence answers; None where the answer has it already, or another of the same work."""
    works = {work_of(said.source) for said in there}
    if work_of(each.source) in works or any(says_the_same(each, said) for said in there):
        return None
    return stance_on(proposition, each.text, desk.lexicon).side


def _may(each: Evidence, slot: Slot, asked: Understanding, desk: Desk) -> bool:
    """Whether a sentence may stand beside it: about just what is asked about, and no other drug."""
    drugs = {name for name in each.entities if desk.lexicon.entities[name].kind in {"drug", "class"}}
    if each.passage.facet not in _FINDINGS or not drugs or drugs - set(asked.subjects):
        return False
    # What was searched for matters to parts of a facet only, and the direct answer is of none.
    return may(each, slot, asked, each.vector, desk) is not None
