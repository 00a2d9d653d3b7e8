"""The ledger of a corpus folder: which identifiers of each record were seen in public text, and what was not.

It keeps invented identifiers out. Not for what a record's text says: see `corpus.rules`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from corpus.files import CORPUS
from corpus.problem import Finding, Problem
from corpus.record import Doi, Kind, Pmcid, Pmid, Source
from corpus.written import WrittenRecord

LEDGER = "ledger.yaml"
IDENTIFIERS = ("doi", "pmid", "pmcid", "url")


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
class Ledger:
    """All entries; `own` when the folder that is checked brings it, so that each entry needs a record."""

    entries: Mapping[str, Seen]
    own: bool

    def findings(self, record: WrittenRecord) -> Iterator[Finding]:
        """Hold the identifiers and fields of a record against its entry."""
        seen = self.entries.get(record.source.id)
        if seen is None and self.own and record.source.kind is not Kind.SUMMARY:
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

    def without_record(self, ids: set[str]) -> Iterator[Problem]:
        """Entries of a folder's own ledger that no record answers to."""
        for name in self.entries if self.own else ():
            if name not in ids:
                yield Problem(LEDGER, f"'{name}' has no record.", "Add the record, or remove the entry.")


def read_ledger(folder: Path) -> tuple[Ledger, list[Problem]]:
    """Read the ledger of a folder, else the shipped one, and what is wrong in it."""
    own = (folder / LEDGER).is_file()
    text = ((folder if own else CORPUS) / LEDGER).read_text(encoding="utf-8")
    try:
        rows = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        what = f"is not valid YAML ({' '.join(str(error).split())})."
        return Ledger({}, own), [Problem(LEDGER, what, "Mend that line.")]
    if not isinstance(rows, dict):
        return Ledger({}, own), [Problem(LEDGER, "is not made of 'id:' lines.", "See corpus/README.md.")]
    counts = Counter(re.findall(r"^([\w.-]+):", text, re.MULTILINE))
    problems = [
        Problem(LEDGER, f"has {count} entries for '{name}'.", "Keep one.")
        for name, count in counts.items()
        if count > 1
    ]
    entries: dict[str, Seen] = {}
    for name, row in rows.items():
        try:
            entries[name] = Seen.model_validate(row or {})
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            problems.append(Problem(LEDGER, f"{name}: {where}: {first['msg']}.", "See corpus/README.md."))
    return Ledger(entries, own), problems
