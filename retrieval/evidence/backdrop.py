"""What a medicine was added to: "in people on naproxen, adding diazepam was no better" is about diazepam."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from corpus.lexicon import EntityId, Lexicon

_ADDED = re.compile(r"\b(?:adding|added|addition of)\s+(?:an? |the )?$", re.IGNORECASE)
_THEN_ADDED = re.compile(r"^\W*(?:\w+\W+){0,2}?added to\b", re.IGNORECASE)
_GIVEN = re.compile(r"\b(?:on|to|taking|receiving|starting)\s+(?:an? |the )?$", re.IGNORECASE)


@lru_cache(maxsize=65536)
def added_to(text: str, lexicon: Lexicon) -> tuple[frozenset[EntityId], frozenset[EntityId]]:
    """What a sentence says was added, and what it was added to; nothing where it says neither."""
    added, given = set[EntityId](), set[EntityId]()
    for each in lexicon.mentions(text):
        before = text[: each.start]
        if _ADDED.search(before) or _THEN_ADDED.search(text[each.end :]):
            added.add(each.entity)
        elif _GIVEN.search(before):
            given.add(each.entity)
    return frozenset(added), frozenset(given if added else ())


def backdrop(text: str, subjects: Collection[EntityId], lexicon: Lexicon) -> frozenset[EntityId]:
    """What no question about some subjects has to name: what they, or members of theirs, were added to."""
    added, given = added_to(text, lexicon)
    is_of_subjects = any(each in subjects or lexicon.ancestors(each) & set(subjects) for each in added)
    return given if is_of_subjects else frozenset()
