"""Make a built generation the served one: whole or not at all.

Everything is written beside, synced and checked; then one atomic rename of the pointer switches over.
A process that dies before that rename leaves the earlier generation served.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

from corpus.errors import CitewellError, IndexBusyError
from ingest.generation import CURRENT, GENERATIONS, MANIFEST, Manifest, file_sha256
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
    holder = index_dir / "LOCK.holder"
    lock = FileLock(index_dir / "LOCK", timeout=wait_s)
    try:
        with _writing(index_dir):
            index_dir.mkdir(parents=True, exist_ok=True)
            lock.acquire()
    except Timeout as error:
        who = holder.read_text(encoding="utf-8") if holder.exists() else "unknown"
        raise IndexBusyError(
            f"Another ingest (process {who}) is changing the index at {index_dir}.",
            "Wait until it has finished, then try again.",
        ) from error
    try:
        with _writing(index_dir):
            holder.write_text(str(os.getpid()), encoding="utf-8")
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
    _prune(generations, manifest.id)
    shutil.rmtree(displaced, ignore_errors=True)
    return final


def _point_to(index_dir: Path, generation: str) -> None:
    pointer = index_dir / f"{CURRENT}.new"
    pointer.write_text(generation + "\n", encoding="utf-8")
    _sync(pointer)
    pointer.replace(index_dir / CURRENT)
    _sync(index_dir)


def _prune(generations: Path, served: str) -> None:
    others = sorted(
        (each for each in generations.iterdir() if each.name != served),
        key=lambda each: each.stat().st_mtime,
        reverse=True,
    )
    for old in others[_KEPT - 1 :]:
        shutil.rmtree(old, ignore_errors=True)


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
