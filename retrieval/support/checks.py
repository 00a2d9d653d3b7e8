"""What may not differ between a statement and the span cited for it, however alike they are.

Each check says what is missing, or nothing. Not for how alike the two are: see `retrieval.support.likeness`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from corpus.lexicon import EntityId, Lexicon
from retrieval.support.claims import ARM, Amount, Atom, Claim, Direction, Scope
from retrieval.support.wording import load_wording, read_tokens, stem_of

Check = Callable[[Claim, Claim, Lexicon], str | None]

_IN_SO_MANY_WORDS = frozenset({"drug", "class", "substance", "therapy"})
_SHARED = frozenset({"studies", "months", "people"})  # of a whole study: how many trials and people, how old
_OWNED = frozenset({"mass"})  # a dose belongs to its drug even where it is the only one
_SEVERAL = 2
_CROSSED = (
    2  # words that two names must share crosswise, more than with themselves, to be taken for exchanged
)
_SHORTEST_BARE = 4  # letters that a word must have left without its prefix
_SMALL_COUNT = 10  # a bare number up to it counts anything
_DOUBTED = 1 / 3  # share of the words under a hedge that a statement must have to be touched by it
_RANK = {"few": 0, "some": 1, "most": 2, "all": 3}


def first_failure(statement: Claim, span: Claim, lexicon: Lexicon) -> str | None:
    """Say why a span cannot support a statement, however alike they are; None when every check passes."""
    return next((why for check in CHECKS if (why := check(statement, span, lexicon))), None)


def check_numbers(statement: Claim, span: Claim, lexicon: Lexicon) -> str | None:
    """Every number is there with its unit, and belongs to the same drug or arm."""
    bounded = any(each.name == "bound" or each.name == "amount" for each in statement.directions)
    for amount in statement.amounts:
        same = [each for each in span.amounts if amount.quantity.is_in(each.quantity)]
        if not same:
            return f"numbers not in the span: {amount.quantity.written}"
        if not any(_same_owner(amount, each, span, lexicon) for each in same):
            return f"the span gives {amount.quantity.written} for something else"
        if not amount.quantity.ranged and not bounded and all(each.quantity.ranged for each in same):
            return f"the span gives a range, not {amount.quantity.written}"
    return None


def _same_owner(amount: Amount, other: Amount, span: Claim, lexicon: Lexicon) -> bool:
    """Whether a number belongs to the same name, where the span gives numbers of a kind to several."""
    of = other.quantity.of
    if not of and (
        (other.quantity.number <= _SMALL_COUNT and other.quantity.number % 1 == 0) or other.quantity.is_year
    ):
        return True
    rivals = {
        name for each in span.amounts if each.quantity.of == of and of not in _SHARED for name in each.owners
    }
    if not amount.owners or not other.owners or (len(rivals) < _SEVERAL and of not in _OWNED):
        return True
    if any(_akin(one, another, lexicon) for one in amount.owners for another in other.owners):
        return True
    return not any(name in span.names for name in amount.owners)


def _akin(one: str, other: str, lexicon: Lexicon) -> bool:
    if one == other:
        return True
    if one.startswith(ARM) or other.startswith(ARM):
        return False
    first, second = EntityId(one), EntityId(other)
    return first in lexicon.ancestors(second) or second in lexicon.ancestors(first)


def check_names(statement: Claim, span: Claim, lexicon: Lexicon) -> str | None:
    """Every drug, class and arm is there; a condition may be there in other words."""
    missing = sorted(name for name in statement.names - span.names if not _in_words(name, span, lexicon))
    return (
        f"names not in the span: {', '.join(name.removeprefix(ARM) for name in missing)}" if missing else None
    )


def _in_words(name: str, span: Claim, lexicon: Lexicon) -> bool:
    if name.startswith(ARM) or lexicon.entities[EntityId(name)].kind in _IN_SO_MANY_WORDS:
        return False
    return any(
        all(has_word(token.stem, span.stems) for token in read_tokens(surface))
        for surface in lexicon.entities[EntityId(name)].surfaces
    )


def has_word(stem: str, stems: Iterable[str]) -> bool:
    """Whether a text with these stems has a word, or one that says the same."""
    groups = load_wording().same
    mine = groups.get(stem)
    return stem in stems or bool(mine and any(mine & groups.get(each, frozenset()) for each in stems))


def check_denial(statement: Claim, span: Claim, lexicon: Lexicon) -> str | None:  # noqa: ARG001
    """What the one asserts the other may not deny."""
    denied, refused = _all(span.denials), _all(statement.denials)
    for scope in span.denials:
        shared = scope.atoms & statement.atoms - (span.asserted if len(scope.atoms) > 1 else frozenset())
        if shared and not shared & refused and not scope.ways & _ways(statement):
            return f"the span denies it: {_shown(shared)}"
    turned = any(scope.ways & _ways(span) for scope in statement.denials)
    if len(statement.denials) > len(span.denials) and not turned:
        return "the span denies less"
    for scope in statement.denials:
        if scope.atoms and not scope.atoms & denied and not scope.ways & _ways(span):
            return f"the span does not deny: {_shown(scope.atoms)}"
    return None


def _ways(claim: Claim) -> frozenset[tuple[str, int]]:
    return frozenset((each.name, each.sign) for each in claim.directions)


def _all(scopes: Iterable[Scope]) -> frozenset[Atom]:
    return frozenset(atom for scope in scopes for atom in scope.atoms)


def _shown(atoms: Iterable[Atom]) -> str:
    return ", ".join(sorted(atom.removeprefix("@").removeprefix(ARM) for atom in atoms))


def check_direction(statement: Claim, span: Claim, lexicon: Lexicon) -> str | None:  # noqa: ARG001
    """What rises in the one may not fall in the other, nor the like for any pair of opposites."""
    comparable = load_wording().comparable
    measured = [each for each in statement.directions if each.name in comparable]
    if len(measured) == 1 and any(kind == "exceeds" for _, _, kind in statement.relations & span.relations):
        return None  # "A is longer than B" says that B is shorter than A
    for direction in statement.directions:
        alike = [each for each in span.directions if each.name == direction.name]
        same = [each for each in alike if each.sign == direction.sign]
        against = [each for each in alike if each.sign != direction.sign]
        counted = [each.sign for each in statement.directions if each.name == direction.name]
        if len(counted) == len(alike) and sum(counted) != sum(each.sign for each in alike):
            return f"the direction differs ({direction.name})"
        if against and _nearness(direction, against) > _nearness(direction, same):
            return f"the direction differs ({direction.name})"
    for direction in span.directions:
        forbids = direction.name in load_wording().binding and direction.sign < 0
        about = len(direction.near & statement.atoms) > len(direction.near) / 2
        if forbids and about and (direction.name, -1) not in _ways(statement):
            return f"the span says otherwise ({direction.name})"
    kin, required = load_wording().kin, load_wording().required
    ways = _ways(span)
    for at in {each.at for each in statement.directions}:
        here = [each for each in statement.directions if each.at == at]
        names = {(name, each.sign) for each in here for name in (kin if each.name in kin else {each.name})}
        if not names & ways and all(each.name in required for each in here):
            return f"the direction is not in the span ({here[0].name})"
    return None


def _nearness(direction: Direction, others: Iterable[Direction]) -> float:
    """How much the words around a direction are those around another; -1 when there is none."""
    return max((float(len(direction.near & each.near)) for each in others), default=-1.0)


def check_roles(statement: Claim, span: Claim, lexicon: Lexicon) -> str | None:  # noqa: ARG001
    """Which drug exceeds the other, or acts on it, must be the same."""
    for first, second, kind in statement.relations:
        if (second, first, kind) in span.relations and (first, second, kind) not in span.relations:
            return f"the roles are exchanged: {first.removeprefix(ARM)} and {second.removeprefix(ARM)}"
    said, cited = dict(statement.places), dict(span.places)
    shared = sorted(name for name in said if name in cited)
    for at, one in enumerate(shared):
        for other in shared[at + 1 :]:
            straight = len(said[one] & cited[one]) + len(said[other] & cited[other])
            crossed = len(said[one] & cited[other]) + len(said[other] & cited[one])
            if crossed >= straight + _CROSSED:
                return f"the places are exchanged: {one.removeprefix(ARM)} and {other.removeprefix(ARM)}"
    return None


def check_opposite_words(statement: Claim, span: Claim, lexicon: Lexicon) -> str | None:  # noqa: ARG001
    """A word may not stand for the same with a prefix that turns it round (related, unrelated)."""
    for one, other in ((statement, span), (span, statement)):
        plain = other.stems - one.stems - _all(other.denials)
        for word in one.words:
            bare = _without_prefix(word)
            if any(stem in plain for stem in bare) and stem_of(word) not in other.stems | _all(one.denials):
                return f"the one says '{word}', the other its opposite"
    return None


@lru_cache(maxsize=16384)
def _without_prefix(word: str) -> tuple[str, ...]:
    return tuple(
        stem_of(word.removeprefix(prefix))
        for prefix in load_wording().turning_prefixes
        if word.startswith(prefix) and len(word) - len(prefix) >= _SHORTEST_BARE
    )


def check_finding(statement: Claim, span: Claim, lexicon: Lexicon) -> str | None:  # noqa: ARG001
    """A span that only sets out what is to be found supports no finding."""
    return "the span asks, and does not say" if span.asks and not statement.asks else None


def check_certainty(statement: Claim, span: Claim, lexicon: Lexicon) -> str | None:  # noqa: ARG001
    """What the span holds possible, or sees only together, the statement may not call certain, or a cause."""
    own = [scope for group in statement.hedges for scope in group]
    for group in span.hedges:
        doubted = [scope for scope in group if _is_doubted(scope, statement, span)]
        if len(doubted) > len(own) or not all(
            any(each.around & scope.atoms for each in own) for scope in doubted
        ):
            return "the span is less certain"
    claims_cause = statement.causes or (statement.brings_about and not statement.associates)
    if span.associates and not span.causes and claims_cause:
        return "the span speaks of an association, not of a cause"
    return None


def _is_doubted(scope: Scope, statement: Claim, span: Claim) -> bool:
    """Whether a statement takes up what a span is less certain of, and says nowhere else for certain."""
    shared = scope.atoms & statement.atoms
    return len(shared) > _DOUBTED * len(scope.atoms) and bool(shared - span.firm)


def check_people(statement: Claim, span: Claim, lexicon: Lexicon) -> str | None:
    """It holds for those of whom the span speaks."""
    usual = load_wording().usual
    strange = statement.populations - span.populations - usual
    if strange:
        return f"the span does not speak of: {', '.join(sorted(strange))}"
    left_out = span.populations - statement.populations - usual - span.instances
    if span.populations & usual:
        left_out -= load_wording().ages
    if left_out and not (statement.populations & span.populations):
        return f"the span speaks only of: {', '.join(sorted(left_out))}"
    limits = frozenset(
        name for name in span.conditions if not any(_akin(name, each, lexicon) for each in statement.names)
    )
    if limits and limits == span.conditions and not statement.populations & span.populations:
        return f"the span speaks only of people with: {', '.join(sorted(limits))}"
    return None


def check_quantifiers(statement: Claim, span: Claim, lexicon: Lexicon) -> str | None:  # noqa: ARG001
    """It claims neither more nor, with "few" and "only", less than the span."""
    claimed, offered = _ranks(statement), _ranks(span)
    if "all" in statement.quantifiers and "all" not in span.quantifiers:
        return "the span does not speak of all"
    if claimed and offered and max(claimed) > _RANK["some"] >= max(offered):
        return "the span speaks of fewer"
    if "few" in statement.quantifiers and "few" not in span.quantifiers:
        return "the span does not speak of few"
    if statement.superlatives - span.superlatives:
        return f"the span does not say: {', '.join(sorted(statement.superlatives - span.superlatives))}"
    if statement.only and not span.only:
        return "the span does not say: only"
    return None


def _ranks(claim: Claim) -> list[int]:
    return [_RANK[each] for each in claim.quantifiers]


CHECKS: tuple[Check, ...] = (
    check_numbers,
    check_names,
    check_denial,
    check_direction,
    check_roles,
    check_opposite_words,
    check_finding,
    check_certainty,
    check_people,
    check_quantifiers,
)
