"""Make a built generation the served one: whole or not at all.

Everything is written beside, synced and checked; then one atomic rename of the pointer switches over.
A process that dies before that rename leaves the earlier generation served.
"""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

from corpus.errors import CitewellError, IndexBusyError, IndexMissingError
from ingest.generation import (
    CURRENT,
    GENERATIONS,
    MANIFEST,
    Manifest,
    file_sha256,
    other_generations,
)
from ingest.index import Index

_KEPT = 2  # the served generation and the one before it, which a reader may still have open
_BUILDING = "building-"


@contextmanager
def only_ingest(index_dir: Path, wait_s: float = 0.0) -> Iterator[None]:
    """Hold the right to change the index. The operating system lets go of it when the holder dies.

    Raises:
        IndexBusyError: Another process holds it for longer than `wait_s` seconds.
        CitewellError: The folder cannot be written to.
    """
    holder = index_dir / "LOCK.holder"  # what the lock itself cannot tell: who holds it, and since when
    lock = FileLock(index_dir / "LOCK", timeout=wait_s)
    try:
        with _writing(index_dir):
            index_dir.mkdir(parents=True, exist_ok=True)
            lock.acquire()
    except Timeout as error:
        who = holder.read_text(encoding="utf-8") if holder.exists() else "process unknown"
        raise IndexBusyError(
            f"Another ingest ({who}) is changing the index at {index_dir}.",
            "Wait until it has finished, then try again; 'citewell ingest --wait 600' waits by itself.",
        ) from error
    try:
        with _writing(index_dir):
            since = datetime.now(UTC).isoformat(timespec="seconds")
            holder.write_text(f"process {os.getpid()} on {platform.node()} since {since}", encoding="utf-8")
        for leftover in index_dir.glob(f"{_BUILDING}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        yield
    finally:
        lock.release()


@contextmanager
def _writing(index_dir: Path) -> Iterator[None]:
    """Say what helps when the disk is full or the folder may not be written to."""
    try:
        yield
    except Timeout:
        raise
    except (OSError, RuntimeError, ValueError, sqlite3.Error) as error:
        # faiss, tantivy and SQLite report a full disk each in its own way.
        problem = " ".join(str(error).split())[:300]
        raise CitewellError(
            f"The index at {index_dir} cannot be written ({problem}).",
            "Check that the disk has room and that you may write there; the earlier index is untouched.",
        ) from error


@contextmanager
def building_folder(index_dir: Path) -> Iterator[Path]:
    """Make a folder beside the generations to build in; it is gone afterwards unless it was published.

    Raises:
        CitewellError: It cannot be written to.
    """
    folder = index_dir / f"{_BUILDING}{uuid4().hex}"  # not a temporary folder: others may read what is in it
    try:
        with _writing(index_dir):
            folder.mkdir()
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def file_hashes(folder: Path) -> dict[str, str]:
    """Hash every file below a folder: its SHA-256 by its relative path."""
    return {
        path.relative_to(folder).as_posix(): file_sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def publish(index_dir: Path, folder: Path, manifest: Manifest) -> Path:
    """Publish the generation built in a folder and return where it stands now.

    Raises:
        IndexDamagedError: What was written does not read back as what was meant.
    """
    (folder / MANIFEST).write_text(manifest.sealed().model_dump_json(indent=2), encoding="utf-8")
    _sync_tree(folder)
    Index(folder).close()
    generations = index_dir / GENERATIONS
    generations.mkdir(exist_ok=True)
    final = generations / manifest.id
    displaced = index_dir / f"{_BUILDING}{uuid4().hex}"
    if final.exists():  # the same content, damaged or never pointed to: what was just checked takes its place
        final.rename(displaced)
    folder.rename(final)
    _sync(generations)
    _point_to(index_dir, manifest.id)
    prune(index_dir, _KEPT - 1)
    shutil.rmtree(displaced, ignore_errors=True)
    return final


def _point_to(index_dir: Path, generation: str) -> None:
    pointer = index_dir / f"{CURRENT}.new"
    pointer.write_text(generation + "\n", encoding="utf-8")
    _sync(pointer)
    pointer.replace(index_dir / CURRENT)
    _sync(index_dir)


def prune(index_dir: Path, keep: int) -> list[str]:
    """Delete generations that are not served but the newest few, and return their names.

    A reader that has one of them open answers on. Call it with the right to change the index.
    """
    deleted = []
    for old in other_generations(index_dir)[keep:]:
        shutil.rmtree(old, ignore_errors=True)
        deleted.append(old.name)
    return deleted


def roll_back(index_dir: Path, generation: str | None = None) -> Manifest:
    """Serve an earlier generation again, once it is found whole. Call it with the right to change the index.

    Args:
        index_dir: Where the generations stand.
        generation: Its name; None for the newest of those that are not served.

    Raises:
        IndexMissingError: There is no such generation.
        IndexDamagedError: It is not whole; the one that is served stays.
        IndexMismatchError: It has another format than this version reads; the one that is served stays.
    """
    others = [each for each in other_generations(index_dir) if generation in (None, each.name)]
    if not others:
        which = f"generation '{generation}'" if generation else "earlier generation"
        raise IndexMissingError(
            f"There is no {which} at {index_dir} to go back to.",
            "'citewell index status' lists those that are kept.",
        )
    index = Index(others[0])
    index.close()
    with _writing(index_dir):
        _point_to(index_dir, index.manifest.id)
    return index.manifest


def _sync_tree(folder: Path) -> None:
    for path in folder.rglob("*"):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
