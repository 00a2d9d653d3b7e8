"""Give a question in another language word by word in English, for those who look for danger in it.

From the word lists of `glosses.yaml`. Crude on purpose: it needs no model, and a cry for help is made of few
words. Nothing of it is ever shown. Not for search or answers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml

from corpus.lexicon import load_lexicon

GLOSSES = Path(__file__).with_name("glosses.yaml")

_WORD = re.compile(r"[^\W_]+")
_LONGEST = 4  # words of a phrase
# So many of the words, names of medicines aside, must stand in a language's list, and more than are English.
_LEAST_WORDS, _LEAST_SHARE = 2, 0.4

_ENGLISH = """
i am is are was the a an of to in on at for with and or not my me you he she his her it they we this
that what which who how why when where do does did can could should will would have has had take
took taking if from by about after before than there be been much many any some pills tablets mg
dose no just
"""

Glosses = Mapping[tuple[str, ...], str]


def gloss(question: str) -> str:
    """Give the question in English words; unchanged where it is in no other language that the lists hold."""
    words = _WORD.findall(_plain(question))
    language = _language_of(words)
    if language is None:
        return question
    glosses, said, at = load_glosses()[language], list[str](), 0
    while at < len(words):
        sizes = range(min(_LONGEST, len(words) - at), 0, -1)
        size = next((size for size in sizes if tuple(words[at : at + size]) in glosses), 0)
        said.append(glosses[tuple(words[at : at + size])] if size else words[at])
        at += size or 1
    return " ".join(said) + ("?" if "?" in question else "")


def _language_of(words: list[str]) -> str | None:
    """The language whose list holds the most of the words, if it holds most of them."""
    known = {
        language: sum(glosses.get((word,), word) != word for word in words)
        for language, glosses in load_glosses().items()
    }
    best = max(known, key=lambda language: known[language])
    phrases = load_lexicon().phrases
    unnamed = [word for word in words if (word,) not in phrases and not word.isdigit()]
    english = sum(word in _english() for word in words)
    enough = known[best] >= max(_LEAST_WORDS, _LEAST_SHARE * len(unnamed)) and known[best] > english
    return best if enough else None


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.casefold())
    return "".join(each for each in letters if not unicodedata.combining(each))


@lru_cache(maxsize=1)
def load_glosses() -> Mapping[str, Glosses]:
    """Read the word lists, by language; they never change while the program runs."""
    data = yaml.safe_load(GLOSSES.read_text(encoding="utf-8"))
    return {
        language: {
            tuple(_WORD.findall(_plain(str(each)))): str(english)
            for english, words in table.items()
            for each in str(words).split(",")
        }
        for language, table in data.items()
    }


@lru_cache(maxsize=1)
def _english() -> frozenset[str]:
    """The English words with which questions are made, whose presence says that a question is English."""
    return frozenset(_ENGLISH.split())
