"""A source is loaded, chunked, embedded, stored, and the index published whole.

Read `ingest` from top to bottom: it is the whole flow. Each step stands in the module that it is named by.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from corpus.files import SOURCES
from ingest.build import build, write
from ingest.collect import collect
from ingest.earlier import earlier_generation, ingested_folders, roots_to_read_again
from ingest.embed import Embedder, make_embedder
from ingest.find import resolve_root
from ingest.generation import Manifest
from ingest.index import Index
from ingest.publish import building_folder, only_ingest
from ingest.recipe import make_recipe
from ingest.report import OnProgress, Report
from ingest.settings import Settings
from ingest.stage import Stage
from ingest.stock import StoredDocument


def ingest(
    roots: Sequence[Path],
    settings: Settings,
    on_progress: OnProgress = lambda *_: None,
    wait_s: float = 0.0,
    embedder: Embedder | None = None,
    dry_run: bool = False,
) -> Report:
    """Bring the index up to date with files or folders; everything ingested from elsewhere stays.

    Args:
        roots: Files or folders; none means the shipped corpus.
        settings: Where the index stands and how it is made.
        on_progress: Called with the name of a step, how much of it is done, and of how much.
        wait_s: Seconds to wait for another ingest to finish.
        embedder: The one that the settings name, where it is loaded already.
        dry_run: Change nothing, and report what would be done.

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
        staging, folder = (opened.enter_context(building_folder(index_dir)) for _ in range(2))
        stage = opened.enter_context(Stage(staging / "stage.sqlite", before))
        report.outcomes = collect(chosen, homes, before, recipe, stage, on_progress)
        if not len(stage):
            _keep(before, report)
        elif before is not None and _is_same(before.manifest, recipe.id, stage):
            _tell(report, before.manifest)
        else:
            written = write(folder, stage.documents(), len(stage), recipe, before, on_progress)
            report.generation, report.sources, report.passages = written.id, written.sources, written.passages
            report.embedded, report.reused = written.new, written.passages - written.new
            if not dry_run:
                built = build(folder, written, recipe, before, index_dir, on_progress)
                _tell(report, built.manifest)
                report.embedded, report.reused = built.embedded, built.reused
    report.took_s = time.perf_counter() - started
    return report


def _is_same(manifest: Manifest, recipe: str, stage: Stage) -> bool:
    """Whether the stage holds what the earlier generation holds, read by the same recipe."""
    return manifest.recipe == recipe and not stage.added and len(stage) == manifest.sources


def _tell(report: Report, manifest: Manifest) -> None:
    report.generation = manifest.id
    report.sources, report.passages = manifest.sources, manifest.passages
    report.search, report.recall_at_10 = manifest.search.kind, manifest.search.recall_at_10


def _keep(before: Index | None, report: Report) -> None:
    """Nothing would be left: more likely a folder was moved away than that all is to be forgotten."""
    if before is not None:
        _tell(report, before.manifest)
    kept = "the index is kept as it was" if before is not None else "no index was published"
    report.notes.append(f"There is no source that can be read, so {kept}.")
    report.outcomes = [each for each in report.outcomes if each.state != "removed"]


def publish_documents(
    documents: Sequence[StoredDocument],
    settings: Settings,
    on_progress: OnProgress = lambda *_: None,
    embedder: Embedder | None = None,
) -> Path:
    """Publish an index of just these documents, whatever stood there, and return its folder."""
    recipe = make_recipe(embedder or make_embedder(settings), settings)
    ordered = sorted(documents, key=lambda each: each.source.id)
    with only_ingest(settings.index_dir), building_folder(settings.index_dir) as folder:
        written = write(folder, ordered, len(ordered), recipe, None, on_progress)
        return build(folder, written, recipe, None, settings.index_dir, on_progress).folder
