"""Files of one JSON object a line that outlive a crash: a line is whole or it was never there.

Not for what stands in them: see `evals.review.ratings` and `evals.judge.judgement`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

from filelock import FileLock
from pydantic import BaseModel, ValidationError

from corpus.errors import CitewellError

Row = TypeVar("Row", bound=BaseModel)


class LineError(CitewellError):
    """A line of a file of ratings or judgements cannot be read."""


def append_line(path: Path, row: BaseModel) -> None:
    """Add a row; when this returns, it is on the disk.

    What a crash left of a line is cut off first, so that it cannot run into this one.
    """
    data = row.model_dump_json(exclude_none=True).encode() + b"\n"
    # Threads of one server, and two servers over one file, take turns.
    with FileLock(path.with_name(f".{path.name}.lock")), path.open("ab+") as file:
        file.seek(0)
        file.truncate(_whole(file.read()))
        file.seek(0, os.SEEK_END)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def read_lines(path: Path, kind: type[Row]) -> list[Row]:
    """Read the rows of a file, in order; none where there is no file.

    Raises:
        LineError: A line is no such row. A last line that a crash cut off does not count.
    """
    if not path.exists():
        return []
    data = path.read_bytes()
    rows = []
    for number, line in enumerate(data[: _whole(data)].splitlines(), start=1):
        try:
            rows.append(kind.model_validate_json(line))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise LineError(
                f"{path}, line {number}: {where}{': ' if where else ''}{first['msg']}.",
                "Mend or delete that line.",
            ) from error
    return rows


def _whole(data: bytes) -> int:
    """How many bytes of a file are whole lines."""
    return data.rfind(b"\n") + 1
