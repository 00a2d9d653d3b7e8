"""The names people use: generic and brand names, classes, misspellings, street names and lay terms.

Finds them in a text exactly as written. Not for guessing at typos: see `retrieval.question.mend`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal, NewType

import yaml

from corpus.errors import RecordError
from corpus.facets import FacetId
from corpus.files import CORPUS

EntityId = NewType("EntityId", str)
EntityKind = Literal["drug", "class", "substance", "condition", "therapy", "gene_or_target"]

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text, in the normal form in which names are compared, with its place in the text."""

    norm: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Entity:
    """Something that has names: a drug, a class of drugs, a condition, ...

    Attributes:
        classes: The classes that it belongs to, nearest first.
        surfaces: Every spelling that means it, the generic name first.
        is_family: A class to which a drug belongs by what it is, not by what it is used for, so that it can
            be said of a drug of another family that it does not belong to it; or a drug in none of them.
        is_learnt: Whether it comes from the record of a source, not from the lexicon's file.
    """

    id: EntityId
    kind: EntityKind
    name: str
    classes: tuple[EntityId, ...] = ()
    brands: tuple[str, ...] = ()
    surfaces: tuple[str, ...] = ()
    is_family: bool = False
    is_learnt: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found in a text: text[start:end] means the entity."""

    entity: EntityId
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class LayTerm:
    """A lay phrase and the facet or entity that it means."""

    phrase: tuple[str, ...]
    facet: FacetId | None = None
    entity: EntityId | None = None


def tokens(text: str) -> list[Token]:
    """The words of a text; hyphens and slashes separate words, an apostrophe does not."""
    return [
        Token(match.group().replace("'", "").replace("’", "").casefold(), match.start(), match.end())
        for match in _TOKEN.finditer(text)
    ]


@dataclass(frozen=True)
class Lexicon:
    """All entities and lay terms, with the look-ups that the rest of the system needs."""

    entities: Mapping[EntityId, Entity]
    lay_terms: tuple[LayTerm, ...] = ()
    _ancestors: dict[EntityId, frozenset[EntityId]] = field(default_factory=dict, repr=False)
    _members: dict[EntityId, frozenset[EntityId]] = field(default_factory=dict, repr=False)

    @cached_property
    def phrases(self) -> Mapping[tuple[str, ...], EntityId]:
        """Every surface form as a tuple of normal tokens, and what it means."""
        found: dict[tuple[str, ...], EntityId] = {}
        for entity in self.entities.values():
            for surface in entity.surfaces:
                found[tuple(token.norm for token in tokens(surface))] = entity.id
        return found

    @cached_property
    def _lengths(self) -> Mapping[str, tuple[int, ...]]:
        """How many words the names have that begin with a word, the most first."""
        found: dict[str, set[int]] = {}
        for phrase in self.phrases:
            found.setdefault(phrase[0], set()).add(len(phrase))
        return {word: tuple(sorted(lengths, reverse=True)) for word, lengths in found.items()}

    def mentions(self, text: str) -> list[Mention]:
        """Names in the text, longest match first, without overlaps, in order of appearance."""
        words = tokens(text)
        found: list[Mention] = []
        at = 0
        while at < len(words):
            hit = next(self._matches(words, at), None)
            if hit is None:
                at += 1
                continue
            length, entity = hit
            found.append(Mention(entity, words[at].start, words[at + length - 1].end))
            at += length
        return found

    def _matches(self, words: list[Token], at: int) -> Iterator[tuple[int, EntityId]]:
        first = words[at].norm
        lengths = self._lengths.get(first, ())
        if 1 not in lengths and first.removesuffix("s") in self._lengths:
            lengths = (*lengths, 1)  # the plural of a name of one word
        for length in lengths:
            phrase = tuple(word.norm for word in words[at : at + length])
            if len(phrase) < length:
                continue
            # "The pill" is one thing, "the pills" are any.
            singular = (*phrase[:-1], phrase[-1].removesuffix("s")) if phrase[0] != "the" else phrase
            for form in (phrase, singular):
                if form in self.phrases:
                    yield length, self.phrases[form]

    @lru_cache(maxsize=65536)  # noqa: B019  (one lexicon lives as long as the program)
    def entities_in(self, text: str) -> frozenset[EntityId]:
        """The entities that a text names; remembered, because the same sentences are looked at again."""
        return frozenset(mention.entity for mention in self.mentions(text))

    def __hash__(self) -> int:
        return id(self)

    def ancestors(self, entity: EntityId) -> frozenset[EntityId]:
        """Every class above an entity, however far."""
        if entity not in self._ancestors:
            above: set[EntityId] = set()
            todo = list(self.entities[entity].classes)
            while todo:
                each = todo.pop()
                if each not in above:
                    above.add(each)
                    todo.extend(self.entities[each].classes)
            self._ancestors[entity] = frozenset(above)
        return self._ancestors[entity]

    def members(self, entity: EntityId) -> frozenset[EntityId]:
        """Everything that stands below a class."""
        if entity not in self._members:
            below = (each for each in self.entities if entity in self.ancestors(each))
            self._members[entity] = frozenset(below)
        return self._members[entity]

    @cached_property
    def wide(self) -> frozenset[EntityId]:
        """The classes that hold classes which differ (antidepressants: SSRIs, tricyclics)."""
        classes = [each for each in self.entities if self.entities[each].kind == "class"]
        return frozenset(
            each
            for each in classes
            if sum(self.entities[of].kind == "class" for of in self.members(each)) > 1
        )

    def near(self, entity: EntityId) -> frozenset[EntityId]:
        """An entity, what stands above it and what stands below."""
        return self.ancestors(entity) | self.members(entity) | {entity}


def read_lexicon(path: Path) -> Lexicon:
    """Read and check a lexicon file.

    Raises:
        RecordError: Two entities share a name, an id is used twice, or a class does not exist.
    """
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    entities: dict[EntityId, Entity] = {}
    owner: dict[tuple[str, ...], EntityId] = {}
    for row in data["entities"]:
        entity = _entity(row)
        if entity.id in entities:
            raise RecordError(f"{path.name}: the id {entity.id} is used twice.", "Rename or merge one.")
        entities[entity.id] = entity
        for surface in entity.surfaces:
            phrase = tuple(token.norm for token in tokens(surface))
            other = owner.setdefault(phrase, entity.id)
            if other != entity.id:
                raise RecordError(
                    f"{path.name}: '{surface}' names both {other} and {entity.id}.", "Keep it under one."
                )
    for entity in entities.values():
        for parent in entity.classes:
            if parent not in entities:
                raise RecordError(
                    f"{path.name}: {entity.id} belongs to {parent}, which is not listed.", "Add the class."
                )
    return Lexicon(entities, tuple(_lay_term(row, entities, path.name) for row in data.get("lay_terms", ())))


def _entity(row: Mapping[str, object]) -> Entity:
    def names(key: str) -> tuple[str, ...]:
        value = row.get(key) or ()
        return tuple(str(name) for name in value) if isinstance(value, list) else ()

    every = (str(row["name"]), *names("aliases"), *names("brands"), *names("misspellings"), *names("street"))
    return Entity(
        id=EntityId(str(row["id"])),
        kind=row["kind"],  # type: ignore[arg-type]  # checked by `corpus check` against the literal
        name=str(row["name"]),
        classes=tuple(EntityId(name) for name in names("classes")),
        brands=names("brands"),
        surfaces=tuple(dict.fromkeys(every)),
        is_family=bool(row.get("family", False)),
    )


def _lay_term(row: Mapping[str, str], entities: Mapping[EntityId, Entity], name: str) -> LayTerm:
    entity = row.get("entity")
    if entity is not None and entity not in entities:
        raise RecordError(
            f"{name}: the lay term '{row['term']}' means {entity}, which is not listed.", "Add it."
        )
    return LayTerm(
        phrase=tuple(token.norm for token in tokens(row["term"])),
        facet=FacetId(row["facet"]) if "facet" in row else None,
        entity=EntityId(entity) if entity is not None else None,
    )


@lru_cache(maxsize=1)
def load_lexicon() -> Lexicon:
    """The shipped lexicon; it never changes while the program runs."""
    return read_lexicon(CORPUS / "lexicon.yaml")
