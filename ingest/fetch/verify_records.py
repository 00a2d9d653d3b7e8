"""Hold the records of a corpus against Crossref and PubMed: `citewell corpus check --online`.

A record that could not be asked about is counted as such, never as one without a problem. What the registries
said is kept for a day, so that a check that was cut off goes on. Not for what the files alone show: see
`corpus.check`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from corpus.errors import CitewellError, FetchError, RecordError, UnreachableError
from corpus.problem import Finding, Problem
from corpus.written import WrittenRecord, read_record
from ingest.fetch import crossref
from ingest.fetch.compare import compare
from ingest.fetch.crossref import Notice, RegisteredWork
from ingest.fetch.fetch import connect, eutils
from ingest.fetch.http import Http
from ingest.fetch.pubmed import BATCH, Eutils, Summary
from ingest.fetch.run import OnProgress, only_fetch
from ingest.fetch.store import Store
from ingest.settings import Settings

FOLDER = ".checks"  # of what was fetched; hidden, for these are no sources
_FRESH = 24 * 3600  # seconds for which a registry's word is taken again: notices appear any day


@dataclass
class Checked:
    """What a check found.

    Attributes:
        compared: Records of which a registry told something.
        without: Records without DOI and PMID, which no registry can tell of.
        elsewhere: Records whose DOI another registry than Crossref keeps.
        unasked: Why records could not be asked about, and which.
    """

    problems: list[Problem] = field(default_factory=list)
    compared: int = 0
    without: int = 0
    elsewhere: int = 0
    unasked: dict[str, list[str]] = field(default_factory=dict)

    @property
    def unasked_records(self) -> int:
        """How many records could not be asked about, by one registry or by both."""
        return len({name for names in self.unasked.values() for name in names})


def check_online(
    folder: Path, settings: Settings, refresh: bool = False, on_progress: OnProgress = lambda *_: None
) -> Checked:
    """Check all records of a corpus folder that have a DOI or a PMID.

    Args:
        folder: Holds the records, in `sources/` or directly.
        settings: Whom to ask, and as whom.
        refresh: Ask again also what was asked today.
        on_progress: Told how many records are done.

    Raises:
        RecordError: There is no such folder.
    """
    if not folder.is_dir():
        raise RecordError(f"{folder}: there is no such folder.", "Check the path.")
    records = list(_records(folder))
    checked = Checked(without=sum(not (each.source.doi or each.source.pmid) for each in records))
    kept = settings.fetched_dir / FOLDER
    told: set[str] = set()
    with only_fetch(settings.fetched_dir):
        with connect(settings, "crossref") as http:
            with_doi = [each for each in records if each.source.doi]
            registry = _Crossref(http, Store(kept / "crossref", ".json"), refresh, checked)
            _each(with_doi, registry.check, "Crossref", checked, told, on_progress)
        with connect(settings, "pubmed") as http:
            with_pmid = [each for each in records if each.source.pmid]
            _pubmed(with_pmid, eutils(settings, http), checked, told)
    checked.compared = len(told)
    checked.problems.sort(key=lambda each: each.file)
    return checked


def _records(folder: Path) -> Iterator[WrittenRecord]:
    """All records that can be read; the others are for `corpus check` to tell of."""
    root = folder / "sources" if (folder / "sources").is_dir() else folder
    for path in sorted(each for each in root.rglob("*.md") if each.name.casefold() != "readme.md"):
        try:
            yield read_record(path, path.relative_to(folder).as_posix())
        except CitewellError:
            continue


def _each(
    records: Sequence[WrittenRecord],
    check: Callable[[WrittenRecord], Iterator[Finding]],
    registry: str,
    checked: Checked,
    told: set[str],
    on_progress: OnProgress,
) -> None:
    for done, record in enumerate(records, start=1):
        try:
            findings = list(check(record))
        except UnreachableError as error:
            # The rest would fail too; each attempt would only take its time.
            checked.unasked[error.what] = [each.name for each in records[done - 1 :]]
            return
        except FetchError as error:
            checked.unasked.setdefault(error.what, []).append(record.name)
            continue
        told.add(record.name)
        checked.problems += [Problem(record.name, what, remedy) for what, remedy in findings]
        on_progress(registry, done, len(records))


@dataclass(frozen=True)
class _Crossref:
    http: Http
    store: Store
    refresh: bool
    checked: Checked

    def check(self, record: WrittenRecord) -> Iterator[Finding]:
        doi = record.source.doi or ""
        work = self._kept(doi) or crossref.work(self.http, doi)
        if work is None:
            agency = crossref.agency(self.http, doi)
            if agency is None or agency.casefold() == "crossref":
                yield f"doi {doi} is not known to Crossref.", "Correct the DOI."
            else:
                self.checked.elsewhere += 1
            return
        self.store.keep(doi, json.dumps(asdict(work), default=sorted, ensure_ascii=False).encode())
        yield from compare(record.source, work, "Crossref")

    def _kept(self, doi: str) -> RegisteredWork | None:
        path = self.store.path(doi)
        try:
            if self.refresh or time.time() - path.stat().st_mtime > _FRESH:
                return None
            row = json.loads(path.read_text(encoding="utf-8"))
            return RegisteredWork(
                doi=row["doi"],
                titles=tuple(row["titles"]),
                first_author=row["first_author"],
                years=frozenset(row["years"]),
                notices=tuple(Notice(**each) for each in row["notices"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None


def _pubmed(records: Sequence[WrittenRecord], pubmed: Eutils, checked: Checked, told: set[str]) -> None:
    for start in range(0, len(records), BATCH):
        part = records[start : start + BATCH]
        try:
            summaries = pubmed.summaries([each.source.pmid or "" for each in part])
        except FetchError as error:
            checked.unasked.setdefault(error.what, []).extend(each.name for each in part)
            if isinstance(error, UnreachableError):
                checked.unasked[error.what] += [each.name for each in records[start + BATCH :]]
                return
            continue
        for each in part:
            told.add(each.name)
            findings = _against_pubmed(each, summaries)
            checked.problems += [Problem(each.name, what, remedy) for what, remedy in findings]


def _against_pubmed(record: WrittenRecord, summaries: Mapping[str, Summary | None]) -> Iterator[Finding]:
    source = record.source
    summary = summaries.get(source.pmid or "")
    if summary is None:
        yield f"pmid {source.pmid} is not known to PubMed.", "Correct the PMID."
        return
    if source.doi and summary.doi and source.doi.casefold() != summary.doi.casefold():
        yield (
            f"pmid {source.pmid} is that of doi {summary.doi}, not of {source.doi}.",
            "Correct the one that is wrong.",
        )
    first = summary.authors[0].rpartition(" ")[0] or summary.authors[0] if summary.authors else ""
    is_retracted = "Retracted Publication" in summary.types
    yield from compare(
        source,
        RegisteredWork(
            doi=summary.doi,
            titles=(summary.title.strip("[]. "),) if summary.title else (),
            first_author=first,
            years=summary.years,
            notices=(Notice("retraction", "", "pubmed"),) if is_retracted else (),
        ),
        "PubMed",
    )
