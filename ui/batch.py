"""Answer a file of questions into a file of answers, one for one, going on where an earlier run stopped.

A run that was killed and run again makes the same file, byte for byte, as one that was not: what is measured
(`took_ms`, `timings_ms`) is set to nothing in it. Not for reading (`ui.batch_rows`) nor for keeping
(`ui.batch_journal`).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ui.batch_journal import Journal, write_atomically
from ui.batch_rows import Questions, Row, read_questions
from ui.console import inert_json, say
from ui.progress import progress

if TYPE_CHECKING:
    from ingest.settings import Settings
    from retrieval.answer import Answer
    from ui.scope import Scope

_FORMAT = 1  # raise it when what stands in a line changes


def run_batch(
    batch: Path, out: Path, form: str | None, workers: int, restart: bool, scope: Scope,
    home: Path | None,
) -> int:  # fmt: skip
    """Answer the questions of a file; the exit code: 0, or 1 where a row could not be answered.

    Args:
        batch: The file of questions.
        out: Where the answers go; its journal stands beside it until they are all there.
        form: ``jsonl`` or ``csv``; None goes by the name of `out`.
        workers: How many processes answer.
        restart: Keep nothing of an earlier run.
        scope: Which sources may be used.
        home: Folder that holds the index.

    Raises:
        QuestionsError, BatchBusyError, WorkerError: See the modules of these names.
        SettingsError, IndexMissingError, IndexDamagedError, IndexMismatchError: Nothing can be answered.
    """
    if out.resolve() == batch.resolve():
        raise click.UsageError("--out is the file of questions: choose another.")
    from ingest.generation import current_folder, read_manifest
    from ingest.settings import load_settings
    from retrieval.privacy import privacy_lines

    questions = read_questions(batch)
    settings = load_settings(home=home)
    generation = read_manifest(current_folder(settings.index_dir)).id
    for line in privacy_lines(settings):
        say(line, err=True)
    header = {
        "citewell batch": _FORMAT, "version": _version(), "index": generation,
        "settings": settings.fingerprint, "scope": scope.as_json(),
    }  # fmt: skip
    with Journal(out, header) as journal:
        journal.resume(lambda at, line: _is_of(questions.rows, at, line), restart)
        _say_resumed(journal, len(questions.rows), batch)
        _answer_rest(questions.rows, journal, settings, generation, scope, workers)
        as_csv = form == "csv" or (form is None and out.suffix.lower() == ".csv")
        write_atomically(out, _as_table(journal, questions) if as_csv else journal.lines())
        code = _say_done(questions, journal, out)
        journal.remove()
    return code


def _answer_rest(
    rows: Sequence[Row], journal: Journal, settings: Settings, generation: str, scope: Scope, workers: int
) -> None:
    from ui.batch_workers import answers_to

    rest = rows[journal.kept :]
    askable = [row for row in rest if not row.problem]
    done = journal.kept
    try:
        with (
            progress() as on_progress,
            closing(answers_to(askable, settings, generation, scope, workers)) as answers,
        ):
            on_progress("Answering", done, len(rows))
            for row in rest:
                answer = failed(row, settings) if row.problem else next(answers)
                journal.add(_line_of(row, answer))
                done += 1
                on_progress("Answering", done, len(rows))
    except KeyboardInterrupt:
        say(f"Stopped after {done:,} of {len(rows):,}. Run the same command again to go on.", err=True)
        raise


def failed(row: Row, settings: Settings) -> Answer:
    """What stands for a row that could not be read: an Answer that says so, with the disclaimer."""
    from retrieval.answer import Answer, Outcome, Receipt
    from retrieval.safety.disclaimer import disclaimer_for

    return Answer(
        question=row.question,
        outcome=Outcome.ERROR,
        notes=(f"Line {row.line}: {row.problem}",),
        disclaimer=disclaimer_for("error", settings.region),
        receipt=Receipt(settings=settings.fingerprint, took_ms=0.0),
    )


def _line_of(row: Row, answer: Answer) -> bytes:
    """One line of JSON: the row's line and id, its earlier questions, and the Answer without its timings."""
    receipt = answer.receipt.model_copy(update={"took_ms": 0.0, "timings_ms": {}})
    told = answer.model_copy(update={"receipt": receipt}).model_dump(mode="json")
    record = {"line": row.line, "id": row.id, "earlier": list(row.earlier), "answer": told}
    return inert_json(json.dumps(record, ensure_ascii=False)).encode() + b"\n"


def _is_of(rows: Sequence[Row], at: int, line: bytes) -> bool:
    """Whether a line of the journal answers the row at a place."""
    try:
        told = json.loads(line)
        row = rows[at]
        same = (told["line"], told["id"], tuple(told["earlier"])) == (row.line, row.id, row.earlier)
        return bool(same and told["answer"]["question"] == row.question and _is_same_problem(told, row))
    except (ValueError, LookupError, TypeError):
        return False


def _is_same_problem(told: dict[str, Any], row: Row) -> bool:
    return not row.problem or told["answer"]["notes"] == [f"Line {row.line}: {row.problem}"]


def _as_table(journal: Journal, questions: Questions) -> Iterator[bytes]:
    from retrieval.answer import Answer
    from ui.batch_csv import table_of

    told = (json.loads(line) for line in journal.lines())
    rows = ((each["line"], each["id"], Answer.model_validate(each["answer"])) for each in told)
    return table_of(rows, questions.delimiter)


def _say_resumed(journal: Journal, total: int, batch: Path) -> None:
    if journal.is_other:
        say("The earlier run had another index, other settings or other options: beginning anew.", err=True)
    if journal.kept:
        say(f"{journal.kept:,} of {total:,} questions of {batch.name} are answered: going on.", err=True)


def _say_done(questions: Questions, journal: Journal, out: Path) -> int:
    """Tell how the questions ended, and which rows could not be answered; the exit code."""
    outcomes: Counter[str] = Counter()
    for row, line in zip(questions.rows, journal.lines(), strict=True):
        answer = json.loads(line)["answer"]
        outcomes[answer["outcome"]] += 1
        if answer["outcome"] == "error":
            notes = " ".join(answer["notes"])
            say(notes if row.problem else f"Line {row.line}: {notes}", err=True)
    counts = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(outcomes.items()))
    say(f"{out}: {len(questions.rows):,} questions: {counts}.", err=True)
    return 1 if outcomes["error"] else 0


def _version() -> str:
    from importlib.metadata import version

    return version("citewell")
