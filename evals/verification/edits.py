"""Change a sentence a little, so that it says something else: what verification must not let through.

Each edit changes one thing that a check is there for. What it yields need not be good English, only false
to its original. Seeded: the same sentences give the same edits.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from corpus.lexicon import Lexicon
from retrieval.words import stems

Editor = Callable[[str, Lexicon, random.Random], str | None]

_NUMBER = re.compile(r"(?<![\w.,-])\d+(?:\.\d+)?(?![\w-]|[.,]\d)")
_DATA = yaml.safe_load(Path(__file__).with_name("edits.yaml").read_text(encoding="utf-8"))
_UNITS: dict[str, str] = _DATA["units"]
_AUXILIARY = re.compile(r"\b(is|are|was|were|can|should|may|has|have|did|does|do|will)\b(?! not\b)")
_DENIAL = re.compile(r"\b(not|never) |(?<= )no (?=[a-z])")


@dataclass(frozen=True, slots=True)
class Edit:
    """A sentence, what it was changed to, and how."""

    kind: str
    original: str
    text: str


def make_edits(sentences: Sequence[str], lexicon: Lexicon, seed: int, each: int) -> list[Edit]:
    """Make at most `each` edits of every kind, of sentences in an order that the seed decides."""
    order = random.Random(seed).sample(list(sentences), len(sentences))  # noqa: S311  (no secret)
    found: list[Edit] = []
    for kind, edit in EDITORS.items():
        chance = random.Random(f"{seed} {kind}")  # noqa: S311
        made = (
            Edit(kind, text, changed)
            for text in order
            if (changed := edit(text, lexicon, chance)) and changed != text
        )
        found += [one for one, _ in zip(made, range(each), strict=False)]
    return found + list(_unrelated(order, lexicon, each))


def _unrelated(order: Sequence[str], lexicon: Lexicon, each: int) -> Iterator[Edit]:
    """Pair sentences of one drug that share few words."""
    by_drug: dict[str, list[str]] = {}
    for text in order:
        for name in sorted(lexicon.entities_in(text)):
            if lexicon.entities[name].kind == "drug":
                by_drug.setdefault(name, []).append(text)
    made = 0
    for texts in by_drug.values():
        for one, other in zip(texts[::2], texts[1::2], strict=False):
            common = len(stems(one) & stems(other)) / len(stems(one) | stems(other))
            if made < each and common < 0.3:
                made += 1
                yield Edit("unrelated", one, other)


def _number(text: str, lexicon: Lexicon, chance: random.Random) -> str | None:  # noqa: ARG001
    found = list(_NUMBER.finditer(text))
    if not found:
        return None
    match = chance.choice(found)
    value = float(match.group())
    other = value * chance.choice([0.5, 2, 3]) if value else 7
    written = f"{other:.1f}".rstrip("0").rstrip(".")
    # What another number of the sentence already is would leave it true.
    return (
        None
        if re.search(rf"(?<![\d.]){re.escape(written)}(?![\d.]*\d)", text)
        else _put(text, match, written)
    )


def _unit(text: str, lexicon: Lexicon, chance: random.Random) -> str | None:  # noqa: ARG001
    found = list(re.finditer(rf"(?<=\d)\s?({'|'.join(map(re.escape, _UNITS))})(?!\w)", text))
    if not found:
        return None
    match = chance.choice(found)
    return text[: match.start(1)] + _UNITS[match.group(1)] + text[match.end(1) :]


def _negation(text: str, lexicon: Lexicon, chance: random.Random) -> str | None:  # noqa: ARG001
    denial = _DENIAL.search(text)
    if denial:
        return text[: denial.start()] + text[denial.end() :]
    match = _AUXILIARY.search(text)
    return text[: match.end()] + " not" + text[match.end() :] if match else None


def _swapped(text: str, lexicon: Lexicon, chance: random.Random) -> str | None:  # noqa: ARG001
    """Exchange the two drugs of a sentence that says something of one against the other."""
    drugs = [each for each in lexicon.mentions(text) if lexicon.entities[each.entity].kind == "drug"]
    if len(drugs) != 2 or drugs[0].entity == drugs[1].entity:
        return None
    first, second = drugs
    between = text[first.end : second.start]
    if not re.search(
        r"\bthan\b|\braise|\blower|\bincreas|\bdecreas|\bslow|\binhibit|\d", between + text[second.end :]
    ):
        return None
    if re.fullmatch(r"[\s,/]*(and|or|with|,|plus)?\s*", between) or re.search(
        r"\b(with|and|plus|or)( on| for| with)?\s*$", between
    ):
        return None  # exchanging what is listed changes nothing
    return (
        text[: first.start] + text[second.start : second.end] + between + text[first.start : first.end]
        + text[second.end :]
    )  # fmt: skip


def _other_drug(text: str, lexicon: Lexicon, chance: random.Random) -> str | None:
    drugs = [each for each in lexicon.mentions(text) if lexicon.entities[each.entity].kind == "drug"]
    if not drugs:
        return None
    mention = chance.choice(drugs)
    named = lexicon.entities_in(text)
    entity = lexicon.entities[mention.entity]
    others = sorted(
        each.name for each in lexicon.entities.values()
        if each.kind == "drug" and each.id not in named and set(each.classes) & set(entity.classes)
    )  # fmt: skip
    same = [each for each in drugs if each.entity == mention.entity]
    if not others or len(same) > 1:
        return None
    return text[: mention.start] + chance.choice(others) + text[mention.end :]


def _direction(text: str, lexicon: Lexicon, chance: random.Random) -> str | None:  # noqa: ARG001
    found = [
        (match, put)
        for word, put in _DATA["turned"]
        for match in re.finditer(rf"\b{word}\b(?! than one| or )", text)
    ]
    if not found:
        return None
    match, put = chance.choice(found)
    return _put(text, match, put)


def _population(text: str, lexicon: Lexicon, chance: random.Random) -> str | None:  # noqa: ARG001
    for word, put in _DATA["groups"]:
        match = re.search(rf"\b{word}\b", text)
        if match and put not in text:
            return _put(text, match, put)
    return None


def _first_of(rules: Sequence[tuple[str, str]]) -> Editor:
    def edit(text: str, lexicon: Lexicon, chance: random.Random) -> str | None:  # noqa: ARG001
        for pattern, put in rules:
            match = re.search(pattern, text)
            if match:
                return _put(text, match, put)
        return None

    return edit


def _put(text: str, match: re.Match[str], put: str) -> str:
    return text[: match.start()] + put + text[match.end() :]


EDITORS: dict[str, Editor] = {
    "number": _number,
    "unit": _unit,
    "negation": _negation,
    "drugs exchanged": _swapped,
    "other drug": _other_drug,
    "direction": _direction,
    "population": _population,
    "hedge dropped": _first_of(_DATA["hedged"]),
    "association to cause": _first_of(_DATA["causal"]),
}
