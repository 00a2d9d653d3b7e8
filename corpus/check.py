"""Check every record of a corpus folder, its ledger, the lexicon and the facet table.

For what can be decided from the files alone. Not for whether a finding is true: a person reads the work.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import sentencex
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from corpus.errors import CitewellError, RecordError
from corpus.facets import FacetTable, load_facets
from corpus.files import CORPUS, parse, source_of
from corpus.lexicon import EntityKind, read_lexicon
from corpus.record import PAPER_KINDS, Doi, Kind, Pmcid, Pmid, Source

LEDGER = "ledger.yaml"
IDENTIFIERS = ("doi", "pmid", "pmcid", "url")
WORDS_IN_A_SENTENCE = range(5, 61)
LONGEST_BODY = 16_000  # characters

_NO_FINDING = {"study", "limits"}  # facets that say how a work was done, not what it found
_LEFTOVERS = re.compile(r"FINDING:|FACT:|CHOOSE|TODO|\[seen in")
_HEADING = re.compile(r"#{1,6}\s+(?P<title>.*?)\s*$")
_KEYS = re.compile(r"\s*\[(?P<keys>@[\w.-]+(?:;\s*@[\w.-]+)*)\]\s*$")  # the sources of a summary's sentence
# A sentence is shown alone, so it may not open with a word whose meaning stands in the sentence before.
_DANGLING = re.compile(
    r"(?:its?|this|that|these|those|they|their|them|such|he|she|his|her|former|latter|here"
    r"|also|however|moreover|furthermore|therefore|thus|then|similarly|conversely|likewise)\W*",
    re.IGNORECASE,
)

Finding = tuple[str, str]  # what is wrong, and what to do about it


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a corpus file that has to be mended."""

    file: str
    what: str
    remedy: str

    def __str__(self) -> str:
        """One line: file, what, remedy."""
        return f"{self.file}: {self.what} {self.remedy}"


class Seen(BaseModel):
    """A ledger entry: the identifiers that were seen in public text, and the fields that were not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    doi: Doi | None = None
    pmid: Pmid | None = None
    pmcid: Pmcid | None = None
    url: str | None = None
    unverified: tuple[str, ...] = ()

    @field_validator("unverified")
    @classmethod
    def _are_fields(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := sorted(set(names) - Source.model_fields.keys()):
            raise ValueError(f"a record has no field {', '.join(unknown)}")
        return names


@dataclass(frozen=True)
class _Ledger:
    """All entries; `own` when the folder that is checked brings it, so that each entry needs a record."""

    entries: Mapping[str, Seen]
    own: bool


@dataclass(frozen=True)
class _Section:
    heading: str
    sentences: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Record:
    name: str
    text: str
    front_matter: Mapping[str, Any]
    source: Source
    body: str
    sections: list[_Section]
    keys: dict[str, tuple[str, ...]]

    @property
    def sentences(self) -> list[str]:
        return [sentence for section in self.sections for sentence in section.sentences]


def check_corpus(folder: Path) -> list[Problem]:
    """Check a corpus folder: the shipped one, or one's own.

    Args:
        folder: Holds the records, in `sources/` or directly. Identifiers are looked up in its `ledger.yaml`,
            else in the shipped one. Only with the shipped folder are the lexicon and the facet table checked.

    Returns:
        Every problem found, by file; empty when all is well.

    Raises:
        RecordError: There is no such folder.

    """
    if not folder.is_dir():
        raise RecordError(f"{folder}: there is no such folder.", "Check the path.")
    root = folder / "sources" if (folder / "sources").is_dir() else folder
    problems: list[Problem] = []
    records: list[_Record] = []
    for path in sorted(each for each in root.rglob("*.md") if each.name.casefold() != "readme.md"):
        name = path.relative_to(folder).as_posix()
        try:
            records.append(_read(path, name))
        except CitewellError as error:
            problems.append(Problem(name, error.what.removeprefix(f"{name}: "), error.remedy))
    if not records and not problems:
        problems.append(Problem(str(folder), "holds no record.", "Add Markdown files with front matter."))
    ledger = _read_ledger(folder, problems)
    facets = load_facets()
    ids = {record.source.id for record in records}
    known = ids if ledger.own else ids | ledger.entries.keys()
    for record in records:
        for what, remedy in (
            *_form(record),
            *_headings(record, facets),
            *_sentences(record),
            *_related(record, known),
            *_verified(record, ledger),
        ):
            problems.append(Problem(record.name, what, remedy))
    problems += _duplicates(records)
    if ledger.own:
        problems += _entries_without_record(ledger, ids, {Path(problem.file).stem for problem in problems})
    if folder.resolve() == CORPUS.resolve():
        problems += [*check_lexicon(CORPUS / "lexicon.yaml", facets), *check_facets(facets)]
    return sorted(problems, key=lambda problem: problem.file)


def _read(path: Path, name: str) -> _Record:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(f"{name}: cannot be read ({error}).", "Save it as UTF-8 text.") from error
    front_matter, body = parse(text, name)
    if not front_matter:
        raise RecordError(
            f"{name}: has no front matter.", "Begin it with '---' and the fields of the record."
        )
    source = source_of(front_matter, name)
    sections, keys = _split(body)
    return _Record(name, text, front_matter, source, body, sections, keys)


def _split(body: str) -> tuple[list[_Section], dict[str, tuple[str, ...]]]:
    """Cut a body into the sentences under each heading, as ingest does, and the keys at their ends."""
    sections: list[_Section] = [_Section("")]
    keys: dict[str, tuple[str, ...]] = {}
    paragraph: list[str] = []

    def close() -> None:
        pieces = (piece.strip() for piece in sentencex.segment("en", " ".join(paragraph)))
        sections[-1].sentences.extend(piece for piece in pieces if piece)
        paragraph.clear()

    for line in body.splitlines():
        heading = _HEADING.match(line)
        if heading:
            close()
            sections.append(_Section(heading["title"]))
        elif not line.strip():
            close()
        else:
            sentence = _KEYS.sub("", line.strip())
            if found := _KEYS.search(line):
                keys[sentence] = tuple(key.strip().removeprefix("@") for key in found["keys"].split(";"))
            paragraph.append(sentence)
    close()
    return [section for section in sections if section.heading or section.sentences], keys


def _form(record: _Record) -> Iterator[Finding]:
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


def _headings(record: _Record, facets: FacetTable) -> Iterator[Finding]:
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


def _sentences(record: _Record) -> Iterator[Finding]:
    for sentence in record.sentences:
        words = sentence.split()
        start = f"'{' '.join(words[:6])} ...'"
        if len(words) not in WORDS_IN_A_SENTENCE:
            least, most = WORDS_IN_A_SENTENCE[0], WORDS_IN_A_SENTENCE[-1]
            yield f"the sentence {start} has {len(words)} words.", f"Write {least} to {most} words."
        if _DANGLING.fullmatch(words[0].lstrip("\"'“‘(")):
            yield f"the sentence {start} cannot be read alone.", f"Name what '{words[0]}' stands for."


def _related(record: _Record, known: Iterable[str]) -> Iterator[Finding]:
    for other in record.source.disputed_by:
        if other not in known:
            yield f"disputed_by names '{other}', which is no record.", "Correct the id, or add that record."
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


def _verified(record: _Record, ledger: _Ledger) -> Iterator[Finding]:
    seen = ledger.entries.get(record.source.id)
    if seen is None and ledger.own and record.source.kind is not Kind.SUMMARY:
        yield f"has no entry in {LEDGER}.", f"Add '{record.source.id}:' there, with what was seen of it."
    for name in IDENTIFIERS:
        given, expected = getattr(record.source, name), getattr(seen, name, None)
        if given is not None and expected is None:
            yield (
                f"{name} {given} was never verified.",
                "Leave it empty, or add to the ledger where it was seen.",
            )
        elif given is not None and given != expected:
            yield (
                f"{name} {given} was never verified: {expected} was seen.",
                "Correct it here or in the ledger.",
            )
    for name in seen.unverified if seen else ():
        if name in record.front_matter:
            yield (
                f"{name} stands as verified, but the ledger says that it was not seen.",
                "Move it under 'recalled', or take it off the ledger's list once it has been seen.",
            )


def _duplicates(records: Iterable[_Record]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for record in records:
        other = first.setdefault(record.source.id, record.name)
        if other != record.name:
            yield Problem(record.name, f"its id '{record.source.id}' is that of {other}.", "Give it another.")


def _read_ledger(folder: Path, problems: list[Problem]) -> _Ledger:
    own = (folder / LEDGER).is_file()
    text = ((folder if own else CORPUS) / LEDGER).read_text(encoding="utf-8")
    try:
        rows = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        problems.append(
            Problem(LEDGER, f"is not valid YAML ({' '.join(str(error).split())}).", "Mend that line.")
        )
        return _Ledger({}, own)
    for name, count in Counter(re.findall(r"^([\w.-]+):", text, re.MULTILINE)).items():
        if count > 1:
            problems.append(Problem(LEDGER, f"has {count} entries for '{name}'.", "Keep one."))
    entries: dict[str, Seen] = {}
    for name, row in rows.items():
        try:
            entries[name] = Seen.model_validate(row or {})
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            problems.append(Problem(LEDGER, f"{name}: {where}: {first['msg']}.", "See corpus/README.md."))
    return _Ledger(entries, own)


def _entries_without_record(ledger: _Ledger, ids: set[str], faulty: set[str]) -> Iterator[Problem]:
    for name in ledger.entries:
        if name not in ids and name not in faulty:  # a record that cannot be read has been reported already
            yield Problem(LEDGER, f"'{name}' has no record.", "Add the record, or remove the entry.")


def check_lexicon(path: Path, facets: FacetTable) -> list[Problem]:
    """Check a lexicon: its schema, that names are unique, and that what it refers to exists."""
    try:
        lexicon = read_lexicon(path)
    except RecordError as error:
        return [Problem(path.name, error.what.removeprefix(f"{path.name}: "), error.remedy)]
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        what = f"cannot be read ({type(error).__name__}: {' '.join(str(error).split())})."
        return [Problem(path.name, what, "Every entity has an id, a kind and a name; every lay term a term.")]
    kinds = get_args(EntityKind)
    known = {facet.id for facet in facets.facets}
    problems = [
        Problem(path.name, f"{entity.id} has the kind '{entity.kind}'.", f"Use one of {', '.join(kinds)}.")
        for entity in lexicon.entities.values()
        if entity.kind not in kinds
    ]
    for term in lexicon.lay_terms:
        phrase = " ".join(term.phrase)
        if term.facet is not None and term.facet not in known:
            problems.append(
                Problem(path.name, f"'{phrase}' means the facet {term.facet}.", "Add that facet.")
            )
        elif term.facet is None and term.entity is None:
            problems.append(Problem(path.name, f"'{phrase}' means nothing.", "Give it a facet or an entity."))
    return problems


def check_facets(facets: FacetTable) -> list[Problem]:
    """Check that each facet's id, and each heading, stands in one facet only."""
    file = "facets.yaml"
    counts = Counter(facet.id for facet in facets.facets)
    problems = [
        Problem(file, f"the id {each} is used twice.", "Merge them.") for each in counts if counts[each] > 1
    ]
    owner: dict[str, str] = {}
    for facet in facets.facets:
        for heading in dict.fromkeys(facet.headings):
            other = owner.setdefault(heading, facet.id)
            if other != facet.id:
                what = f"the heading '{heading}' stands in {other} and in {facet.id}."
                problems.append(Problem(file, what, "Keep it in one."))
    return problems
