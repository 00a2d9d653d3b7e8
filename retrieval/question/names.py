"""Learn the names of what the sources are about, so that a reader's own collection can be asked about.

The lexicon knows the drugs and conditions of the shipped sources. A drug label or an encyclopedia page
brings its own: what it is about, and what else that is called.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import replace

from corpus.lexicon import Entity, EntityId, EntityKind, Lexicon, tokens
from retrieval.question.hear import load_wordings

_KINDS: dict[str, EntityKind] = {"drug": "drug", "condition": "condition", "topic": "condition"}
_LONGEST = 8  # words of a name
_SHORTEST = 3  # letters of a name of one word

Named = tuple[tuple[str, ...], str]


def learn_names(lexicon: Lexicon, named: Iterable[Named]) -> Lexicon:
    """A lexicon that knows the names of sources too.

    Args:
        lexicon: What is known already; its names keep their meaning.
        named: For each source the names of what it is about, the preferred one first, and the kind of thing
            that they name (`corpus.record.Source.names_kind`).
    """
    entities = dict(lexicon.entities)
    owner = dict(lexicon.phrases)
    for names, kind in named:
        phrases = {name: phrase for name in names if (phrase := _phrase(name))}
        known = next((owner[phrase] for phrase in phrases.values() if phrase in owner), None)
        fresh = tuple(name for name, phrase in phrases.items() if phrase not in owner)
        if not fresh or kind not in _KINDS:
            continue
        entity = known or _new_id(fresh[0], entities)
        if known is None:
            entities[entity] = Entity(entity, _KINDS[kind], fresh[0], surfaces=fresh, is_learnt=True)
        else:
            entities[entity] = replace(entities[entity], surfaces=(*entities[entity].surfaces, *fresh))
        owner.update((phrases[name], entity) for name in fresh)
    if len(owner) == len(lexicon.phrases):
        return lexicon
    return Lexicon(entities, lexicon.lay_terms)


def _phrase(name: str) -> tuple[str, ...]:
    """The words of a name; none when it is too long or too plain to be looked for in questions."""
    words = tuple(token.norm for token in tokens(name))
    is_plain = all(word in load_wordings().stop_words or word.isdigit() for word in words)
    is_short = len(words) == 1 and len(words[0]) < _SHORTEST
    return () if is_plain or is_short or len(words) > _LONGEST else words


def _new_id(name: str, taken: Container[str]) -> EntityId:
    slug = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_") or "name"
    number = 1
    while (candidate := slug if number == 1 else f"{slug}_{number}") in taken:
        number += 1
    return EntityId(candidate)
