"""What a query has found so far, a JSON line for each step, so that a fetch that was cut off goes on.

A manifest holds the query and the ids of records, never a key. Not for the records: see `ingest.fetch.store`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from corpus.errors import FetchError
from ingest.document import digest
from ingest.fetch.store import write_whole

State = Literal["kept", "absent", "failed"]
FOLDER = ".manifests"  # hidden, so that ingest passes it over


class Manifest:
    """The progress of one query at one place.

    Args:
        folder: That of the place.
        query: What was asked, with all that decides on what is found.
        refresh: Begin anew, whatever was done before.

    Attributes:
        listed: Ids that the query found, once they are known all.
        paged: Ids that the pages read so far held.
        next_page: What the next page is asked by; None before the first.
        at_end: Whether the last page was read.
        states: What has become of each record.
    """

    def __init__(self, folder: Path, query: Mapping[str, str | int | bool], refresh: bool = False) -> None:
        name = digest(json.dumps(query, sort_keys=True), length=20)
        self.path = folder / FOLDER / f"{name}.jsonl"
        self.listed: list[str] | None = None
        self.paged: list[str] = []
        self.next_page: str | None = None
        self.at_end = False
        self.states: dict[str, State] = {}
        lines = [] if refresh else self._lines()
        if lines and "complete" in lines[-1]:
            # The query is asked again, for there may be more by now; what the place lacks stays known.
            lines = [line for line in lines if line.get("state") == "absent"]
        for line in lines:
            self._take(line)
        self._write([{"query": dict(query)}, *(line for line in lines if "query" not in line)])

    def _lines(self) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = []
        with suppress(OSError):
            for text in self.path.read_text(encoding="utf-8").splitlines():
                with suppress(ValueError):  # the last line of a run that was killed may be cut off
                    line = json.loads(text)
                    lines += [line] if isinstance(line, dict) else []
        return lines

    def _take(self, line: Mapping[str, Any]) -> None:
        if "listed" in line:
            self.listed = list(line["listed"])
        elif "page" in line:
            self.paged += line["page"]
            self.next_page, self.at_end = line["next"], line["next"] is None
        elif "id" in line:
            self.states[line["id"]] = line["state"]

    def _write(self, lines: Sequence[Mapping[str, Any]]) -> None:
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        write_whole(self.path, text.encode())

    def _add(self, line: Mapping[str, Any]) -> None:
        self._take(line)
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as error:
            raise FetchError(
                f"{self.path}: cannot be written ({error.strerror}).",
                "Check the free space and the permissions.",
            ) from error

    def list(self, ids: Sequence[str]) -> None:
        """Note all that the query found."""
        self._add({"listed": list(ids)})

    def page(self, ids: Sequence[str], following: str | None) -> None:
        """Note a page that was read, and what the next is asked by; None at the end."""
        self._add({"page": list(ids), "next": following})

    def note(self, id_: str, state: State, why: str = "") -> None:
        """Note what has become of a record."""
        self._add({"id": id_, "state": state} | ({"why": why} if why else {}))

    def complete(self) -> None:
        """Note that nothing is missing."""
        self._add({"complete": True})
