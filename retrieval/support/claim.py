"""What a sentence claims, as far as it can be checked: numbers, names, denials, directions, people.

Not for reading a sentence: see `support.claims`. Not for comparing two: see `support.checks`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.support.quantities import Quantity

Atom = str  # the stem of a content word, or "@" and the id of what a name means
ARM = "arm:"


@dataclass(frozen=True, slots=True)
class Direction:
    """A word that has an opposite: which way it points once denials are counted, and the words around it."""

    name: str
    at: int
    sign: int
    near: frozenset[Atom]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a denial, or a word that makes less certain, reaches.

    Attributes:
        atoms: Content words and names.
        around: Those of its whole part of the sentence, before it too.
        ways: Which way the directions among them point.
    """

    atoms: frozenset[Atom]
    around: frozenset[Atom]
    ways: frozenset[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Amount:
    """A number, and the names that it can belong to; none when the sentence does not say."""

    quantity: Quantity
    owners: frozenset[str]


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sentence claims.

    Attributes:
        atoms: Content words and names.
        pairs: Content words and names that follow each other.
        near: Those that stand near each other, in either order.
        stems: All words, names' too.
        words: The same, as written, in lower case.
        names: Entities, and comparison arms such as placebo.
        asserted: Atoms that stand outside of every denial.
        denials: What each denial reaches.
        hedges: For each sentence, what each of its words that make less certain reaches.
        firm: Atoms that stand outside of every such word's reach.
        relations: (first, second, kind): the first exceeds the second, or acts on it.
        places: Each drug or arm that is named once, with the words right beside it.
        quantifiers: all, most, some, few, as far as it has them.
        instances: Populations that it names as an example ("especially in older people").
        asks: Whether it only says what is to be found out.
        conditions: Conditions that it limits itself to ("in people with insomnia").
    """

    text: str
    atoms: frozenset[Atom]
    pairs: frozenset[tuple[Atom, Atom]]
    near: frozenset[tuple[Atom, Atom]]
    stems: frozenset[str]
    words: frozenset[str]
    names: frozenset[str]
    amounts: tuple[Amount, ...]
    asserted: frozenset[Atom]
    denials: tuple[Scope, ...]
    hedges: tuple[tuple[Scope, ...], ...]
    firm: frozenset[Atom]
    directions: tuple[Direction, ...]
    relations: frozenset[tuple[str, str, str]]
    places: frozenset[tuple[str, frozenset[str]]]
    quantifiers: frozenset[str]
    superlatives: frozenset[str]
    populations: frozenset[str]
    instances: frozenset[str]
    conditions: frozenset[str]
    associates: bool
    causes: bool
    brings_about: bool
    only: bool
    asks: bool


def merge(claims: Sequence[Claim]) -> Claim:
    """What several sentences claim between them: each part that one of them has."""
    if len(claims) == 1:
        return claims[0]

    def union(field: str) -> frozenset[str]:
        return frozenset().union(*(getattr(each, field) for each in claims))

    return Claim(
        text=" ".join(each.text for each in claims),
        atoms=union("atoms"),
        pairs=frozenset(pair for each in claims for pair in each.pairs),
        near=frozenset(pair for each in claims for pair in each.near),
        stems=union("stems"),
        words=union("words"),
        names=union("names"),
        amounts=tuple(amount for each in claims for amount in each.amounts),
        asserted=union("asserted"),
        denials=tuple(scope for each in claims for scope in each.denials),
        hedges=tuple(group for each in claims for group in each.hedges),
        firm=union("firm"),
        directions=tuple(direction for each in claims for direction in each.directions),
        relations=frozenset(relation for each in claims for relation in each.relations),
        places=frozenset(place for each in claims for place in each.places),
        quantifiers=union("quantifiers"),
        superlatives=union("superlatives"),
        populations=union("populations"),
        instances=union("instances"),
        conditions=union("conditions"),
        associates=all(each.associates for each in claims),
        causes=any(each.causes for each in claims),
        brings_about=any(each.brings_about for each in claims),
        only=any(each.only for each in claims),
        asks=all(each.asks for each in claims),
    )
