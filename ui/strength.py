"""Say in one line how strong the evidence behind an answer is: how many works, of which kinds, agreeing.

It counts what the answer cites and judges nothing anew. Not for single statements: see `ui.reference`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from corpus.record import Kind
from retrieval.answer import Answer
from retrieval.verdict.differ import SOURCES_DIFFER
from ui.markup import counted

_PLURALS = {
    Kind.META_ANALYSIS: "meta-analyses",
    Kind.COHORT: "cohort studies",
    Kind.CASE_CONTROL: "case-control studies",
    Kind.CROSS_SECTIONAL: "cross-sectional studies",
    Kind.HUMAN_STUDY: "human studies",
    Kind.ANIMAL_STUDY: "animal studies",
    Kind.IN_VITRO: "laboratory studies",
    Kind.SUMMARY: "summaries",
    Kind.COMMENTARY: "commentaries",
    Kind.NEWS: "news reports",
    Kind.LAW: "laws",
    Kind.REGULATOR: "regulator's texts",
    Kind.LABEL: "drug labels",
}
_SINGULARS = {
    Kind.COHORT: "cohort study",
    Kind.CASE_CONTROL: "case-control study",
    Kind.CROSS_SECTIONAL: "cross-sectional study",
    Kind.IN_VITRO: "laboratory study",
    Kind.NEWS: "news report",
    Kind.REGULATOR: "regulator's text",
    Kind.LABEL: "drug label",
}
_NOT_IN_PEOPLE = frozenset({Kind.ANIMAL_STUDY, Kind.IN_VITRO})


@dataclass(frozen=True, slots=True)
class Strength:
    """What stands behind an answer.

    Attributes:
        kinds: Of what kinds the independent works are, the strongest first, and how many of each.
        backed: How many cited statements several independent works state in full.
        cited: How many statements cite anything.
        differ: Whether sources contradict each other in this answer.
        retracted: How many of the works were retracted.
    """

    kinds: tuple[tuple[Kind, int], ...]
    backed: int
    cited: int
    differ: bool
    retracted: int

    @property
    def works(self) -> int:
        """How many independent works there are."""
        return sum(count for _, count in self.kinds)


def strength_of(answer: Answer, works: Mapping[str, str]) -> Strength | None:
    """Count what an answer rests on; None where it cites nothing.

    Args:
        answer: A whole answer.
        works: Which work each source is a copy of, by source id; a source that is missing stands for itself.
    """
    if not answer.sources:
        return None
    kinds: dict[str, Kind] = {}
    for source in sorted(answer.sources, key=lambda each: list(Kind).index(each.kind)):
        kinds.setdefault(works.get(source.id, source.id), source.kind)
    order = [(kind, list(kinds.values()).count(kind)) for kind in Kind if kind in kinds.values()]
    cited = [each for each in answer.statements if each.citations]
    return Strength(
        kinds=tuple(order),
        backed=sum(each.sources_agreeing > 1 for each in cited),
        cited=len(cited),
        differ=answer.verdict == "mixed" or any(each.heading == SOURCES_DIFFER for each in cited),
        retracted=sum(each.retracted for each in answer.sources),
    )


def strength_line(strength: Strength) -> str:
    """The same in one line."""
    named = ", ".join(counted_kind(kind, count) for kind, count in strength.kinds)
    sources = "One source" if strength.works == 1 else f"{strength.works} independent sources"
    parts = [f"{sources}: {named}." if strength.works > 1 else f"{sources}: {named.removeprefix('1 ')}."]
    if strength.differ:
        parts.append("The sources do not agree with each other; both sides are shown.")
    elif strength.works > 1 and strength.backed:
        backed = "Every statement is" if strength.backed == strength.cited else _of(strength)
        parts.append(f"{backed} stated in full by several that agree.")
    elif strength.works > 1:
        parts.append("No statement is stated in full by more than one.")
    if {kind for kind, _ in strength.kinds} <= _NOT_IN_PEOPLE:
        parts.append("None of it was seen in people.")
    if strength.retracted:
        parts.append(f"{counted(strength.retracted, 'source')} of them retracted.")
    return " ".join(parts)


def counted_kind(kind: Kind, count: int) -> str:
    """Count works of a kind, as in '2 meta-analyses'."""
    one = _SINGULARS.get(kind) or kind.value.replace("-", " ")
    if kind is Kind.META_ANALYSIS:
        one = "meta-analysis"
    return f"{count} {one if count == 1 else _PLURALS.get(kind, f'{one}s')}"


def _of(strength: Strength) -> str:
    return f"{strength.backed} of {strength.cited} statements {'is' if strength.backed == 1 else 'are'}"
