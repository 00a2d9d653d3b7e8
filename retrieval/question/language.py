"""Recognise a question in a language that is not supported, and say so in that language.

English is assumed as long as the words look like it: names of drugs are alike in all languages, and a
classifier is easily misled by a question of four words.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from retrieval.question.hear import load_wordings
from retrieval.words import ordinary_words

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_ENGLISH_FROM = 0.6  # share of English words from which no other language is considered
_LIKELY = 0.5  # probability from which a language is believed where few words are English
_SURE = 0.9  # ... and where about half of them are
_FEW = 0.34


def foreign_language(words: tuple[str, ...]) -> str | None:
    """The ISO 639-1 code of the language of a question, None for English and what cannot be told.

    Args:
        words: The words of the question in lower case, names of drugs left out.
    """
    words = tuple(word for word in words if not word.isdigit())
    if not words:
        return None
    common = load_wordings().stop_words
    english = sum(word in common or (word.isascii() and word in ordinary_words()) for word in words)
    share = english / len(words)
    if share >= _ENGLISH_FROM:
        return None
    code, probability = _identifier().classify(" ".join(words))
    if code == "en" or float(probability) < (_LIKELY if share <= _FEW else _SURE):
        return None
    return str(code)


@lru_cache(maxsize=1)
def load_replies() -> dict[str, str]:
    """What is said in each language; read once."""
    path = Path(__file__).with_name("language.yaml")
    return {str(code): str(text) for code, text in yaml.safe_load(path.read_text(encoding="utf-8")).items()}


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    # py3langid: naive Bayes over byte n-grams (Lui and Baldwin 2012, "langid.py"). Loaded when first needed.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(["en", *load_replies()])
    return identifier
