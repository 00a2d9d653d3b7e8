"""Find the warnings that belong to an answer, each in the words of a source.

Which warning belongs to which question stands in `warnings.yaml`. Not for the fixed sentences of help: see
`retrieval.safety.help`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from corpus.facets import FacetId
from corpus.lexicon import EntityId, Lexicon
from corpus.record import Kind
from retrieval.composing.back import Backing, back
from retrieval.composing.compose import Chosen, says_the_same
from retrieval.evidence.desk import Desk
from retrieval.evidence.gather import gather
from retrieval.question.slot import IN_SHORT, Slot
from retrieval.question.understand import Understanding

WARNINGS = Path(__file__).with_name("warnings.yaml")
_OFFICIAL = frozenset({Kind.LABEL, Kind.REGULATOR})
_BOXED = FacetId("boxed_warning")
_MOST = 3  # more of them are not read
_DRUGS = 2  # warned of by one rule
_REASSURES = re.compile(
    r"\b(less (linked|likely)|lower (risk|rates?) of)\b",
    re.IGNORECASE,
)

_ByCaution: TypeAlias = Mapping[str, frozenset[FacetId]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of the file."""

    id: str
    of: tuple[EntityId, ...]
    also: tuple[EntityId, ...]
    cautions: frozenset[str]
    asked: frozenset[FacetId]
    facets: tuple[FacetId, ...]
    says: tuple[re.Pattern[str], ...]
    official: bool
    beside: tuple[EntityId, ...]
    query: str

    def concerns(self, asked: Understanding, cautions: Sequence[str]) -> bool:
        """Whether the question is one that calls for this warning, of whatever drug."""
        heard = {each for each in self.cautions & set(cautions) if _is_meant(each, asked)}
        return bool(heard or self.asked & set(asked.facets))

    def is_stated_by(self, text: str) -> bool:
        """Whether a sentence warns of it; one that says how little there is to fear does not."""
        reassures = not self.official and _REASSURES.search(text) is not None
        return not reassures and all(says.search(text) for says in self.says)

    def drugs(self, asked: Understanding, lexicon: Lexicon) -> tuple[EntityId, ...]:
        """Which of the drugs asked about it is given for."""
        if not self.of:
            return asked.subjects[:_DRUGS]
        found = [
            self.of[0] if each in self.also else each
            for each in asked.subjects
            if each in self.also or {each, *lexicon.ancestors(each)} & set(self.of)
        ]
        return tuple(dict.fromkeys(found))[:_DRUGS]


def warn(
    asked: Understanding, cautions: Sequence[str], chosen: Sequence[Chosen], desk: Desk
) -> tuple[Chosen, ...]:
    """The statements that warn, the gravest first, at most three.

    Args:
        asked: The question.
        cautions: Tags of the triage.
        chosen: The statements of the answer.
        desk: The index and the names.
    """
    found: list[Chosen] = []
    for rule in load_warnings():
        if not rule.concerns(asked, cautions):
            continue
        if not rule.official and (found or _is_given(rule, chosen)):
            continue
        for drug in rule.drugs(asked, desk.lexicon):
            warning = _find(rule, drug, asked, desk)
            if warning and not any(says_the_same(warning.evidence, each.evidence) for each in found):
                found.append(warning)
    return tuple(found[:_MOST])


def _is_meant(caution: str, asked: Understanding) -> bool:
    """Whether the words that a caution was heard by are meant so ("stop working" is not stopping a drug)."""
    facets = set(asked.facets)
    means, unless = load_meanings()
    if unless.get(caution, frozenset()) & facets:
        return False
    meant = means.get(caution)
    return meant is None or not asked.facets or bool(meant & facets)


def apart(chosen: Sequence[Chosen], warnings: Sequence[Chosen]) -> list[Chosen]:
    """The statements without what the warnings above them say; all of them where none would be left."""
    left = [each for each in chosen if not any(_repeats(each, warning) for warning in warnings)]
    if not left:
        return list(chosen)
    if chosen[0].heading == IN_SHORT != left[0].heading:
        left[0] = replace(left[0], heading=IN_SHORT)
    return left


def _repeats(each: Chosen, warning: Chosen) -> bool:
    """Whether a statement says what a warning says, or rests on that very sentence alone."""
    if says_the_same(each.evidence, warning.evidence):
        return True
    return each.backing[0][0].key == warning.backing[0][0].key


def _is_given(rule: Rule, chosen: Sequence[Chosen]) -> bool:
    return any(each.evidence.passage.facet == rule.facets[0] for each in chosen)


def _find(rule: Rule, drug: EntityId, asked: Understanding, desk: Desk) -> Chosen | None:
    """The best sentence of a drug that states a warning, with what backs it."""
    if rule.query:
        return _find_by_query(rule, drug, desk)
    about = replace(asked, subjects=(drug,), context=rule.beside, terms=(), points=())
    return _best(rule, drug, about, desk)


@lru_cache(maxsize=256)  # the drugs asked about are the same few
def _find_by_query(rule: Rule, drug: EntityId, desk: Desk) -> Chosen | None:
    """The same by words of the rule's own, whatever the question asks for beside it."""
    text = f"{desk.lexicon.entities[drug].name} {rule.query}"
    about = Understanding(text=text, kind="open", subjects=(drug,), context=rule.beside)
    return _best(rule, drug, about, desk)


def forget_warnings() -> None:
    """Forget the warnings found, so that an index that is no longer served can be closed."""
    _find_by_query.cache_clear()


def _best(rule: Rule, drug: EntityId, about: Understanding, desk: Desk) -> Chosen | None:
    slot = Slot("Warning", rule.facets, (drug,), 1, query=rule.query, outlined=bool(rule.query))
    gathered = gather(about, (slot,), desk, weeding=False)
    fit = [each for each in gathered.by_slot[0] if rule.is_stated_by(each.text)]
    if rule.official:
        # Of this drug before its class, in plain words before a label's own; otherwise the order stays.
        fit.sort(key=lambda each: (drug not in each.entities, each.source.kind is not Kind.SUMMARY))
    for each in fit:
        backing = back(each, gathered.everything, desk)
        if backing and (not rule.official or _is_official(backing)):
            return Chosen("Warning", each, backing)
    return None


def _is_official(backing: Backing) -> bool:
    """Whether labels and regulators alone state it: a label in its boxed warning, or a regulator at all."""
    passages = [evidence for evidence, _ in backing]
    return all(each.source.kind in _OFFICIAL for each in passages) and any(
        each.passage.facet == _BOXED or each.source.kind is Kind.REGULATOR for each in passages
    )


@lru_cache(maxsize=1)
def load_warnings() -> tuple[Rule, ...]:
    """Read `warnings.yaml`; it never changes while the program runs."""
    data = yaml.safe_load(WARNINGS.read_text(encoding="utf-8"))
    warns = rf"\b({'|'.join(data['warns'])})"
    return tuple(_rule({"says": [warns], **row}) for row in data["rules"])


@lru_cache(maxsize=1)
def load_meanings() -> tuple[_ByCaution, _ByCaution]:
    """Read from `warnings.yaml` for which facets a caution's words are meant so, and for which not."""
    data = yaml.safe_load(WARNINGS.read_text(encoding="utf-8"))
    means, unless = (
        {tag: frozenset(FacetId(each) for each in facets) for tag, facets in data[key].items()}
        for key in ("means", "unless")
    )
    return means, unless


def _rule(row: dict[str, Any]) -> Rule:
    return Rule(
        id=row["id"],
        of=tuple(EntityId(each) for each in row.get("of", ())),
        also=tuple(EntityId(each) for each in row.get("also", ())),
        cautions=frozenset(row.get("cautions", ())),
        asked=frozenset(FacetId(each) for each in row.get("asked", ())),
        facets=tuple(FacetId(each) for each in row["facets"]),
        says=tuple(re.compile(each, re.IGNORECASE) for each in row["says"]),
        official=row.get("official", False),
        beside=tuple(EntityId(each) for each in row.get("beside", ())),
        query=row.get("query", ""),
    )
