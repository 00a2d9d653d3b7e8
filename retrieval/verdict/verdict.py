"""Begin the answer to a yes-or-no question with what the evidence says: yes, no, mixed, or caution.

Only where the statements are clear: a wrong first word is worse than none. Not for single sentences: see
`retrieval.verdict.stance`; not for other questions: see `retrieval.verdict.differ`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.lexicon import Lexicon
from retrieval.answer import VerdictKind
from retrieval.composing.comparing import answers_for_each, compares_somewhere, is_uncompared
from retrieval.composing.compose import Chosen
from retrieval.evidence.desk import Evidence, work_of
from retrieval.evidence.foresight import is_sure
from retrieval.question.slot import CORRECTION, IN_SHORT, JOINT
from retrieval.question.understand import Understanding
from retrieval.support.claims import read_claim
from retrieval.support.wording import load_wording
from retrieval.verdict.differ import SOURCES_DIFFER, together
from retrieval.verdict.proposition import Proposition, as_expected, read_proposition
from retrieval.verdict.stance import Side, Stance, silent, stance_on
from retrieval.verdict.stance_read import (
    is_read_otherwise,
    is_read_to_say_both,
    stance_as_expected,
    stance_as_read,
)
from retrieval.verdict.stance_words import load_stance_words

_PAIR = 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the statements say to a yes-or-no question.

    Attributes:
        lead: The words that the answer begins with, of the closed list in `stance.yaml`.
        bearers: Places of the statements that say so, the one that carries the lead first; where sources
            differ, one of each side.
    """

    kind: VerdictKind
    lead: str
    bearers: tuple[int, ...]


def verdict(asked: Understanding, chosen: Sequence[Chosen], lexicon: Lexicon) -> Verdict | None:
    """What the statements say to a yes-or-no question; None where they do not clearly say.

    Args:
        asked: The question.
        chosen: The verified statements, in reading order.
        lexicon: The names that count as the same.
    """
    proposition = read_proposition(asked, lexicon)
    if proposition is None:
        return None
    found = {
        at: _stance(proposition, asked, each, lexicon)
        for at, each in enumerate(chosen)
        if not each.by_model and each.heading != CORRECTION and _on_all(each, asked, lexicon)
    }
    first = next((at for at in found if chosen[at].heading == IN_SHORT), None)
    if first is not None and found[first].side is Side.SILENT:
        found[first] = stance_as_expected(proposition, asked, chosen[first].evidence, lexicon)
    affirms, denies, mixed = (
        [at for at, each in found.items() if each.side is side]
        for side in (Side.AFFIRMS, Side.DENIES, Side.MIXED)
    )
    if proposition.asks == "safety":
        return _caution(found, affirms, denies)
    if mixed:
        return _verdict("mixed", "mixed", mixed[0])
    if affirms and denies:
        sides = chosen[affirms[0]], chosen[denies[0]]
        return _verdict("mixed", "mixed", affirms[0], denies[0]) if _disagree(*sides, lexicon) else None
    if affirms:
        return _verdict("yes", found[affirms[0]].lead, affirms[0])
    return _verdict("no", found[denies[0]].lead, denies[0]) if denies else None


def _stance(proposition: Proposition, asked: Understanding, each: Chosen, lexicon: Lexicon) -> Stance:
    """How a statement answers; where it warns, also in the words of the question it was expected to answer.

    "Can I have a glass of wine with it" and "is it safe to drink on it" ask the same, and a warning is no
    less one for the other wording. Never so for a yes: that it may be done must be said of just that.
    """
    text = each.evidence.text
    found = stance_on(proposition, text, lexicon)
    may_be_misread = found.side is Side.AFFIRMS and _may_be_misread(proposition)
    if may_be_misread and is_read_otherwise(asked, each.evidence, lexicon):
        found = silent("it was not read to say yes")
    if found.side is Side.DENIES and _may_be_misread(proposition) and is_read_to_say_both(each.evidence):
        # "Better than placebo in one review, but not proven to help": its words deny last.
        found = Stance(Side.MIXED, "it was read to say both", "mixed")
    surely = proposition.asks == "safety" or is_sure(each.evidence)  # a warning may be believed sooner
    may_be_read = each.heading == IN_SHORT and surely
    if found.side is Side.SILENT and each.evidence.reading is not None and may_be_read:
        as_read = stance_as_read(proposition, asked, text, each.evidence.reading, lexicon)
        found = as_read if as_read.side is not Side.SILENT else found
    if found.side is not Side.SILENT or proposition.asks != "safety" or not is_sure(each.evidence):
        return found
    other = read_proposition(as_expected(asked, each.evidence.expected, lexicon), lexicon)
    if other is None or other.asks != "safety":
        return found
    again = stance_on(other, text, lexicon)
    return again if again.side is Side.DENIES else found


def _may_be_misread(proposition: Proposition) -> bool:
    """Whether reading tells as much as words: not of classes, of which has more, nor of what may be done."""
    return proposition.premise is None and proposition.asks not in {"safety", "comparison", "equality"}


def _on_all(each: Chosen, asked: Understanding, lexicon: Lexicon) -> bool:
    """Whether a statement speaks of every drug of a pair: what forbids one with a third decides nothing."""
    if len(asked.subjects) < _PAIR or not set(asked.facets) & JOINT:
        return True
    named = each.evidence.entities
    return all(named & lexicon.near(drug) for drug in asked.subjects)


def decide(
    asked: Understanding, chosen: Sequence[Chosen], everything: Sequence[Evidence], lexicon: Lexicon
) -> tuple[list[Chosen], VerdictKind | None]:
    """Lay the statements out by what they say to the question, and to each other.

    Args:
        asked: The question.
        chosen: The statements.
        everything: All sentences that were looked at.
        lexicon: The names of the medicines.
    """
    given = verdict(asked, chosen, lexicon)
    if given is not None:
        return begin_with(given, chosen), given.kind
    laid_out = together(chosen, lexicon)
    at = next((at for at, each in enumerate(laid_out) if each.heading != CORRECTION), None)
    is_open = is_uncompared(asked, chosen, lexicon) and not answers_for_each(asked, chosen, lexicon)
    if at is not None and is_open and not compares_somewhere(asked, everything, lexicon):
        laid_out[at] = replace(laid_out[at], lead=load_stance_words().leads["not_compared"])
    return laid_out, None


def _caution(found: dict[int, Stance], affirms: Sequence[int], denies: Sequence[int]) -> Verdict | None:
    """To a question whether something is safe, the statement that warns most plainly comes first."""
    if affirms and denies:
        denies = [each for each in denies if found[each].lead == "against"]
        affirms = ()
    if denies:
        at = next((each for each in denies if found[each].lead == "against"), denies[0])
        return _verdict("caution", found[at].lead, at)
    usable = [at for at in affirms if found[at].lead]
    return _verdict("yes", found[usable[0]].lead, usable[0]) if usable else None


def _verdict(kind: VerdictKind, lead: str, *bearers: int) -> Verdict:
    return Verdict(kind, load_stance_words().leads[lead], bearers)


def _disagree(one: Chosen, other: Chosen, lexicon: Lexicon) -> bool:
    """Whether two works speak of the same people: what helps the young and not the old is no dispute."""
    usual = load_wording().usual
    people = [read_claim(each.evidence.text, lexicon).populations - usual for each in (one, other)]
    return not _works(one) & _works(other) and people[0] == people[1]


def _works(chosen: Chosen) -> set[str]:
    return {work_of(evidence.source) for evidence, _ in chosen.backing}


def begin_with(given: Verdict, chosen: Sequence[Chosen]) -> list[Chosen]:
    """The statements with those that bear a verdict first, and its lead in front of the first of all."""
    heading = SOURCES_DIFFER if len(given.bearers) > 1 else IN_SHORT
    first, *others = (replace(chosen[at], heading=heading) for at in given.bearers)
    rest = [each for at, each in enumerate(chosen) if at not in given.bearers]
    opened = [replace(first, lead=given.lead), *others]
    corrections = [each for each in rest if each.heading == CORRECTION]
    rest = [each for each in rest if each.heading != CORRECTION]
    short = [each for each in rest if each.heading == heading]
    return [*corrections, *opened, *short, *(each for each in rest if each.heading != heading)]
