"""Choose the statements of an answer from the evidence: extractive, so that nothing can be invented.

Each statement is a sentence of a source, word for word. Near-duplicates are not repeated: where another
source says the same, it is cited beside the first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.lexicon import EntityId, Lexicon
from corpus.record import PAPER_KINDS, Kind
from retrieval.composing.back import Backing, back
from retrieval.composing.comparing import unless_beside_the_point, without_halves
from retrieval.composing.rank import by_time, one_for_each, time_of
from retrieval.evidence.about import first_named
from retrieval.evidence.boilerplate import is_boilerplate
from retrieval.evidence.desk import Desk, Evidence, work_of
from retrieval.evidence.figures import asks_for_figures, gives_other_figures
from retrieval.evidence.gather import Gathered
from retrieval.evidence.grave import is_grave
from retrieval.question.hear import QuestionKind
from retrieval.question.slot import CORRECTION, IN_SHORT, Slot
from retrieval.question.understand import Understanding
from retrieval.support.verify import cosine
from retrieval.words import stems, weight

MOST_STATEMENTS = 12
_SAME_MEANING = 0.85  # cosine from which two sentences say the same
_SAME_MEANING_OF_ONE_WORK = 0.82
_SAME_MEANING_HELD = 0.72
_SAME_MEANING_OF_OTHERS_TOO = 0.74  # where one of them speaks of a medicine that nobody asked about
_HELD_WITHIN = 0.75  # share of the shorter sentence's stems that the longer one holds
_SAME_WORDS = 0.62  # share of common stems from which they do
_DENIALS = frozenset({"no", "not", "nor", "never", "without"})
_NUMBER = re.compile(r"\d[\d.,]*")
_LEAST_NEWS = 10.0  # nats that a sentence must add to what is said; less are one or two words of framing
_LEAST = 0.36  # a sentence that scores less does not answer the question
_BEHIND_BEST = 0.32  # nor does one this far behind the best of its slot, unless
_READ_TO_ANSWER = 0.7  # it was read to answer at least so surely, or all in all is
_PLAINLY = 0.9  # at least as probable to answer
# Where something plainly answers, what is less probable to answer is left out: of 46 later statements below
# this, on 550 questions of blind writers, 27 were beside the point and 8 answered.
_LEAST_BESIDE = 0.7
_MUCH_BETTER = 0.2  # more probable to answer by so much
_OF_ONE_PAPER = 2  # statements that one study may give: it found one thing
_OF_ONE_PAPER_PLAINLY = 4  # where each plainly answers: the question is about that study
_OF_MEMBERS = 3  # statements about single members of a class that was asked about
_OF_ONE_SOURCE = 0.05  # taken off the score for each statement that the source already gave


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sentence chosen as a statement, with all the evidence that supports it, itself first.

    Attributes:
        by_model: Whether a chat model worded it; then `evidence.text` has the model's words, and only the
            backing those of sources.
        lead: What stands in front of it, of the leads in `stance.yaml`.
    """

    heading: str
    evidence: Evidence
    backing: Backing
    by_model: bool = False
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """The chosen statements in reading order, and what nothing was found for.

    Attributes:
        empty: The slots.
        unanswered: The parts of a question that asks for several things, in its own words.
    """

    chosen: tuple[Chosen, ...]
    empty: tuple[Slot, ...]
    unanswered: tuple[str, ...] = ()


def compose(asked: Understanding, slots: Sequence[Slot], gathered: Gathered, desk: Desk) -> Draft:
    """Fill the slots in order, without saying anything twice."""
    taken: list[Chosen] = []
    empty: list[Slot] = []
    plain = _plain(slots, gathered)
    for slot, judged in zip(slots, gathered.by_slot, strict=True):
        room = min(slot.limit, MOST_STATEMENTS - len(taken))
        candidates = one_for_each(judged, desk.lexicon) if slot.extreme else _beside(plain, judged, slot)
        picked = _pick(slot, candidates, taken, room, gathered, desk, figures=asks_for_figures(asked.text))
        if slot.extreme:
            picked = by_time(picked, slot.extreme, desk.lexicon)
        taken += picked
        nothing_new = any(each.score >= _LEAST for each in judged)  # said already, under another heading
        if not picked and room and not nothing_new and slot.heading not in {each.heading for each in taken}:
            empty.append(slot)
    taken = unless_beside_the_point(without_halves(taken, slots), asked, desk.lexicon)
    return Draft(tuple(_grouped(_lead(taken, asked.kind, any(slot.extreme for slot in slots)))), tuple(empty))


def _plain(slots: Sequence[Slot], gathered: Gathered) -> list[Evidence]:
    """What plainly answers, of what the question itself asks for."""
    asking = zip(gathered.by_slot, slots, strict=True)
    return [each for judged, slot in asking if not slot.outlined for each in judged if plainly_answers(each)]


def _beside(plain: Sequence[Evidence], judged: Sequence[Evidence], slot: Slot) -> Sequence[Evidence]:
    """What may stand beside that which plainly answers.

    Not what that says too, and better: of other parts than an outline's, much better. Of these, not what was
    hardly read to answer, unless nothing that answers is about what the part is about. What nobody foresaw
    questions for was never read.
    """
    better = {each.key: each for each in plain}  # a sentence may fill several parts
    margin = 0.0 if slot.outlined else _MUCH_BETTER
    judged = [
        each
        for each in judged
        if not any(
            _how_plainly(other) > _how_plainly(better.get(each.key, each)) + margin
            and says_the_same(each, other)
            for other in better.values()
        )
    ]
    if slot.outlined:
        return judged
    if not any(each.entities & set(slot.subjects) or not slot.subjects for each in plain):
        return judged
    untold = set(slot.subjects).difference(*(each.entities for each in plain))
    return [
        each
        for each in judged
        if each.foreseen is None or _how_plainly(each) >= _LEAST_BESIDE or each.entities & untold
    ]


def _pick(
    slot: Slot,
    candidates: Sequence[Evidence],
    taken: Sequence[Chosen],
    room: int,
    gathered: Gathered,
    desk: Desk,
    *,
    figures: bool,
) -> list[Chosen]:
    """Greedy choice by score, less for what a source already said; what nothing backs is passed over.

    Where figures are asked for, two sentences that give others do not say the same.
    """
    members = _members(slot, desk.lexicon)
    picked: list[Chosen] = []
    best = candidates[0].score if candidates else 0.0
    least = max(_LEAST, best - _BEHIND_BEST)
    left = [each for each in candidates if each.score >= least or _is_read_to_answer(each)]
    while left and len(picked) < room:
        said = [each.evidence for each in (*taken, *picked)]
        used = Counter(each.source.id for each in said)
        left.sort(key=lambda each: (-(each.score - _OF_ONE_SOURCE * used[each.source.id]), each.key))
        each = left.pop(0)
        repeated = [other for other in said if says_the_same(each, other)]
        if any(not (figures and gives_other_figures(each.text, other.text)) for other in repeated):
            continue
        if _is_spent(each, said):
            continue
        if not (slot.outlined or slot.extreme) and said and _adds_little(each, said, desk):
            continue
        if not slot.extreme and _speaks_of_others_too(each, said, slot, desk.lexicon):
            continue
        if first_named(each.text, desk.lexicon) in members:
            heard = sum(first_named(other.text, desk.lexicon) in members for other in said)
            if heard >= _OF_MEMBERS:
                continue
        if is_boilerplate(each, desk) or not _is_of_its_sort(each, slot, desk.lexicon):
            continue
        if backing := back(each, gathered.everything, desk):
            picked.append(Chosen(slot.heading, each, backing))
    return picked


def _adds_little(each: Evidence, said: Sequence[Evidence], desk: Desk) -> bool:
    """Whether a sentence says no more than a word or two beyond those said, by how rare its words are."""
    new = stems(each.text) - frozenset[str]().union(*(stems(other.text) for other in said))
    named = frozenset[EntityId]().union(*(other.entities for other in said))
    if not each.entities <= named or new & _DENIALS:
        return False  # the same of another medicine, or the contrary
    news = 0.0
    for stem in sorted(new):
        news += weight(stem, desk.index)
        if news >= _LEAST_NEWS:
            return False
    return True


def _speaks_of_others_too(each: Evidence, said: Sequence[Evidence], slot: Slot, lexicon: Lexicon) -> bool:
    """Whether a sentence tells of a medicine that nobody asked about, and of those asked what is said.

    A number that was not told yet is news.
    """
    meant = frozenset(slot.subjects).union(
        *(lexicon.ancestors(name) | lexicon.members(name) for name in slot.subjects)
    )
    if _medicines(each, lexicon) <= meant:
        return False
    told = {number for other in said for number in _NUMBER.findall(other.text)}
    if set(_NUMBER.findall(each.text)) - told:
        return False
    own = each.entities & meant
    return bool(own) and any(
        own <= other.entities
        and _medicines(other, lexicon) <= meant
        and cosine(each.vector, other.vector) >= _SAME_MEANING_OF_OTHERS_TOO
        for other in said
    )


def _medicines(each: Evidence, lexicon: Lexicon) -> frozenset[EntityId]:
    return frozenset(name for name in each.entities if lexicon.entities[name].kind == "drug")


def _is_of_its_sort(each: Evidence, slot: Slot, lexicon: Lexicon) -> bool:
    if slot.timed and time_of(each, lexicon) is None:
        return False
    return not slot.grave or is_grave(each)


def _is_read_to_answer(each: Evidence) -> bool:
    return plainly_answers(each) or (each.reading is not None and each.reading.answers >= _READ_TO_ANSWER)


def plainly_answers(each: Evidence) -> bool:
    """Whether a sentence was read to answer, all in all, beyond most doubt."""
    return _how_plainly(each) >= _PLAINLY


def _how_plainly(each: Evidence) -> float:
    return each.answering or 0.0


def _members(slot: Slot, lexicon: Lexicon) -> frozenset[EntityId]:
    """The members of the classes that a part is about: one after the other they say the same again."""
    if slot.extreme:  # these are asked for one by one
        return frozenset()
    return frozenset[EntityId]().union(*(lexicon.members(each) for each in slot.subjects))


def _is_spent(each: Evidence, said: Sequence[Evidence]) -> bool:
    """Whether the studies behind a sentence have been heard often enough."""
    if each.source.kind not in PAPER_KINDS and each.source.kind is not Kind.SUMMARY:
        return False
    works = _works(each) - {each.source.id} if each.source.kind is Kind.SUMMARY else _works(each)
    most = _OF_ONE_PAPER_PLAINLY if plainly_answers(each) else _OF_ONE_PAPER
    return len(works) == 1 and sum(works <= _works(other) for other in said) >= most


def says_the_same(one: Evidence, other: Evidence) -> bool:
    """Whether a reader would find two sentences repetitive; of the same work, likeness weighs more."""
    same_work = bool(_works(one) & _works(other))
    alike = cosine(one.vector, other.vector)
    if alike >= (_SAME_MEANING_OF_ONE_WORK if same_work else _SAME_MEANING):
        return True
    first, second = stems(one.text), stems(other.text)
    common = len(first & second)
    if common / max(1, len(first | second)) >= _SAME_WORDS:
        return True
    # A short sentence that says what a long one says, and less.
    return common / max(1, min(len(first), len(second))) >= _HELD_WITHIN and alike >= _SAME_MEANING_HELD


def _works(each: Evidence) -> set[str]:
    return {work_of(each.source), *each.source.references.get(" ".join(each.text.split()), ())}


def _lead(chosen: list[Chosen], kind: QuestionKind, is_ranked: bool) -> list[Chosen]:
    """Put the most direct statement first, under its own heading; only a correction comes before it."""
    corrections = [each for each in chosen if each.heading == CORRECTION]
    main = [each for each in chosen if each.heading != CORRECTION]
    outlined = kind in {"contrast", "compare"}
    if outlined or is_ranked or len(main) < 2 or any(each.heading == IN_SHORT for each in main):
        return [*corrections, *main]
    first = [each for each in main if each.heading == main[0].heading]
    best = max(first, key=lambda each: each.evidence.score + 0.2 * each.evidence.relevance)
    rest = [each for each in main if each is not best]
    return [*corrections, replace(best, heading=IN_SHORT), *rest]


def _grouped(chosen: Sequence[Chosen]) -> list[Chosen]:
    """Statements with the same heading together, headings in order of first appearance."""
    order = list(dict.fromkeys(each.heading for each in chosen))
    return sorted(chosen, key=lambda each: order.index(each.heading))
