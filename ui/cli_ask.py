"""`citewell ask`: one question, answered whole or as it comes; or a file of questions.

Whatever is heavy is imported when the command runs, and nothing of it where a server answers. Not for the
answering (`ui.answerer`), nor for going through a file (`ui.batch`).
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ui.console import has_colour, home_option, json_option, print_json, waiting
from ui.scope import Scope, scope_of, scope_options

if TYPE_CHECKING:
    from collections.abc import Generator

    from rich.text import Text

    from retrieval.answer import Answer
    from retrieval.events import Event
    from ui.answerer import Answerer

_WAITING = "Looking through the sources"
_FILE = click.Path(dir_okay=False, path_type=Path)

local_option = click.option("--local", is_flag=True, help="Answer in this process, even where a server runs.")


@click.command(short_help="Answer a question, each statement with its citations.")
@click.argument("question", nargs=-1)
@json_option
@click.option(
    "--sources", "in_full", is_flag=True, help="Show sources in full, with the words that are cited."
)
@click.option("--stream", "as_it_comes", is_flag=True, help="Print each statement as soon as it is verified.")
@scope_options
@click.option("--batch", type=_FILE, metavar="FILE", help="Answer a file of questions: CSV, JSONL or text.")
@click.option("--out", type=_FILE, metavar="FILE", help="With --batch: where the answers go.")
@click.option(
    "--format", "form", type=click.Choice(["jsonl", "csv"]),
    help="With --batch: the form of the answers (else as --out ends).",
)  # fmt: skip
@click.option(
    "--workers", type=click.IntRange(1, 64), default=1, show_default=True,
    help="With --batch: how many processes answer.",
)  # fmt: skip
@click.option("--restart", is_flag=True, help="With --batch: do not go on where an earlier run stopped.")
@click.option(
    "--exit-outcome", is_flag=True,
    help="Exit with 10 for an abstention, 11 for a decline, 12 for an emergency.",
)  # fmt: skip
@local_option
@home_option
@click.pass_context
def ask(ctx: click.Context, /, **options: Any) -> None:  # noqa: ANN401  (see _Options)
    """Answer a QUESTION from the sources, each statement with its citations.

    Without a QUESTION, or with '-', it is read from standard input. Where a server of the same index runs on
    this machine ('citewell serve'), it answers. The exit code is 0 for every answer, also for one that says
    that the sources do not support one; 1 and 3 to 8 for errors (see docs/terminal.md).

    \b
    Example:
      citewell ask how fast does diazepam work
      citewell ask "ssri or benzodiazepine for panic" --kind meta-analysis --since 2015 --sources
      echo "is it safe to stop sertraline suddenly" | citewell ask --json
      citewell ask --batch questions.csv --out answers.jsonl
    """  # noqa: D301
    given = _Options(**options)
    scope = scope_of(given.kinds, given.since, given.until)
    if given.batch is not None:
        ctx.exit(_batch(given, scope))
    if given.out is not None or given.form is not None or given.restart:
        raise click.UsageError("--out, --format and --restart belong to --batch FILE.")
    text = question_of(given.question)
    with waiting(_WAITING):
        from ui.answerer import make_answerer

        answerer = make_answerer(given.home, given.local)
    answer = _asked(answerer, text, scope, given)
    ctx.exit(answerer.exit_code(answer, given.exit_outcome))


@dataclass(frozen=True, slots=True)
class _Options:
    """What `ask` was called with; one field an option."""

    question: tuple[str, ...]
    as_json: bool
    in_full: bool
    as_it_comes: bool
    kinds: tuple[str, ...]
    since: int | None
    until: int | None
    batch: Path | None
    out: Path | None
    form: str | None
    workers: int
    restart: bool
    exit_outcome: bool
    local: bool
    home: Path | None


def _batch(given: _Options, scope: Scope) -> int:
    if given.question or given.as_json or given.in_full or given.as_it_comes or given.exit_outcome:
        raise click.UsageError(
            "--batch takes no QUESTION, --json, --sources, --stream or --exit-outcome: "
            "each line of --out holds a whole Answer."
        )
    if given.out is None:
        raise click.UsageError("--batch needs --out FILE, where the answers go.")
    from ui.batch import run_batch

    return run_batch(
        given.batch or Path(), given.out, given.form, given.workers, given.restart, scope, given.home
    )


def _asked(answerer: Answerer, text: str, scope: Scope, given: _Options) -> Answer:
    """Answer the question on standard output."""
    if given.as_it_comes:
        events = answerer.stream(text, (), scope)
        if given.as_json:
            return print_events(events)
        return print_as_it_comes(events, answerer.privacy, given.in_full)
    with waiting(_WAITING):
        answer = answerer.ask(text, (), scope)
    if given.as_json:
        print_json(answer.model_dump_json(indent=2))
    else:
        from ui.terminal import answer_lines

        print_lines(answer_lines(answer, columns(), answerer.privacy, given.in_full))
    return answer


def print_as_it_comes(events: Iterator[Event], privacy: list[str], in_full: bool) -> Answer:
    """Print an answer statement by statement."""
    from ui.terminal import stream_lines

    parts: Generator[list[Text], None, Answer] = stream_lines(events, columns(), privacy, in_full)
    while True:
        try:
            print_lines(next(parts))
        except StopIteration as end:
            answer: Answer = end.value
            return answer


def print_events(events: Iterator[Event]) -> Answer:
    """Print the events of an answer as JSON, one a line; the last one holds the whole answer."""
    from retrieval.events import Done, Opening

    answer: Answer | None = None
    for event in events:
        if isinstance(event, Done):
            answer = event.answer
            told: dict[str, Any] = {"event": "done", "answer": answer.model_dump(mode="json")}
        else:
            sources = [each.model_dump(mode="json") for each in event.sources]
            if isinstance(event, Opening):
                warnings = [each.model_dump(mode="json") for each in event.warnings]
                told = {"event": "opening", "warnings": warnings, "sources": sources}
            else:
                statement = event.statement.model_dump(mode="json")
                told = {"event": "statement", "statement": statement, "sources": sources}
        print_json(json.dumps(told, ensure_ascii=False))
    if answer is None:
        raise TypeError("the events of an answer ended without the answer")
    return answer


def print_lines(lines: list[Text]) -> None:
    """Print lines, in colour where the terminal wants it."""
    from ui.sheet import render

    colour = has_colour()
    click.echo(render(lines, colour), color=colour)


def columns() -> int:
    """How many cells a line of the terminal has."""
    return shutil.get_terminal_size().columns


def question_of(words: tuple[str, ...]) -> str:
    """The question on the command line, else on standard input."""
    if words and words != ("-",):
        text = " ".join(words)
    elif not words and sys.stdin.isatty():
        raise click.UsageError('Type a question, as in: citewell ask "how does diazepam work".')
    else:
        text = sys.stdin.buffer.read().decode("utf-8", "replace")
    return as_text(text)


def as_text(words: str) -> str:
    """What was typed, as text that can be printed: bytes that are no UTF-8 arrive as lone surrogates."""
    return words.encode("utf-8", "surrogateescape").decode("utf-8", "replace").strip()
