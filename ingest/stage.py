"""The documents of a generation that is being made, on disk: those that are new in full, the others by name.

What is in memory does not grow with the corpus. Not for what decides which are new: see `ingest.collect`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

from corpus.record import Source, SourceId
from ingest.index import Index
from ingest.retractions import mark_copies
from ingest.stock import StoredDocument
from ingest.store import pack, unpack

_SCHEMA = """
PRAGMA synchronous = OFF;
CREATE TABLE added (
    id TEXT PRIMARY KEY, record TEXT NOT NULL, text TEXT NOT NULL, passages TEXT NOT NULL,
    root TEXT NOT NULL, name TEXT NOT NULL, file_sha256 TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE kept (id TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_BATCH = 1000

Worse = Callable[[Source, Source], bool]


class Stage:
    """Documents by their ids. Use it as a context manager.

    Args:
        path: A file that is made for it.
        before: The generation that the kept documents are read from.
    """

    def __init__(self, path: Path, before: Index | None) -> None:
        self._before = before
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.executescript(_SCHEMA)
        self._database.execute("BEGIN")  # one transaction, never committed: the file is thrown away

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Forget what was added and kept inside when it ends in an error."""
        self._database.execute("SAVEPOINT inside")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK TO inside")
            raise
        finally:
            self._database.execute("RELEASE inside")

    def __len__(self) -> int:
        (count,) = self._database.execute(
            "SELECT (SELECT count(*) FROM added) + (SELECT count(*) FROM kept)"
        ).fetchone()
        return int(count)

    @property
    def added(self) -> int:
        """How many documents are not taken from the earlier generation as they are."""
        (count,) = self._database.execute("SELECT count(*) FROM added").fetchone()
        return int(count)

    def add(self, document: StoredDocument) -> None:
        """Add a document, in the place of one of the same id."""
        passages = json.dumps([pack(passage) for passage in document.passages])
        self._database.execute("DELETE FROM kept WHERE id = ?", (document.source.id,))
        self._database.execute(
            "INSERT OR REPLACE INTO added VALUES (?,?,?,?,?,?,?)",
            (document.source.id, document.source.model_dump_json(exclude_defaults=True), document.text,
             passages, document.root, document.name, document.file_sha256),
        )  # fmt: skip

    def keep(self, ids: Iterable[SourceId]) -> None:
        """Keep documents of the earlier generation; where one of the same id is there, that stays."""
        self._database.executemany(
            "INSERT OR IGNORE INTO kept SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM added WHERE id = ?1)",
            ((each,) for each in ids),
        )

    def find(self, id_: SourceId) -> tuple[Source, str] | None:
        """The record of a document, and the name of the file that it is of; None where there is none."""
        found = self._database.execute("SELECT record, name FROM added WHERE id = ?", (id_,)).fetchone()
        if found is not None:
            return Source.model_validate_json(found[0]), str(found[1])
        if self._database.execute("SELECT 1 FROM kept WHERE id = ?", (id_,)).fetchone() is None:
            return None
        return self._earlier.source(id_), self._earlier.file_of(id_)

    @property
    def _earlier(self) -> Index:
        if self._before is None:
            raise LookupError("nothing can be kept, for there is no earlier generation")
        return self._before

    def documents(self) -> Iterator[StoredDocument]:
        """All of them, by their ids."""
        return (self._read(id_, is_kept) for id_, is_kept in self._ids())

    def _ids(self) -> Iterator[tuple[SourceId, bool]]:
        at = ""
        sql = (
            "SELECT id, 0 FROM added WHERE id > ?1 UNION ALL SELECT id, 1 FROM kept WHERE id > ?1 "
            "ORDER BY id LIMIT ?2"
        )
        while rows := self._database.execute(sql, (at, _BATCH)).fetchall():
            yield from ((SourceId(id_), bool(is_kept)) for id_, is_kept in rows)
            at = rows[-1][0]

    def _read(self, id_: SourceId, is_kept: bool) -> StoredDocument:
        if is_kept:
            return self._earlier.document(id_)
        record, text, passages, root, name, sha256 = self._database.execute(
            "SELECT record, text, passages, root, name, file_sha256 FROM added WHERE id = ?", (id_,)
        ).fetchone()
        return StoredDocument(
            Source.model_validate_json(record),
            text,
            tuple(map(unpack, json.loads(passages))),
            root,
            name,
            sha256,
        )

    def mark_retractions(self) -> None:
        """Carry what any record says of a retraction to all records of that work (`ingest.retractions`)."""
        telling = [each for each in self._records() if each.source.retracted or each.source.concern]
        if not telling:
            return
        records = self._records()
        while batch := list(islice(records, _BATCH)):
            self._mark(batch, telling)

    def _mark(self, batch: Sequence[StoredDocument], telling: Sequence[StoredDocument]) -> None:
        for old, new in zip(batch, mark_copies([*batch, *telling]), strict=False):
            if new is not old:
                whole = self._read(SourceId(old.source.id), self._is_kept(old.source.id))
                self.add(replace(whole, source=new.source))

    def _is_kept(self, id_: str) -> bool:
        return self._database.execute("SELECT 1 FROM kept WHERE id = ?", (id_,)).fetchone() is not None

    def _records(self) -> Iterator[StoredDocument]:
        """All documents without their texts."""
        for id_, _ in self._ids():
            found = self.find(id_)
            if found is not None:
                yield StoredDocument(found[0], "", (), "", found[1], "")
