"""Mend typos: of names by the lexicon, of other words by the embedded model's vocabulary.

Only words that are no word of English and of no source are mended at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from corpus.lexicon import EntityId, Lexicon, Mention, tokens
from retrieval.words import respelled

SUBJECT_KINDS = frozenset({"drug", "class", "therapy"})
_SHORTEST = 5  # letters of a word that is mended
_PROCESS = (
    "sis"  # "anxiolysis" and "hypnosis" are what anxiolytics and hypnotics do, not their names misspelt
)


@dataclass(frozen=True, slots=True)
class Correction:
    """A word that was read as a name that it is not spelled like."""

    written: str
    entity: EntityId


def mend(
    text: str, mentions: Sequence[Mention], lexicon: Lexicon, is_word: Callable[[str], bool]
) -> tuple[str, tuple[Correction, ...]]:
    """Mend misspelled names and words.

    Args:
        text: The question.
        mentions: The names in it, which need no mending.
        lexicon: The names that are known.
        is_word: Whether a word in lower case is one that is never mended.
    """
    # Last first, so that the places of the others hold.
    corrections: list[Correction] = []
    for token in reversed(tokens(text)):
        known = any(each.start <= token.start < each.end for each in mentions)
        if known or is_word(token.norm) or is_word(token.norm.removesuffix("s")):
            continue
        entity = nearest_name(token.norm, lexicon)
        if entity is not None:
            corrections.append(Correction(text[token.start : token.end], entity))
        better = lexicon.entities[entity].name if entity is not None else respelled(token.norm)
        if better is not None:
            text = text[: token.start] + better + text[token.end :]
    return text, tuple(reversed(corrections))


@lru_cache(maxsize=4096)
def nearest_name(word: str, lexicon: Lexicon) -> EntityId | None:
    """The drug or class that a word misspells; None when it is far from all names or near to two.

    One slip is forgiven in 5 to 7 letters, two in 8 or more (optimal string alignment distance), and never
    in the first letter: drug names differ by as little as two letters (lorazepam, loprazolam). A word with
    which the names of just one begin is short for it (mirtaz).
    """
    if len(word) < _SHORTEST or not word.isalpha() or word.endswith(_PROCESS):
        return None
    if begun := _begun(word.removesuffix("s"), lexicon):
        return begun
    allowed = 1 if len(word) < 8 else 2
    best: dict[EntityId, int] = {}
    for phrase, entity in lexicon.phrases.items():
        name = phrase[0]
        if len(phrase) > 1 or len(name) < 5 or name[0] != word[0] or abs(len(name) - len(word)) > allowed:
            continue
        if lexicon.entities[entity].kind not in SUBJECT_KINDS:
            continue
        distance = OSA.distance(word, name, score_cutoff=allowed)
        if distance <= allowed:
            best[entity] = min(distance, best.get(entity, allowed))
    if not best:
        return None
    nearest = min(best.values())
    winners = [entity for entity, distance in best.items() if distance == nearest]
    # A word two slips away from one name is often a real name that the lexicon lacks (an INN stem is shared
    # by many); then it must not also be near another one.
    return winners[0] if len(winners) == 1 and (nearest == 1 or len(best) == 1) else None


@lru_cache(maxsize=4096)
def _begun(word: str, lexicon: Lexicon) -> EntityId | None:
    """The drug or class whose name begins with a word; None where there are several, or it is too short."""
    if len(word) < _SHORTEST:
        return None
    begun = {
        entity
        for phrase, entity in lexicon.phrases.items()
        if len(phrase) == 1 and phrase[0].startswith(word) and lexicon.entities[entity].kind in SUBJECT_KINDS
    }
    return begun.pop() if len(begun) == 1 else None
