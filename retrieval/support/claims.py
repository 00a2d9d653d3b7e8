"""Read what a sentence claims: its numbers, names, denials, directions, and for whom it holds.

Every sentence is read once and remembered. Not for comparing two sentences: see `retrieval.support.checks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from corpus.lexicon import EntityId, Lexicon
from retrieval.support.claim import ARM, Amount, Atom, Claim, Direction, Scope, merge
from retrieval.support.quantities import Quantity, read_quantities
from retrieval.support.wording import Found, Phrases, Token, Wording, load_wording, read_tokens, stem_of

__all__ = ["ARM", "Amount", "Atom", "Claim", "Direction", "Scope", "merge", "read_claim"]

_PAIRED = frozenset({"drug", "class", "substance", "therapy"})
_STOPS = frozenset({".", ",", ";", ":", "(", ")", "—", "–"})
_PARTS = frozenset(
    {
        ",",
        ";",
        "(",
        ")",
        "and",
        "or",
        "whereas",
        "while",
        "versus",
        "vs",
        "than",
        "against",
        "but",
        "compared",
    }
)
_PART_WEIGHT = 4  # tokens that a comma or "and" counts for when the name nearest to a number is sought
_SCOPE = 7  # tokens that a denial reaches
_LONGEST_LIST = 40  # tokens within which a list of things denied must end
_NEAR = 5  # tokens around a word of direction that say what it is about
_BESIDE = 3  # tokens on each side of a name that say what is said of it
_EMPTY = _STOPS | {"the", "a", "an", "and", "or"}
_GROUP_WORDS = frozenset({"with", "have", "has", "having", "had", "for"})


@dataclass(frozen=True, slots=True)
class _Named:
    """A name in a sentence, as tokens."""

    name: str
    first: int
    after: int


@lru_cache(maxsize=2048)  # ten kilobytes each
def read_claim(text: str, lexicon: Lexicon) -> Claim:
    """Read one sentence."""
    wording = load_wording()
    tokens = read_tokens(text)
    named = _named(text, tokens, lexicon, wording)
    atoms = _atoms(tokens, named, wording)
    scopes = _scopes(tokens, atoms, wording.negation, wording.not_negation, wording)
    doubts = _scopes(tokens, atoms, wording.hedges, wording.not_hedges, wording)
    superlatives = wording.superlatives.find(tokens)
    taken = _places((*superlatives, *wording.not_quantifiers.find(tokens)))
    groups = wording.populations.find(tokens)
    examples = [each.after for each in wording.instances.find(tokens)]
    paired = [each for each in named if _is_paired(each, lexicon)]
    directions = _directions(tokens, atoms, scopes, wording)
    in_order = [atoms[place] for place in sorted(atoms)]

    def has(phrases: Phrases) -> bool:
        return bool(phrases.find(tokens))

    return Claim(
        text=text,
        atoms=frozenset(in_order),
        pairs=frozenset(pairwise(in_order)),
        near=frozenset(
            pair
            for at, one in enumerate(in_order)
            for other in in_order[at + 1 : at + _NEAR]
            for pair in ((one, other), (other, one))
        ),
        stems=frozenset(token.stem for token in tokens if token.is_word),
        words=frozenset(token.text for token in tokens if token.is_word),
        names=frozenset(each.name for each in named),
        amounts=_amounts(tokens, paired, wording),
        asserted=frozenset(atom for place, atom in atoms.items() if _sign(place, scopes) > 0),
        denials=tuple(_scope(each, tokens, atoms, directions) for each in scopes),
        hedges=(tuple(_scope(each, tokens, atoms, directions) for each in doubts),),
        firm=frozenset(atom for place, atom in atoms.items() if not any(place in each for each in doubts)),
        directions=tuple(direction for _, direction in directions),
        relations=_relations(tokens, paired, directions, wording),
        places=_beside(tokens, paired),
        quantifiers=frozenset(each.label for each in wording.quantifiers.find(tokens, taken)),
        superlatives=frozenset(
            " ".join(t.stem for t in tokens[each.first : each.after]) for each in superlatives
        ),
        populations=frozenset(each.label for each in groups),
        instances=frozenset(
            each.label for each in groups if any(0 <= each.first - at < 4 for at in examples)
        ),
        conditions=_conditions(tokens, named, lexicon, wording),
        associates=has(wording.association),
        causes=has(wording.causation),
        brings_about=has(wording.effects),
        only=has(wording.only),
        asks=has(wording.aims) or text.rstrip().endswith("?"),
    )


def _named(text: str, tokens: Sequence[Token], lexicon: Lexicon, wording: Wording) -> list[_Named]:
    found = [_Named(ARM + each.label, each.first, each.after) for each in wording.arms.find(tokens)]
    for mention in lexicon.mentions(text):
        inside = [at for at, each in enumerate(tokens) if mention.start <= each.start < mention.end]
        if inside:
            found.append(_Named(mention.entity, inside[0], inside[-1] + 1))
    return sorted(found, key=lambda each: each.first)


def _is_paired(named: _Named, lexicon: Lexicon) -> bool:
    return named.name.startswith(ARM) or lexicon.entities[EntityId(named.name)].kind in _PAIRED


def _atoms(tokens: Sequence[Token], named: Sequence[_Named], wording: Wording) -> dict[int, Atom]:
    """The content word or name at each token that has one."""
    found = {
        at: token.stem for at, token in enumerate(tokens) if token.is_word and token.stem not in wording.small
    }
    for place, token in enumerate(tokens):
        if (
            token.text in wording.units
            and place
            and (tokens[place - 1].is_number or tokens[place - 1].text in _STOPS)
        ):
            found.pop(place, None)
        if token.text in wording.number_words or token.text in wording.multiples:
            found.pop(place, None)
    for each in named:
        for at in range(each.first, each.after):
            found.pop(at, None)
        found[each.first] = f"@{each.name}"
    return found


def _scopes(
    tokens: Sequence[Token], atoms: dict[int, Atom], cues: Phrases, harmless: Phrases, wording: Wording
) -> list[range]:
    """What each cue reaches: to the end of its part of the sentence, or back when nothing follows."""

    def ends(token: Token) -> bool:
        return token.text in _STOPS or token.text in wording.scope_ends

    scopes: list[range] = []
    for cue in cues.find(tokens, _places(harmless.find(tokens))):
        after = _end_of_list(tokens, cue.after, wording)
        if after == cue.after:
            while after < len(tokens) and after - cue.after < _SCOPE and not ends(tokens[after]):
                after += 1
        scope = range(cue.after, after)
        if not any(place in atoms for place in scope):
            first = cue.first
            while first > 0 and cue.first - first < _SCOPE and not ends(tokens[first - 1]):
                first -= 1
            scope = range(first, cue.first)
        scopes.append(scope)
    return scopes


def _end_of_list(tokens: Sequence[Token], first: int, wording: Wording) -> int:
    """Where a list of things denied ends ("not for A, B or C"); its start when there is no such list."""
    part = first
    commas = 0
    for place in range(first, min(len(tokens), first + _LONGEST_LIST)):
        word = tokens[place].text
        if word == "," and place - part <= _SCOPE:
            part, commas = place, commas + 1
        elif word == "or" and commas:
            after = place + 1
            while after < len(tokens) and after - place < _SCOPE and tokens[after].text not in _STOPS:
                after += 1
            return after
        elif word in _STOPS or word in wording.scope_ends or word == "and":
            break
    return first


def _places(found: Iterable[Found]) -> frozenset[int]:
    return frozenset(place for each in found for place in range(each.first, each.after))


def _scope(
    places: range,
    tokens: Sequence[Token],
    atoms: dict[int, Atom],
    directions: Sequence[tuple[Found, Direction]],
) -> Scope:
    first = places.start
    while first > 0 and places.start - first < _SCOPE and tokens[first - 1].text not in _STOPS:
        first -= 1
    return Scope(
        frozenset(atoms[place] for place in places if place in atoms),
        frozenset(atoms[place] for place in range(first, places.stop) if place in atoms),
        frozenset((each.name, each.sign) for found, each in directions if found.first in places),
    )


def _sign(place: int, scopes: Iterable[range]) -> int:
    """-1 when an odd number of denials reaches a token: two of them cancel out."""
    return -1 if sum(place in scope for scope in scopes) % 2 else 1


def _directions(
    tokens: Sequence[Token], atoms: dict[int, Atom], scopes: Sequence[range], wording: Wording
) -> list[tuple[Found, Direction]]:
    found = wording.opposites.find(tokens)
    # "long-acting" is no "long", "not recommended" stands for itself: the longest wording at a place counts.
    longest = [
        each
        for each in found
        if not any(
            other.first <= each.first and each.after <= other.after and len_of(other) > len_of(each)
            for other in found
        )
    ]
    return [
        (
            each,
            Direction(
                name=each.label[:-1],
                at=each.first,
                sign=(1 if each.label[-1] == "+" else -1) * _sign(each.first, scopes),
                near=frozenset(
                    atoms.get(place, tokens[place].text)
                    for place in range(max(0, each.first - _NEAR), min(len(tokens), each.after + _NEAR))
                    if (place in atoms or tokens[place].is_number) and not each.first <= place < each.after
                ),
            ),
        )
        for each in longest
    ]


def len_of(found: Found) -> int:
    """How many tokens a wording has."""
    return found.after - found.first


def _amounts(tokens: Sequence[Token], named: Sequence[_Named], wording: Wording) -> tuple[Amount, ...]:
    quantities = read_quantities(tokens, wording)
    names = list(dict.fromkeys(each.name for each in named))
    in_turn = any(token.text == "respectively" for token in tokens) and len(names) > 1
    found: list[Amount] = []
    for place, quantity in enumerate(quantities):
        if in_turn:
            alike = [each for each in quantities if each.of == quantity.of]
            turn = alike.index(quantity)
            owners = frozenset({names[turn]}) if len(alike) == len(names) else frozenset()
        else:
            # A placebo has no dose, so a dose near it belongs to the drug before.
            able = [each for each in named if quantity.of != "mass" or not each.name.startswith(ARM)]
            owners = _owners(quantity, tokens, able)
        found.append(Amount(quantities[place], owners))
    return tuple(found)


def _owners(quantity: Quantity, tokens: Sequence[Token], named: Sequence[_Named]) -> frozenset[str]:
    """The names nearest to a number, where commas and "and" keep things apart."""
    far: dict[str, int] = {}
    for each in named:
        between = (
            tokens[quantity.at + 1 : each.first]
            if each.first > quantity.at
            else tokens[each.after : quantity.at]
        )
        distance = sum(_PART_WEIGHT if token.text in _PARTS else 1 for token in between)
        far[each.name] = min(distance, far.get(each.name, distance))
    least = min(far.values(), default=0)
    return frozenset(name for name, distance in far.items() if distance <= least + 1)


def _relations(
    tokens: Sequence[Token],
    named: Sequence[_Named],
    directions: Sequence[tuple[Found, Direction]],
    wording: Wording,
) -> frozenset[tuple[str, str, str]]:
    """Which name exceeds which, and which acts on which, from what stands between two names."""
    compared = {each.first for each in wording.comparison.find(tokens)}
    acts = {each.first for each in wording.action.find(tokens)}
    measured = [(place, each) for place, each in directions if each.name in wording.comparable]
    found: set[tuple[str, str, str]] = set()
    for one, other in pairwise(named):
        between = range(one.after, other.first)
        if one.name == other.name:
            continue
        if any(place in compared for place in between):
            signs = [
                each.sign for place, each in measured if one.first - _NEAR <= place.first < other.first
            ] or [each.sign for place, each in measured if other.after <= place.first < other.after + _NEAR]
            if signs:
                pair = (one.name, other.name) if signs[-1] > 0 else (other.name, one.name)
                found.add((*pair, "exceeds"))
        elif any(place in acts for place in between):
            passive = any(tokens[place].text in {"by", "with"} for place in between)
            pair = (other.name, one.name) if passive else (one.name, other.name)
            found.add((*pair, "acts on"))
    return frozenset(found)


def _beside(tokens: Sequence[Token], named: Sequence[_Named]) -> frozenset[tuple[str, frozenset[str]]]:
    """The words, numbers and names beside each name; a name that stands twice has no place of its own."""
    inside = {place: each.name for each in named for place in range(each.first, each.after)}
    names = [each.name for each in named]
    return frozenset(
        (
            each.name,
            frozenset(
                tokens[place].stem
                for place in range(max(0, each.first - _BESIDE), min(len(tokens), each.after + _BESIDE))
                if place not in inside and tokens[place].text not in _EMPTY
            ),
        )
        for each in named
        if names.count(each.name) == 1
    )


def _conditions(
    tokens: Sequence[Token], named: Sequence[_Named], lexicon: Lexicon, wording: Wording
) -> frozenset[str]:
    """Conditions that follow "people with" or the like."""
    found: set[str] = set()
    for each in named:
        if each.name.startswith(ARM) or lexicon.entities[EntityId(each.name)].kind != "condition":
            continue
        before = [token.text for token in tokens[max(0, each.first - 4) : each.first]]
        if {stem_of(word) for word in before} & wording.people and set(before) & _GROUP_WORDS:
            found.add(each.name)
    return frozenset(found)
