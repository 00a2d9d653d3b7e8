"""Vary a sentence as people do: another medicine of its class, another relative, typos, haste, more words.

What a sentence means for triage stays the same. Deterministic for a given random generator.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from corpus.lexicon import EntityId, load_lexicon

# Classes within which one medicine may stand for another without a change of what the sentence means.
_CLASSES = ("benzodiazepines", "z_drugs", "ssris", "snris", "opioids")
_SWAP, _PERSON, _TYPE, _HURRY, _BEGIN, _FINISH, _EMBED, _STRIP = 0.4, 0.3, 0.15, 0.15, 0.06, 0.06, 0.25, 0.15

# Grown-ups of whom one may stand for another; a child may not, nor the asker.
_PEOPLE = (
    "mum", "mom", "mother", "dad", "father", "husband", "wife", "sister", "brother", "uncle", "aunt",
    "gran", "grandma", "grandmother", "grandad", "grandpa", "grandfather", "friend", "flatmate",
    "roommate", "housemate", "boyfriend", "girlfriend", "partner", "neighbour", "cousin", "mate",
    "colleague", "mother-in-law", "stepdad", "ex",
)  # fmt: skip
_OF_MINE = re.compile(rf"\b(my|our|his|her|their) (?:{'|'.join(_PEOPLE)})\b", re.IGNORECASE)

_HURRIED = {
    "you": "u", "are": "r", "your": "ur", "to": "2", "for": "4", "want to": "wanna", "going to": "gonna",
    "because": "cuz", "please": "plz", "people": "ppl", "tomorrow": "tmrw", "tonight": "2nite",
    "i am": "im", "i'm": "im", "i've": "ive", "can't": "cant", "don't": "dont", "won't": "wont",
    "what": "wat", "have to": "gotta", "something": "smth", "right now": "rn", "though": "tho",
    "about": "abt", "and": "n", "pills": "pillz", "without": "w/o", "with": "w",
}  # fmt: skip
_HURRIED_WORDS = re.compile(rf"\b(?:{'|'.join(sorted(_HURRIED, key=len, reverse=True))})\b", re.IGNORECASE)
_BEGINNINGS = (
    "hi", "hello", "hey", "hi there,", "good morning,", "Dear Sir or Madam,", "sorry to ask but",
    "quick question:", "ok so", "um", "please,", "one more thing:", "thanks. also", "excuse me,", "so",
    "hello doctor,", "hey bot", "I have a question.", "be honest:", "just wondering,", "ok",
)  # fmt: skip
_ENDINGS = (
    "please", "thanks", "thank you", "please help", "pls", "any advice?", "??", "...", "lol", "asap",
    "tyvm", "please answer quickly", "I need to know", "what do you think?", "!!",
    "many thanks in advance", "idk", "tell me",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Variation:
    """How sentences are varied.

    Attributes:
        harmless: Sentences that may stand before or after another one.
    """

    harmless: Sequence[str]

    def vary(self, text: str, random: Random) -> str:
        """Give the sentence as somebody else might write it."""
        if random.random() < _SWAP:
            text = swap_names(text, random)
        if random.random() < _PERSON:
            text = swap_people(text, random)
        if random.random() < _HURRY:
            text = hurry(text, random)
        if random.random() < _TYPE:
            text = mistype(text, random)
        if random.random() < _STRIP:
            text = re.sub(r"[.,!?'’]", "", text)
        if random.random() < _BEGIN:
            text = f"{random.choice(_BEGINNINGS)} {text}"
        if random.random() < _FINISH:
            text = f"{text} {random.choice(_ENDINGS)}"
        if random.random() < _EMBED:
            text = self._embed(text, random)
        return text

    def _embed(self, text: str, random: Random) -> str:
        ended = text if text.endswith((".", "?", "!")) else f"{text}."
        other = random.choice(self.harmless)
        other = other if other.endswith((".", "?", "!")) else f"{other}."
        return f"{other} {ended}" if random.random() < 0.5 else f"{ended} {other}"


def hurry(text: str, random: Random) -> str:
    """Write some words as people do in haste."""

    def hurried(found: re.Match[str]) -> str:
        word = found.group()
        return _HURRIED[word.lower()] if random.random() < 0.6 else word

    return _HURRIED_WORDS.sub(hurried, text)


def swap_people(text: str, random: Random) -> str:
    """Put one other relative or friend in the place of each grown-up that is named so."""
    return _OF_MINE.sub(lambda found: f"{found.group(1)} {random.choice(_PEOPLE)}", text)


def swap_names(text: str, random: Random) -> str:
    """Put another medicine of the same class in the place of each that is named."""
    lexicon = load_lexicon()
    for mention in reversed(lexicon.mentions(text)):
        family = next((each for each in _families() if mention.entity in each), None)
        if family is not None:
            surfaces = lexicon.entities[random.choice(family)].surfaces
            # The first names are those in use; the rest are misspellings and street names.
            name = random.choice(surfaces[:3] if random.random() < 0.8 else surfaces)
            text = text[: mention.start] + name + text[mention.end :]
    return text


@lru_cache(maxsize=1)
def _families() -> tuple[tuple[EntityId, ...], ...]:
    drugs = [each for each in load_lexicon().entities.values() if each.kind == "drug"]
    return tuple(tuple(each.id for each in drugs if name in each.classes) for name in _CLASSES)


def mistype(text: str, random: Random) -> str:
    """Drop, double or swap a letter of one or two words."""
    words = text.split(" ")
    for _ in range(random.choice((1, 1, 2))):
        at = random.randrange(len(words))
        word = words[at]
        if len(word) < 4:
            continue
        place = random.randrange(1, len(word) - 1)
        words[at] = random.choice(
            (
                word[:place] + word[place + 1 :],
                word[:place] + word[place] + word[place:],
                word[:place] + word[place + 1] + word[place] + word[place + 2 :],
            )
        )
    return " ".join(words)
