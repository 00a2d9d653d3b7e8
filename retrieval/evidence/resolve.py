"""Say in brackets what "this condition" is, where a sentence of a page about one thing leaves it unsaid.

As in any quotation: "This condition [Pitt-Hopkins syndrome] is inherited in an autosomal dominant pattern."
Only for what the page itself is about, by its record; everything else that points backwards is not used.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import yaml

from corpus.record import Source


def resolved(text: str, source: Source) -> tuple[str, str]:
    """A sentence with the name put in, and what was put in; the sentence and nothing where nothing can be.

    Args:
        text: The sentence.
        source: The work that it comes from; `Source.names` says what that is about.
    """
    if not source.names or source.names_kind is None or _speaks_of(text, source.names):
        return text, ""
    found = _back_references(source.names_kind).search(text)
    if found is None:
        return text, ""
    inserted = f" [{source.names[0]}]"
    return text[: found.end()] + inserted + text[found.end() :], inserted


def _speaks_of(text: str, names: tuple[str, ...]) -> bool:
    folded = text.casefold()
    return any(name.casefold() in folded for name in names)


@lru_cache(maxsize=8)
def _back_references(kind: str) -> re.Pattern[str]:
    data = yaml.safe_load(Path(__file__).with_name("standing.yaml").read_text(encoding="utf-8"))
    nouns = "|".join(re.escape(noun) for noun in data["subjects"][kind])
    return re.compile(
        rf"\b(?:this|the) (?:{nouns})\b(?! (?:called|known|named|that|which|of)\b)", re.IGNORECASE
    )
