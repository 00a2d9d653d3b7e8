"""Is this sentence a shortened one of that? Nothing new, nothing in another order, no limit left out.

A model that says what a source says in fewer of the source's words is believed; one that says it in words of
its own cannot be told from one that says something else, since one changed word can turn a sentence round.
This is sentence compression by deletion (Knight and Marcu 2002, Artificial Intelligence), used as a check.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import yaml

from corpus.lexicon import EntityId, Lexicon, Mention, tokens
from retrieval.words import stems

_NEGATION = re.compile(r"(?:no|not|never|none|neither|nor|without|cannot|fail(?:s|ed)?|lack(?:s|ed)?|\w+nt)")
_NAMED = frozenset({"drug", "class", "substance"})
_SAME_BY_NAME = _NAMED | {"condition"}  # "serotonin" and "serotonin transporter" are not the same
# Between these, a sentence says two things, each of which may be said alone.
_JOINTS = re.compile(r";(?![^(]*\))|,?\s+\bwhereas\b|,\s+while\b", re.IGNORECASE)
_OPENING, _CLOSING = frozenset(",(–—"), frozenset(",)–—.")  # the marks around an insertion
_END = "."
_BRACKETS = re.compile(r"\([^()]*\)")
_GROUP_WORDS = 4  # words within which a preposition belongs to the condition that follows


@dataclass(frozen=True)
class _Limits:
    """The words of `shorten.yaml`."""

    added: frozenset[str]
    kept: frozenset[str]
    groups: frozenset[str]


@lru_cache(maxsize=1)
def _limits() -> _Limits:
    data = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    words = {name: frozenset(data[name].split()) for name in ("added", "groups")}
    return _Limits(kept=frozenset(" ".join(data["kept"].values()).split()), **words)


@dataclass(frozen=True, slots=True)
class _Word:
    """A word, or a whole name; `same_as` is equal where two count as the same word."""

    norm: str
    same_as: str
    start: int
    end: int
    entity: EntityId | None = None


def clauses(text: str) -> list[str]:
    """What a sentence says, one thing each: the parts between its strong joints."""
    return [part.strip(" ,") for part in _JOINTS.split(text) if part.strip(" ,.")]


def is_shortened(statement: str, source: str, lexicon: Lexicon) -> bool:
    """Whether a statement is a sentence of a source with words left out, and says what the source says.

    Each clause of the statement has the words of a clause of the source, in its order, but that what the
    source says last may come first, before a comma; generic and brand name count as the same word. Left out
    may be what stands between commas or brackets, and what follows a comma at the end; never a name, a
    denial, a figure (but in brackets), or a word that limits what is said (`shorten.yaml`).

    Args:
        statement: One sentence.
        source: One sentence.
        lexicon: The names that count as the same.
    """
    if " ".join(statement.split()) == " ".join(source.split()):
        return True
    if statement.count("(") != statement.count(")"):
        return False
    said, sources = clauses(statement), clauses(source)
    return bool(said) and all(any(_says(clause, each, lexicon) for each in sources) for clause in said)


def _says(clause: str, source: str, lexicon: Lexicon) -> bool:
    """Whether a clause is a shortened one of a source's."""
    spoken = _words(source, lexicon)
    if not _required(source, spoken, lexicon) <= {each.same_as for each in _words(clause, lexicon)}:
        return False
    return any(
        _may_leave_out(source, spoken, places)
        for wanted in _orders(clause, lexicon)
        for places in _places(wanted, spoken)
    )


def _words(text: str, lexicon: Lexicon) -> list[_Word]:
    """The words of a text, a name of several words as one."""
    starts: dict[int, Mention] = {each.start: each for each in lexicon.mentions(text)}
    found: list[_Word] = []
    until = -1
    for token in tokens(text):
        mention = starts.get(token.start)
        if mention is not None:
            until = mention.end
            exact = lexicon.entities[mention.entity].kind not in _SAME_BY_NAME
            same = text[token.start : until].casefold() if exact else mention.entity
            found.append(_Word(token.norm, f"={same}", token.start, until, mention.entity))
        elif token.start >= until:
            stem = min(stems(token.norm), default=token.norm)
            found.append(_Word(token.norm, stem, token.start, token.end))
    return found


def _required(source: str, spoken: Sequence[_Word], lexicon: Lexicon) -> set[str]:
    """What must not be left out: limits, denials, figures, names, and the condition of those it is about."""
    limits = _limits()
    aside = [match.span() for match in _BRACKETS.finditer(source)]
    required: set[str] = set()
    for at, each in enumerate(spoken):
        kind = lexicon.entities[each.entity].kind if each.entity is not None else None
        before = {word.norm for word in spoken[max(0, at - _GROUP_WORDS) : at]}
        # A figure, or a name as its capital shows: a country, an authority, a scale.
        exact = any(char.isdigit() for char in each.norm) or (at > 0 and source[each.start].isupper())
        if (
            each.norm in limits.kept
            or kind in _NAMED
            or (kind == "condition" and before & limits.groups)
            or _NEGATION.fullmatch(each.norm)
            or (exact and not any(start <= each.start < end for start, end in aside))
        ):
            required.add(each.same_as)
    return required


def _orders(clause: str, lexicon: Lexicon) -> Iterator[list[str]]:
    """The clause's words as they are; and, for each comma, with what stands before it moved to the end."""
    words = [each for each in _words(clause, lexicon) if each.norm not in _limits().added]
    yield [each.same_as for each in words]
    for cut in (at for at, char in enumerate(clause) if char == ","):
        after = [each.same_as for each in words if each.start > cut]
        yield after + [each.same_as for each in words if each.start < cut]


def _places(wanted: Sequence[str], spoken: Sequence[_Word]) -> Iterator[list[int]]:
    """Where the wanted words stand, in this order, from each place where the first of them does."""
    for start in (at for at, each in enumerate(spoken) if wanted and each.same_as == wanted[0]):
        places, at = [start], start + 1
        for each in wanted[1:]:
            at = next((after for after in range(at, len(spoken)) if spoken[after].same_as == each), -1) + 1
            if not at:
                break
            places.append(at - 1)
        if len(places) == len(wanted):
            yield places


def _may_leave_out(source: str, spoken: Sequence[_Word], places: Sequence[int]) -> bool:
    """Whether all that the places leave out of a clause is inserted, or added at its end."""
    for left, right in pairwise((-1, *places, len(spoken))):
        out = [at for at in range(left + 1, right) if spoken[at].norm not in _limits().added]
        if not out:
            continue
        if left < 0:
            return False  # "stopping diazepam can ..." says nothing about diazepam
        # The marks on both sides, with the small words there.
        before = source[spoken[left].end : spoken[out[0]].start]
        after = source[spoken[out[-1]].end : spoken[right].start] if right < len(spoken) else _END
        if not (_OPENING & set(before) and _CLOSING & set(after)):
            return False
    return True
