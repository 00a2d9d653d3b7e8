"""A source is loaded, chunked, embedded, stored, and the index published whole.

Read `ingest` from top to bottom: it is the whole flow. Each step stands in the module that it is named by.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from corpus.files import SOURCES
from ingest.build import build, generation_id
from ingest.collect import collect
from ingest.earlier import earlier_generation, ingested_folders, roots_to_read_again
from ingest.embed import Embedder, make_embedder
from ingest.find import resolve_root
from ingest.index import Index
from ingest.publish import only_ingest
from ingest.recipe import make_recipe
from ingest.report import OnProgress, Report
from ingest.settings import Settings
from ingest.stock import StoredDocument


def ingest(
    roots: Sequence[Path],
    settings: Settings,
    on_progress: OnProgress = lambda *_: None,
    wait_s: float = 0.0,
    embedder: Embedder | None = None,
) -> Report:
    """Bring the index up to date with files or folders; everything ingested from elsewhere stays.

    Args:
        roots: Files or folders; none means the shipped corpus.
        settings: Where the index stands and how it is made.
        on_progress: Called with the name of a step, how much of it is done, and of how much.
        wait_s: Seconds to wait for another ingest to finish.
        embedder: The one that the settings name, where it is loaded already.

    Raises:
        SourceUnreadableError: A root does not exist (a file that cannot be read is in the report instead).
        IndexBusyError: Another ingest is running.
        CitewellError: The index cannot be written, for the disk is full or the folder not writable.
    """
    started = time.perf_counter()
    index_dir = settings.index_dir
    embedder = embedder or make_embedder(settings)
    named = [resolve_root(root) for root in roots or [SOURCES]]
    with only_ingest(index_dir, wait_s), ExitStack() as opened:
        report = Report()
        before = earlier_generation(index_dir, report)
        if before is not None:
            opened.callback(before.close)
        recipe = make_recipe(embedder, settings)
        chosen = [*named, *roots_to_read_again(before, recipe, index_dir, report)]
        homes = ingested_folders(before, index_dir)
        documents, report.outcomes = collect(chosen, homes, before, recipe, on_progress)
        report.generation = generation_id(documents, recipe)
        report.sources = len(documents)
        report.passages = sum(len(document.passages) for document in documents)
        if not documents:
            _keep(before, report)
        elif before is None or before.manifest.id != report.generation:
            built = build(documents, recipe, before, index_dir, on_progress)
            report.embedded, report.reused = built.embedded, built.reused
    report.took_s = time.perf_counter() - started
    return report


def _keep(before: Index | None, report: Report) -> None:
    """Nothing would be left: more likely a folder was moved away than that all is to be forgotten."""
    report.generation = ""
    if before is not None:
        report.generation = before.manifest.id
        report.sources, report.passages = before.manifest.sources, before.manifest.passages
    kept = "the index is kept as it was" if before is not None else "no index was published"
    report.notes.append(f"There is no source that can be read, so {kept}.")
    report.outcomes = [each for each in report.outcomes if each.state != "removed"]


def publish_documents(
    documents: Sequence[StoredDocument], settings: Settings, on_progress: OnProgress = lambda *_: None
) -> Path:
    """Publish an index of just these documents, whatever stood there, and return its folder."""
    recipe = make_recipe(make_embedder(settings), settings)
    with only_ingest(settings.index_dir):
        return build(documents, recipe, None, settings.index_dir, on_progress).folder
