"""The folder of a run: write it while it runs, read it afterwards.

`run.json` says what was run, `answers.jsonl` holds a line a question with the whole answer and its scores,
`scores.json` the figures (byte-identical for the same index and settings), `timings.json` what differs from
run to run. Not for making any of it: see `evals.runner`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from corpus.errors import CitewellError
from evals.questions import Question
from retrieval.answer import Answer

FORMAT = 1
RUN, ANSWERS, SCORES, TIMINGS = "run.json", "answers.jsonl", "scores.json", "timings.json"
_PARTIAL = "answers.partial.jsonl"

System = Literal["citewell", "dense", "bm25", "langchain"]


class RunError(CitewellError):
    """A run folder cannot be read, or holds another run than the one asked for."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SetInfo(_Part):
    """A set that was run.

    Attributes:
        sha256: Of its questions.
        questions: How many were asked.
        index: The one that it was asked over, where it brought its own documents.
    """

    name: str
    sha256: str
    questions: int
    index: str | None = None


class RunInfo(_Part):
    """What was run; equal for two equal runs."""

    format: int = FORMAT
    sets: tuple[SetInfo, ...]
    system: System
    index: str | None
    embedding_model: str | None
    embedding_fingerprint: str | None
    llm: str | None
    settings: str
    citewell_version: str


class Record(_Part):
    """One question with its answer and scores; a score is None where there was nothing to count."""

    id: str
    set: str
    question: Question
    answer: Answer
    scores: dict[str, float | None]

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from the other questions of a run."""
        return self.set, self.id

    @property
    def tags(self) -> tuple[str, ...]:
        """The question's tags, and its set and split as tags."""
        return (*self.question.tags, f"set:{self.set}", f"split:{self.question.split}")


class Figure(_Part):
    """A metric over a run: its value, over how many questions, and the ends of its 95 % interval."""

    value: float | None
    n: int
    low: float | None = None
    high: float | None = None


class Scores(_Part):
    """All figures of a run, and those of the questions of each tag."""

    metrics: dict[str, Figure]
    tags: dict[str, dict[str, Figure]]


class Run(_Part):
    """A finished run as it lies in its folder."""

    folder: Path
    info: RunInfo
    records: tuple[Record, ...]
    scores: Scores
    timings: dict[str, Any]

    @property
    def name(self) -> str:
        """The folder's own name."""
        return self.folder.resolve().name

    def by_key(self) -> dict[tuple[str, str], Record]:
        """Its records under set and id."""
        return {each.key: each for each in self.records}


def read_run(folder: Path) -> Run:
    """Read a finished run.

    Raises:
        RunError: The folder holds none, only a part of one, or one that was written otherwise.
    """
    if not (folder / SCORES).is_file():
        what = "holds a run that is not finished" if (folder / RUN).is_file() else "holds no run"
        raise RunError(f"{folder} {what}.", f"Make it with 'citewell eval run SET --out {folder}'.")
    try:
        info = RunInfo.model_validate_json(_text(folder / RUN))
        if info.format != FORMAT:
            raise ValueError(f"format {info.format}, where {FORMAT} is read")
        records = tuple(_records(folder / ANSWERS))
        scores = Scores.model_validate_json(_text(folder / SCORES))
        timings = json.loads(_text(folder / TIMINGS))
        return Run(folder=folder, info=info, records=records, scores=scores, timings=timings)
    except (OSError, ValueError, ValidationError) as error:
        problem = " ".join(str(error).split())[:300]
        raise RunError(f"{folder} cannot be read as a run: {problem}.", "Make it anew.") from error


def _records(path: Path) -> list[Record]:
    with path.open(encoding="utf-8") as lines:
        return [Record.model_validate_json(line) for line in lines]


def begin_run(folder: Path, info: RunInfo) -> dict[tuple[str, str], Record]:
    """Make the folder ready, and give what an earlier start of the same run has already answered.

    Raises:
        RunError: The folder holds another run.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / RUN).is_file():
        earlier = RunInfo.model_validate_json(_text(folder / RUN))
        if earlier != info:
            raise RunError(
                f"{folder} holds another run ({_difference(earlier, info)}).",
                "Name another folder, or delete that one.",
            )
        if (folder / SCORES).is_file():
            return {each.key: each for each in _records(folder / ANSWERS)}
        return {each.key: each for each in _whole_lines(folder / _PARTIAL)}
    # What is there without a run.json was never a run's; it is not added to.
    (folder / _PARTIAL).unlink(missing_ok=True)
    _write(folder / RUN, info.model_dump_json(indent=1) + "\n")
    return {}


def _difference(earlier: RunInfo, info: RunInfo) -> str:
    before, now = earlier.model_dump(), info.model_dump()
    return ", ".join(name for name in now if before[name] != now[name]) + " differ"


def _whole_lines(path: Path) -> list[Record]:
    """What was kept before the run was cut off; a line cut in two is dropped, and the file mended."""
    if not path.is_file():
        return []
    kept: list[Record] = []
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    for line in lines:
        try:
            kept.append(Record.model_validate_json(line))
        except ValidationError:
            break
    if len(kept) < len(lines):
        _write(path, "".join(_line(each) for each in kept))
    return kept


def keep(folder: Path, record: Record) -> None:
    """Add one answered question to a run that is under way, so that it outlives a kill."""
    with (folder / _PARTIAL).open("a", encoding="utf-8") as file:
        file.write(_line(record))


def end_run(folder: Path, records: Sequence[Record], scores: Scores, timings: Mapping[str, object]) -> None:
    """Write what a finished run holds; `scores.json` last, for its presence says that the run is whole."""
    _write(folder / ANSWERS, "".join(_line(each) for each in records))
    _write(folder / TIMINGS, json.dumps(timings, indent=1) + "\n")
    _write(folder / SCORES, json.dumps(scores.model_dump(), indent=1, sort_keys=True) + "\n")
    (folder / _PARTIAL).unlink(missing_ok=True)


def _line(record: Record) -> str:
    row = {
        "id": record.id,
        "set": record.set,
        "question": record.question.model_dump(mode="json", exclude_defaults=True),
        "answer": record.answer.model_dump(mode="json"),
        "scores": record.scores,
    }
    return json.dumps(row, ensure_ascii=False) + "\n"


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    beside = path.with_name(path.name + ".new")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)  # noqa: PTH105  (atomic on every system)
