"""Read the MEDLINE text format, as PubMed exports it (.txt, .nbib): lines with tags.

Not for PubMed's XML: see `ingest.load_pubmed`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from corpus.errors import SourceUnreadableError
from corpus.record import Source
from ingest.assemble import Paragraph, assemble
from ingest.document import Document
from ingest.fields import with_fields
from ingest.kinds import RETRACTED_TITLE, load_kinds
from ingest.licence import licence_in
from ingest.load_pubmed import NO_ABSTRACT, TRANSLATED
from ingest.loader import SourceLoader
from ingest.unpack import texts

_TAG = re.compile(r"^([A-Z]{2,4}) *- ?(.*)$")
_YEAR = re.compile(r"\b(1[5-9]\d\d|20\d\d)\b")
# The parts of a structured abstract: a label in capitals at its start, and after the end of a sentence.
_LABEL = re.compile(r"(?:^|(?<=[.?!)\]] ))([A-Z][A-Z0-9 /&,'()-]{2,60}): +(?=\S)")
_LARGEST = 4 << 20  # characters of one record

_Fields = dict[str, list[str]]


class MedlineLoader(SourceLoader):
    """One document a record, with a section for each labelled part of its abstract."""

    def documents(self) -> Iterator[Document]:
        """Yield the records that have an abstract."""
        yield from self.read_each(_records(_lines(texts(self.path, self.name))), _read, _name_of)


def _lines(blocks: Iterable[str]) -> Iterator[str]:
    held = ""
    for block in blocks:
        *lines, held = (held + block).split("\n")
        yield from lines
        held = held[:_LARGEST]
    yield held


def _records(lines: Iterable[str]) -> Iterator[_Fields]:
    """Records as lists of values by tag; a line that begins with white space goes on with the one before."""
    fields: _Fields = defaultdict(list)
    current: list[str] = []
    for line in lines:
        tagged = _TAG.match(line)
        if tagged and tagged[1] == "PMID" and fields:
            yield fields
            fields = defaultdict(list)
        if tagged:
            current = fields[tagged[1]]
            current.append(tagged[2].strip())
        elif line[:1].isspace() and line.strip() and current:
            current[-1] += " " + line.strip()
    if fields:
        yield fields


def _name_of(fields: _Fields) -> str:
    return f"PMID {fields['PMID'][0]}" if fields.get("PMID") else "one without a PMID"


def _read(fields: _Fields) -> Document:
    text, sections = assemble(_abstract(" ".join(fields.get("AB", ()))))
    if not text:
        raise SourceUnreadableError(NO_ABSTRACT, "Get the full text.")
    return Document(_record(fields), text, sections)


def _abstract(text: str) -> Iterator[Paragraph]:
    labels = list(_LABEL.finditer(text))
    if not labels or labels[0].start() != 0:
        yield (), text
        return
    for label, after in zip(labels, [*labels[1:], None], strict=True):
        yield (label[1],), text[label.end() : after.start() if after else len(text)]


def _record(fields: _Fields) -> Source:
    pmid = _first(fields, "PMID")
    if not re.fullmatch(r"[1-9]\d{0,8}", pmid):
        raise SourceUnreadableError("without a PMID", "Export it again.")
    title = TRANSLATED.sub(r"\1\2", _first(fields, "TI") or _first(fields, "TT") or _first(fields, "BTI"))
    types = fields.get("PT", [])
    subjects = {heading.partition("/")[0].lstrip("*") for heading in fields.get("MH", ())}
    kind = load_kinds().of_pubmed(types, subjects, title)
    date = _first(fields, "DP")
    year = _YEAR.search(date)
    licence = licence_in(_first(fields, "CI"))
    certain = Source(
        id=f"pmid-{pmid}",
        kind=kind.kind,
        title=title[:400] if len(title) > 2 else f"PMID {pmid}",
        pmid=pmid,
    )
    found = {
        "study_type": kind.study_type,
        "authors": (*fields.get("AU", ()), *fields.get("CN", ())),
        "year": int(year[1]) if year else None,
        "dated": "" if re.fullmatch(r"\d{4}( [A-Z][a-z]{2}( \d{1,2})?)?", date) else date,
        "journal": _first(fields, "JT") or _first(fields, "TA"),
        "volume": _first(fields, "VI"),
        "issue": _first(fields, "IP"),
        "pages": _first(fields, "PG"),
        "publisher": _first(fields, "PB"),
        "doi": _identifier(fields, "doi"),
        "pmcid": _first(fields, "PMC"),
        "licence": licence,
        "open_access": licence is not None,
        "retracted": "Retracted Publication" in types
        or "RIN" in fields
        or bool(RETRACTED_TITLE.match(title)),
        "concern": "ECI" in fields,
    }
    return with_fields(certain, found)[0]


def _first(fields: _Fields, tag: str) -> str:
    values = fields.get(tag)
    return values[0] if values else ""


def _identifier(fields: _Fields, kind: str) -> str:
    """The identifier of a kind, as in "10.1118/1.4748329 [doi]"."""
    for value in [*fields.get("LID", []), *fields.get("AID", [])]:
        if value.endswith(f" [{kind}]"):
            return value.removesuffix(f" [{kind}]")
    return ""
