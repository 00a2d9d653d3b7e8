"""What must hold of every record: its form, its headings, its sentences and the records that it names.

Each rule yields what is wrong with a remedy. Not for identifiers: those are held against `corpus.ledger`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from corpus.facets import FacetTable
from corpus.problem import Finding
from corpus.record import PAPER_KINDS, Kind
from corpus.written import WrittenRecord

WORDS_IN_A_SENTENCE = range(5, 61)
LONGEST_BODY = 16_000  # characters

_NO_FINDING = {"study", "limits"}  # facets that say how a work was done, not what it found
_LEFTOVERS = re.compile(r"FINDING:|FACT:|CHOOSE|TODO|\[seen in")
# A sentence is shown alone, so it may not open with a word whose meaning stands in the sentence before.
_DANGLING = re.compile(
    r"(?:its?|this|that|these|those|they|their|them|such|he|she|his|her|former|latter|here"
    r"|also|however|moreover|furthermore|therefore|thus|then|similarly|conversely|likewise)\W*",
    re.IGNORECASE,
)


def findings(record: WrittenRecord, facets: FacetTable, known: Collection[str]) -> Iterator[Finding]:
    """Hold a record against every rule.

    Args:
        record: The record.
        facets: Has the headings that may be used.
        known: Ids of all records that it may name.
    """
    yield from _form(record)
    yield from _headings(record, facets)
    yield from _sentences(record)
    yield from _related(record, known)
    yield from _references(record, known)


def _form(record: WrittenRecord) -> Iterator[Finding]:
    if record.source.id != Path(record.name).stem:
        yield f"its id is '{record.source.id}'.", f"Name the file {record.source.id}.md, or change the id."
    if len(record.body) >= LONGEST_BODY:
        yield (
            f"the text has {len(record.body):,} characters, the limit is {LONGEST_BODY:,}.",
            "Shorten it, or split the work into two records.",
        )
    for match in _LEFTOVERS.finditer(record.text):
        line = record.text.count("\n", 0, match.start()) + 1
        yield f"line {line} holds the leftover '{match.group()}'.", "Finish that line or remove it."


def _headings(record: WrittenRecord, facets: FacetTable) -> Iterator[Finding]:
    if not any(section.heading for section in record.sections):
        yield "has no section.", "Put its text under a heading such as '## How well it works'."
    if not record.sentences:
        yield "has no sentence.", "Say what the work found, in a sentence that can be read alone."
    for section in record.sections:
        if not section.heading and record.sections[1:]:
            yield "has text before its first heading.", "Put it under a heading."
        elif section.heading and facets.for_heading(section.heading) is None:
            yield f"the heading '{section.heading}' is in no facet.", "Use a heading of corpus/facets.yaml."
        elif section.heading and not section.sentences:
            yield f"nothing stands under '{section.heading}'.", "Remove the heading."
    found = [each for each in record.sections if facets.for_heading(each.heading) not in _NO_FINDING]
    if record.source.kind in PAPER_KINDS and not any(each.sentences for each in found):
        yield (
            "has no finding.",
            "A paper says what it found, not only how it was done: write that under another heading.",
        )


def _sentences(record: WrittenRecord) -> Iterator[Finding]:
    for sentence in record.sentences:
        words = sentence.split()
        start = f"'{' '.join(words[:6])} ...'"
        if len(words) not in WORDS_IN_A_SENTENCE:
            least, most = WORDS_IN_A_SENTENCE[0], WORDS_IN_A_SENTENCE[-1]
            yield f"the sentence {start} has {len(words)} words.", f"Write {least} to {most} words."
        if _DANGLING.fullmatch(words[0].lstrip("\"'“‘(")):
            yield f"the sentence {start} cannot be read alone.", f"Name what '{words[0]}' stands for."


def _related(record: WrittenRecord, known: Collection[str]) -> Iterator[Finding]:
    source = record.source
    for other in source.disputed_by:
        if other not in known:
            yield f"disputed_by names '{other}', which is no record.", "Correct the id, or add that record."
    if source.same_work_as == source.id:
        yield "same_work_as names the record itself.", "Name the other copy, or leave it out."
    elif source.same_work_as is not None and source.same_work_as not in known:
        yield (
            f"same_work_as names '{source.same_work_as}', which is no record.",
            "Correct the id, or add that record.",
        )


def _references(record: WrittenRecord, known: Collection[str]) -> Iterator[Finding]:
    for sentence, keys in record.keys.items():
        for key in keys:
            if key not in known:
                yield f"'{sentence[:40]} ...' rests on '{key}', which is no record.", "Correct the key."
    if record.source.kind is Kind.SUMMARY:
        for sentence in record.sentences:
            if sentence not in record.keys:
                yield (
                    f"the sentence '{sentence[:40]} ...' names no source.",
                    "End its line with the ids of the sources it rests on, as in '[@cipriani2018]'.",
                )
