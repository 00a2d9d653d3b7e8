"""Hold a record against what a registry says of the same work: title, first author, year, notices.

Registries spell titles with markup, subtitles and capitals of their own, so their words are compared.
Not for asking the registry: see `ingest.fetch.crossref` and `ingest.fetch.pubmed`.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Collection, Iterator

from rapidfuzz import fuzz

from corpus.problem import Finding
from corpus.record import Source
from ingest.fetch.crossref import CONCERNS, RETRACTIONS, Notice, RegisteredWork

_ALIKE = 85.0  # of 100, by rapidfuzz's token_sort_ratio; a typing slip keeps 95, another work of a series 70
_FEWEST_WORDS = 4  # of a title that may be the beginning of the other, which adds a subtitle
_PREFIX = re.compile(
    r"^\W*(retracted( article)?|withdrawn|removed|expression of concern)\s*:\s*", re.IGNORECASE
)
_TAG = re.compile(r"<[^<>]{0,200}>")
_BOUND = {"of", "de", "van", "von", "der", "den", "la", "le", "du", "del", "di", "da"}  # may be left out


def compare(source: Source, work: RegisteredWork, registry: str) -> Iterator[Finding]:
    """What differs between a record and the registered work, each with a remedy.

    A field that the record does not have, or the registry does not, is not compared.
    """
    titles = [title for title in work.titles if _words(title)]
    if titles and not any(is_same_title(source.title, title) for title in titles):
        yield (
            f"the title is '{source.title[:80]}', but {registry} has '{_plain(titles[0])[:80]}'.",
            "Correct the title, or the identifier if it is that of another work.",
        )
    if source.authors and work.first_author and not _names(source.authors[0], work.first_author):
        yield (
            f"the first author is '{source.authors[0]}', but {registry} has '{work.first_author}'.",
            "Correct the authors, or the identifier if it is that of another work.",
        )
    if source.year and work.years and source.year not in work.years:
        years = " or ".join(map(str, sorted(work.years)))
        yield f"the year is {source.year}, but {registry} has {years}.", "Correct the year."
    yield from _notices(source, work.notices, registry)


def _notices(source: Source, notices: Collection[Notice], registry: str) -> Iterator[Finding]:
    retractions = [each for each in notices if each.type in RETRACTIONS]
    concerns = [each for each in notices if each.type in CONCERNS]
    if retractions and not source.retracted:
        what = retractions[0].type.replace("_", " ")
        where = _named(retractions)
        yield f"{registry} has a notice of {what}{where}.", "Set 'retracted: true', or remove the record."
    if concerns and not (source.concern or source.retracted):
        yield f"{registry} has an expression of concern{_named(concerns)}.", "Set 'concern: true'."


def _named(notices: Collection[Notice]) -> str:
    dois = sorted({each.doi for each in notices if each.doi})
    return f" (doi {', '.join(dois)})" if dois else ""


def is_same_title(ours: str, theirs: str) -> bool:
    """Whether two titles are those of one work: alike by their words, or one begins the other."""
    first, second = _words(ours), _words(theirs)
    shorter, longer = sorted((first, second), key=len)
    if len(shorter) >= _FEWEST_WORDS and longer[: len(shorter)] == shorter:
        return True
    return bool(fuzz.token_sort_ratio(" ".join(first), " ".join(second)) >= _ALIKE)


def _plain(text: str) -> str:
    # Publishers register some titles with their markup escaped twice.
    return " ".join(_TAG.sub(" ", html.unescape(html.unescape(text))).split())


def _words(text: str) -> list[str]:
    plain = _PREFIX.sub("", _plain(text))
    letters = unicodedata.normalize("NFKD", plain.casefold())
    return re.findall(r"\w+", "".join(char for char in letters if not unicodedata.combining(char)))


def _names(ours: str, theirs: str) -> bool:
    """Whether an author as written in a record ("van der Berg J", "Joan Berg") has a registered surname."""
    given = set(_words(ours))
    surname = [word for word in _words(theirs) if word not in _BOUND] or _words(theirs)
    return bool(surname) and given.issuperset(surname)
