"""The folder of a generation: its manifest, the checksums of its files, and which generation is served.

Not for what the files hold: see `ingest.index`.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from corpus.errors import IndexDamagedError, IndexMismatchError, IndexMissingError
from ingest.document import digest
from ingest.nearest import Nearness
from ingest.store import RECORDS

FORMAT = 5  # raise it when what is stored, or how a text is read or cut, changes: everything is built anew
MANIFEST = "manifest.json"
CURRENT = "CURRENT"
GENERATIONS = "generations"

REBUILD = "Run 'citewell ingest' to build it again from its sources."


class Manifest(BaseModel):
    """What a generation is made of, with the SHA-256 of every file in it.

    Attributes:
        question_fingerprint: Of the reader that encoded the expected questions (`ingest.asking`).
        recipe: Hash of everything but the sources that decides on the passages and their vectors.
        search: How its passages are searched by vector.
        roots: What was ingested, by path; ``corpus`` for the shipped one.
        seal: Hash of all other fields, so that damage to the manifest itself is seen.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    id: str
    recipe: str
    created_at: str
    embedding_model: str
    embedding_fingerprint: str
    question_fingerprint: str
    dimension: int
    passage_tokens: int
    sources: int
    passages: int
    sentences: int
    search: Nearness
    roots: tuple[str, ...]
    files: dict[str, str]
    seal: str = ""

    def sealed(self) -> Manifest:
        """The same manifest with its seal."""
        return self.model_copy(update={"seal": digest(self.model_dump_json(exclude={"seal"}), length=64)})


def read_manifest(folder: Path) -> Manifest:
    """Read a generation's manifest.

    Raises:
        IndexDamagedError: It is missing or is not what was published.
        IndexMismatchError: The generation has another format than this version reads.
    """
    try:
        raw = json.loads((folder / MANIFEST).read_bytes())
        if isinstance(raw, dict) and raw.get("format", FORMAT) != FORMAT:
            raise IndexMismatchError(
                f"The index at {folder} has format {raw['format']}; this version reads {FORMAT}.", REBUILD
            )
        manifest = Manifest.model_validate(raw)
    except (OSError, ValueError, RecursionError) as error:
        raise IndexDamagedError(
            f"The index at {folder} is damaged: its manifest cannot be read.", REBUILD
        ) from error
    if manifest.sealed() != manifest:
        raise IndexDamagedError(
            f"The index at {folder} is damaged: {MANIFEST} is not what was published.", REBUILD
        )
    return manifest


def verify(folder: Path, manifest: Manifest) -> None:
    """Check every file of a generation against its checksum.

    Raises:
        IndexDamagedError: One is missing, cannot be read, or differs from what was published.
    """
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise IndexDamagedError(f"The index at {folder} is damaged: {name} is missing.", REBUILD)
        try:
            is_same = file_sha256(path) == expected
        except OSError as error:
            raise IndexDamagedError(
                f"The index at {folder} cannot be read: {name}: {error.strerror}.", REBUILD
            ) from error
        if not is_same:
            raise IndexDamagedError(
                f"The index at {folder} is damaged: {name} is not what was published.", REBUILD
            )


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def current_folder(index_dir: Path) -> Path:
    """Folder of the generation that is served.

    Raises:
        IndexMissingError: Nothing has been published.
        IndexDamagedError: The pointer names a generation that is not there.
    """
    try:
        name = (index_dir / CURRENT).read_bytes().decode("ascii", "replace").strip()
    except OSError as error:
        raise IndexMissingError(
            f"There is no index at {index_dir} yet.", "Run 'citewell ingest' to build it."
        ) from error
    folder = index_dir / GENERATIONS / name
    if not re.fullmatch(r"g-[0-9a-f]{1,64}", name) or not folder.is_dir():
        raise IndexDamagedError(
            f"The index at {index_dir} is damaged: generation '{name[:80]}' is missing.", REBUILD
        )
    return folder


def other_generations(index_dir: Path) -> list[Path]:
    """Folders of the generations that are not served, the newest first."""
    try:
        served = (index_dir / CURRENT).read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        served = ""
    found = [each for each in (index_dir / GENERATIONS).glob("*") if each.name != served]
    return sorted(found, key=lambda each: (each.stat().st_mtime, each.name), reverse=True)


def known_roots(index_dir: Path) -> set[str]:
    """Find out what was ever ingested, from whatever can still be read of a damaged or older index."""
    roots: set[str] = set()
    for folder in (index_dir / GENERATIONS).glob("*"):
        try:
            found = json.loads((folder / MANIFEST).read_bytes())["roots"]
            roots.update(each for each in found if isinstance(each, str))
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            roots |= _roots_in_records(folder / RECORDS)
    return roots


def _roots_in_records(path: Path) -> set[str]:
    try:
        with closing(sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True)) as database:
            return {str(root) for (root,) in database.execute("SELECT DISTINCT root FROM sources")}
    except sqlite3.Error:
        return set()
