"""Fetch what a query finds and is not there yet, record by record or page by page, and tell how it went.

A record that fails does not end the run, and is asked for again next time; three failures in a row do end it,
for a place in trouble is best left alone. Not for what is asked: see the module of each place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.errors import FetchBusyError, FetchError, UnreachableError
from ingest.fetch.manifest import Manifest
from ingest.fetch.store import Store

OnProgress = Callable[[str, int, int], None]  # what is fetched, how much of it is done, of how much
_FAILURES_IN_A_ROW = 3


@dataclass
class Tally:
    """How a fetch went.

    Attributes:
        what: What was fetched, for people, such as "PubMed records".
        found: How many the query found, up to the most that were wanted.
        new: Of these, fetched now.
        here: Of these, there already.
        absent: Ids that the place does not have, or not with a text.
        failed: Ids that could not be fetched now, each with the reason.
    """

    what: str
    found: int = 0
    new: int = 0
    here: int = 0
    absent: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """One line."""
        parts = [f"{self.found:,} found", f"{self.new:,} fetched", f"{self.here:,} already here"]
        parts += [f"{len(self.absent):,} without text or unknown"] if self.absent else []
        parts += [f"{len(self.failed):,} failed"] if self.failed else []
        return f"{self.what}: {', '.join(parts)}."


@dataclass(frozen=True)
class Page:
    """A page of results: the records by their ids, and what the next page is asked by; None at the end."""

    records: Mapping[str, bytes]
    following: str | None
    total: int


@dataclass(frozen=True)
class Job:
    """Where the records of a query go.

    Attributes:
        what: What is fetched, for people.
        refresh: Fetch also what is there already.
    """

    what: str
    store: Store
    manifest: Manifest
    refresh: bool = False
    on_progress: OnProgress = lambda *_: None


@contextmanager
def only_fetch(folder: Path) -> Iterator[None]:
    """Hold off every other fetch into the same folder: together they would ask too often.

    Raises:
        FetchBusyError: Another one is going on.
        FetchError: The folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock", timeout=0):
            yield
    except Timeout:
        raise FetchBusyError(
            f"Another fetch is going on in {folder}.", "Wait for it to end, or stop it."
        ) from None


def fetch_listed(
    job: Job,
    search: Callable[[], Sequence[str]],
    get: Callable[[Sequence[str]], Mapping[str, bytes]],
    batch: int = 1,
) -> Tally:
    """Fetch the records whose ids a search gives.

    Args:
        job: Where they go.
        search: Gives the ids; not called where an earlier run has got them already.
        get: Gets the records of some ids; what the place does not have is not in the result.
        batch: How many ids `get` takes.

    Raises:
        UnreachableError: The place cannot be reached; what came before is kept.
        FetchError: The search failed, or three requests in a row; what came before is kept.
    """
    manifest = job.manifest
    if manifest.listed is None:
        manifest.list(list(dict.fromkeys(search())))
    ids = manifest.listed or []
    tally = Tally(job.what, found=len(ids))
    tally.absent = [id_ for id_ in ids if manifest.states.get(id_) == "absent"]
    wanted = [id_ for id_ in ids if not _is_done(id_, job)]
    tally.here = len(ids) - len(wanted) - len(tally.absent)
    failures = 0
    for start in range(0, len(wanted), batch):
        part = wanted[start : start + batch]
        try:
            records = get(part)
        except UnreachableError:
            raise
        except FetchError as error:
            failures += 1
            for id_ in part:
                tally.failed[id_] = str(error)
                manifest.note(id_, "failed", error.what)
            if failures == _FAILURES_IN_A_ROW:
                raise
            continue
        failures = 0
        _keep(part, records, job, tally)
        job.on_progress(job.what, len(ids) - len(wanted) + start + len(part), len(ids))
    if not tally.failed:
        manifest.complete()
    return tally


def _is_done(id_: str, job: Job) -> bool:
    state = job.manifest.states.get(id_)
    return state == "absent" or (job.store.has(id_) and (state == "kept" or not job.refresh))


def _keep(ids: Sequence[str], records: Mapping[str, bytes], job: Job, tally: Tally) -> None:
    for id_ in ids:
        if id_ in records:
            job.store.keep(id_, records[id_])
            job.manifest.note(id_, "kept")
            tally.new += 1
        else:
            job.manifest.note(id_, "absent")
            tally.absent.append(id_)


def fetch_paged(job: Job, get: Callable[[str | None, int], Page], most: int, size: int) -> Tally:
    """Fetch the records that stand in pages of results.

    Args:
        job: Where they go.
        get: Gets a page: by what the page before said, and how many records it may hold.
        most: How many records are wanted.
        size: How many records a page may hold.

    Raises:
        FetchError: A page could not be had; what came before is kept, and the next run goes on there.
    """
    manifest, tally = job.manifest, Tally(job.what)
    tally.here = len(manifest.paged)
    while not manifest.at_end and len(manifest.paged) < most:
        page = get(manifest.next_page, min(size, most - len(manifest.paged)))
        records = dict(list(page.records.items())[: most - len(manifest.paged)])
        for id_, data in records.items():
            if job.refresh or not job.store.has(id_):
                job.store.keep(id_, data)
                tally.new += 1
            else:
                tally.here += 1
        manifest.page(list(records), page.following)
        job.on_progress(job.what, len(manifest.paged), min(most, max(page.total, len(manifest.paged))))
    tally.found = len(manifest.paged)
    manifest.complete()
    return tally
