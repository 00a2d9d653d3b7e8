"""Admit a statement that a model proposes, or refuse it: its form, its keys, and whether the sources say it.

What is admitted rests on stored spans alone. What is in doubt is refused; the sources' own sentences remain.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import yaml

from ingest.embed import Vectors
from ingest.sentences import sentence_spans
from retrieval.composing.back import Backing, back
from retrieval.composing.compose import Chosen
from retrieval.evidence.about import first_named
from retrieval.evidence.desk import Desk, Evidence
from retrieval.evidence.standing import stands_alone
from retrieval.model.reply import Proposed
from retrieval.model.shorten import clauses, is_shortened
from retrieval.question.slot import IN_SHORT, Slot
from retrieval.question.understand import Understanding
from retrieval.safety.directive import is_directive
from retrieval.support.verify import SUPPORTED, cosine, support_together, supports

_LONGEST = 500  # characters
_MOST_CITED = 4
_NAMED = frozenset({"drug", "class", "substance"})
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_A_PART = round(SUPPORTED - 0.01, 2)  # the most that a span supports which states a statement in part


@dataclass(frozen=True)
class Bench:
    """What proposals are held against.

    Attributes:
        offered: The keys that the model was given.
        headings: The headings that it may use.
        draft: The statements chosen without it.
        warnings: Those that warn; they stand above the answer and are never the model's.
        everything: All the evidence that was gathered.
    """

    offered: Mapping[str, Evidence]
    headings: tuple[str, ...]
    draft: tuple[Chosen, ...]
    warnings: tuple[Chosen, ...]
    everything: tuple[Evidence, ...]
    slots: tuple[Slot, ...]
    asked: Understanding
    desk: Desk


@dataclass(frozen=True)
class _Ground:
    """Words that a statement may be a shortened form of, and the evidence that these rest on."""

    text: str
    vector: Vectors
    evidence: tuple[Evidence, ...]


def admit(proposed: Proposed, bench: Bench) -> Chosen | None:
    """Make a statement of a proposal, with the stored spans that support it; None when it is refused."""
    text = " ".join(proposed.text.split())
    heading = next((each for each in bench.headings if each.casefold() == proposed.heading.casefold()), None)
    cited = [bench.offered.get(key) for key in dict.fromkeys(proposed.cites)]
    known = [each for each in cited if each is not None]
    if heading is None or not known or len(known) < len(cited):
        return None
    if (same := _in_draft(text, known, bench)) is not None:
        return replace(same, heading=heading)
    if not _well_formed(text) or _names_strangers(text, heading, bench):
        return None
    if (quoted := next((each for each in known if _same(each.text, text)), None)) is not None:
        backing = back(quoted, bench.everything, bench.desk)
        return Chosen(heading, quoted, backing) if backing else None
    if _addresses(text):
        return None
    return _shortened(text, heading, known, bench)


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()) == " ".join(other.split())


def _in_draft(text: str, known: Sequence[Evidence], bench: Bench) -> Chosen | None:
    """The draft's statement in the same words, where the proposal cites any of what it rests on."""
    keys = {each.key for each in known}
    return next(
        (
            each
            for each in bench.draft
            if _same(each.evidence.text, text) and keys & {one.key for one, _ in each.backing}
        ),
        None,
    )


@lru_cache(maxsize=1)
def _forms() -> dict[str, re.Pattern[str]]:
    path = Path(__file__).parent / "prompts" / "forms.yaml"
    patterns: dict[str, str] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {name: re.compile(pattern, re.IGNORECASE) for name, pattern in patterns.items()}


def _well_formed(text: str) -> bool:
    """Whether it is one plain sentence that stands alone, tells nobody what to take and points nowhere."""
    return (
        len(text) <= _LONGEST
        and stands_alone(text)
        and not any(unicodedata.category(char) in _UNSEEN for char in text)
        and len(sentence_spans(text, _LONGEST + 1)) == 1
        and not is_directive(text)
        and not any(pattern.search(text) for name, pattern in _forms().items() if name != "address_to_reader")
    )


def _addresses(text: str) -> bool:
    return _forms()["address_to_reader"].search(text) is not None


def _names_strangers(text: str, heading: str, bench: Bench) -> bool:
    """Whether it is about a drug that was not asked about; the same rule as for sentences of sources."""
    lexicon, wanted = bench.desk.lexicon, set(bench.asked.subjects)
    if not wanted:
        return False
    parts = [each for each in bench.slots if heading in {each.heading, IN_SHORT}]
    if any(each.names_others for each in parts):
        return False
    above = {parent for each in wanted for parent in lexicon.ancestors(each)}
    named = lexicon.entities_in(text)
    strangers = {
        each
        for each in named
        if lexicon.entities[each].kind in _NAMED
        and each not in wanted | above | set(bench.asked.context)
        and not lexicon.ancestors(each) & wanted
    }
    return bool(strangers) and (not named & wanted or first_named(text, lexicon) in strangers)


def _shortened(text: str, heading: str, known: Sequence[Evidence], bench: Bench) -> Chosen | None:
    """A statement that shortens what it cites, as a whole or clause by clause."""
    keys = {each.key for each in known}
    grounds = [_Ground(each.text, each.vector, (each,)) for each in known]
    grounds += [
        _Ground(each.evidence.text, each.evidence.vector, tuple(one for one, _ in each.backing))
        for each in bench.draft
        if keys >= {one.key for one, _ in each.backing}
    ]
    said = clauses(text)
    whole, *parts = bench.desk.embedder.encode_queries([text, *said])
    used = [each for each in grounds if _holds(text, whole, each, bench.desk)]
    if not used and len(said) > 1:
        each_on = [
            next((ground for ground in grounds if _holds(f"{clause}.", vector, ground, bench.desk)), None)
            for clause, vector in zip(said, parts, strict=True)
        ]
        if any(ground is None for ground in each_on):
            return None
        used = [ground for ground in each_on if ground is not None]
    cited = list({one.key: one for ground in used for one in ground.evidence}.values())[:_MOST_CITED]
    backing = _backing(text, whole, cited, bench.desk)
    if not backing:
        return None
    worded = replace(cited[0], text=text, vector=whole, entities=bench.desk.lexicon.entities_in(text))
    return Chosen(heading, worded, backing, by_model=True)


def _holds(text: str, vector: Vectors, ground: _Ground, desk: Desk) -> bool:
    """Whether words support a statement: by what they say, and by being all the words it has."""
    near = cosine(vector, ground.vector)
    return (
        is_shortened(text, ground.text, desk.lexicon)
        and supports(text, ground.text, near, desk.lexicon, desk.entailment).holds
    )


def _backing(text: str, vector: Vectors, cited: Sequence[Evidence], desk: Desk) -> Backing:
    """The spans with the support that each gives: in full where one alone states it, else in part."""
    near = [cosine(vector, each.vector) for each in cited]
    alone = [
        supports(text, each.text, likeness, desk.lexicon, desk.entailment)
        for each, likeness in zip(cited, near, strict=True)
        if is_shortened(text, each.text, desk.lexicon)
    ]
    if alone and len(alone) == len(cited) and all(each.holds for each in alone):
        return tuple(zip(cited, alone, strict=True))
    spans = [(each.text, likeness) for each, likeness in zip(cited, near, strict=True)]
    together = support_together(text, spans, desk.lexicon, desk.entailment)
    if not together:
        return ()
    parts = (replace(each, score=min(each.score, _A_PART)) for each in together)
    return tuple(zip(cited, parts, strict=True))
