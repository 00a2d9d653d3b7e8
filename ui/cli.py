"""The command `citewell`: ask, ingest, sources, ui, corpus check, index status and verify.

Only click is imported here: whatever is heavy is imported by the command that needs it. Not for layout.
"""

from __future__ import annotations

import errno
import io
import logging
import os
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from corpus.errors import CitewellError, SettingsError

if TYPE_CHECKING:
    from ingest.index import Index
    from ingest.pipeline import OnProgress, Report
    from retrieval.answer import Answer

INTERRUPTED = 130  # what shells report for a program that Ctrl-C ended
_NAMES_SHOWN = 10

_home = click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder that holds the index (else CITEWELL_HOME, else the user's data folder).",
)
_json = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, and nothing else, on standard output."
)


class _Commands(click.Group):
    """Commands in the order in which they are needed; every error ends here, none in a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (as click declares it)
        """Names in the order of this file."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  (as click declares it)
        """Run the command; Ctrl-C ends it without a word."""
        try:
            return super().invoke(ctx)
        except CitewellError as error:
            _fail(ctx, error)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        except OSError as error:
            if error.errno == errno.EPIPE:  # the reader has gone: click ends quietly
                raise
            where = f"{error.filename}: " if error.filename else ""
            what = f"{where}{error.strerror or error}."
            _fail(ctx, CitewellError(what, "Check the path, its permissions and the free space."))


class _LogLines(logging.Handler):
    """Log records as lines on standard error; where something went wrong only when asked for."""

    def __init__(self, verbose: bool) -> None:
        super().__init__(logging.INFO if verbose else logging.ERROR)
        self.verbose = verbose

    def emit(self, record: logging.LogRecord) -> None:
        """Print one record."""
        if self.verbose:
            click.echo(self.format(record), err=True)
        else:
            why = f" ({record.exc_info[1]!r})" if record.exc_info else ""
            _say(f"citewell: {record.getMessage()}{why}; 'citewell --verbose' shows more.", err=True)


def _fail(ctx: click.Context, error: CitewellError) -> NoReturn:
    """End with one line that says what is wrong and what helps."""
    _say(f"citewell: {' '.join(str(error).split())}", err=True)
    ctx.exit(error.exit_code)


def _say(text: str, err: bool = False) -> None:
    """Print one line in which nothing can steer the terminal."""
    from ui.terminal import neutralise

    click.echo(neutralise(text), err=err)


def _print_json(text: str) -> None:
    """Print JSON as UTF-8, whatever the terminal's encoding; control characters stand escaped in it."""
    unsafe = r"[\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
    click.echo(re.sub(unsafe, lambda match: f"\\u{ord(match.group()):04x}", text).encode())


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.option("--verbose", is_flag=True, help="Print log messages and tracebacks on standard error.")
@click.version_option(package_name="citewell", message="%(prog)s %(version)s")
def cli(verbose: bool) -> None:
    """Answers to medical questions, made only of statements that a source supports, each with its citation.

    \b
    Example:
      citewell ingest
      citewell ask "why does Valium work when SSRIs didn't"
    """  # noqa: D301  (\b is click's mark for lines that are not wrapped)
    logging.basicConfig(level=logging.INFO if verbose else logging.ERROR, handlers=[_LogLines(verbose)])


@cli.command(short_help="Answer a question, each statement with its citations.")
@click.argument("question", nargs=-1)
@_json
@_home
@click.pass_context
def ask(ctx: click.Context, question: tuple[str, ...], as_json: bool, home: Path | None) -> None:
    """Answer a QUESTION from the sources, each statement with its citations.

    Without a QUESTION, or with '-', it is read from standard input.

    \b
    Example:
      citewell ask how fast does diazepam work
      echo "is it safe to stop sertraline suddenly" | citewell ask --json
    """  # noqa: D301
    text = _question(question)
    with _waiting("Looking through the sources"):
        answer = _answer(text, home)
    if as_json:
        _print_json(answer.model_dump_json(indent=2))
    else:
        from ui.terminal import answer_lines, render

        colour = _colour()
        click.echo(render(answer_lines(answer, shutil.get_terminal_size().columns), colour), color=colour)
    if answer.outcome == "error":
        ctx.exit(1)


def _question(words: tuple[str, ...]) -> str:
    if words and words != ("-",):
        text = " ".join(words)
    elif not words and sys.stdin.isatty():
        raise click.UsageError('Type a question, as in: citewell ask "how does diazepam work".')
    else:
        text = sys.stdin.buffer.read().decode("utf-8", "replace")
    # Arguments that are no UTF-8 arrive as lone surrogates, which can be neither printed nor written as JSON.
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").strip()


def _answer(question: str, home: Path | None) -> Answer:
    from ingest.settings import Settings, load_settings
    from retrieval.pipeline import Citewell

    try:
        return Citewell(load_settings(home=home)).ask(question)
    except SettingsError as error:
        # An emergency is answered even then, and needs no index; everything else is told what is wrong.
        answer = Citewell(Settings.model_construct(home=Path(os.devnull))).ask(question)
        return answer.model_copy(update={"notes": (str(error),)}) if answer.outcome == "error" else answer


@cli.command(short_help="Bring the index up to date with files or folders.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH...]")
@_home
@click.pass_context
def ingest(ctx: click.Context, paths: tuple[Path, ...], home: Path | None) -> None:
    """Bring the index up to date with files or folders: Markdown, plain text, PDF.

    Without a PATH: the shipped corpus. What was ingested from elsewhere stays in the index.
    Files that cannot be read are named with a remedy, and the exit code is then 1.

    \b
    Example:
      citewell ingest
      citewell ingest ~/papers guideline.pdf
    """  # noqa: D301
    from ingest.pipeline import ingest as run_ingest
    from ingest.settings import load_settings

    settings = load_settings(home=home)
    with _progress() as on_progress:
        report = run_ingest(paths, settings, on_progress)
    _say_report(report)
    if report.names("skipped"):
        ctx.exit(1)


def _say_report(report: Report) -> None:
    counts: Counter[str] = Counter(outcome.state for outcome in report.outcomes)
    for state in ("changed", "removed"):
        names = [outcome.name for outcome in report.names(state)]
        more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
        if names:
            _say(f"{state}: {', '.join(names[:_NAMES_SHOWN])}{more}")
    for outcome in report.names("skipped"):
        _say(f"skipped: {outcome.why or outcome.name}", err=True)
    for note in report.notes:
        _say(note, err=True)
    states = ("added", "changed", "removed", "unchanged", "skipped")
    _say(f"Files: {', '.join(f'{counts[state]} {state}' for state in states)}.")
    if report.sources:
        _say(
            f"Index {report.generation}: {report.sources:,} sources, {report.passages:,} passages; "
            f"{report.embedded:,} texts embedded, {report.reused:,} reused; {report.took_s:.1f} s."
        )


@cli.command()
@click.option(
    "--kind", "kinds", multiple=True, help="Only this kind, such as 'meta-analysis'; may be repeated."
)
@_json
@_home
def sources(kinds: tuple[str, ...], as_json: bool, home: Path | None) -> None:
    """List the sources in the index.

    \b
    Example:
      citewell sources --kind guideline --kind label
      citewell sources --json | jq '.[].doi'
    """  # noqa: D301
    import json

    from corpus.record import Kind
    from ui.terminal import table_text

    known = [kind.value for kind in Kind]
    for kind in set(kinds) - set(known):
        raise click.BadParameter(f"'{kind}' is no kind. There are {', '.join(known)}.", param_hint="--kind")
    index = _open_index(home)
    chosen = [each for each in index.sources() if not kinds or each.kind in kinds]
    counts = {each.id: len(index.rows_where("s.id = ?", [each.id])) for each in chosen}
    if as_json:
        records = [{**each.model_dump(mode="json"), "passages": counts[each.id]} for each in chosen]
        _print_json(json.dumps(records, indent=2, ensure_ascii=False))
        return
    rows = [(str(counts[each.id]), each.kind, str(each.year or ""), each.title, each.id) for each in chosen]
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    click.echo(table_text(("passages", "kind", "year", "title", "id"), rows, width))
    _say(f"{len(chosen):,} sources, {sum(counts.values()):,} passages.", err=True)


def _open_index(home: Path | None) -> Index:
    from ingest.index import Index, current_folder
    from ingest.settings import load_settings

    return Index(current_folder(load_settings(home=home).index_dir))


@cli.command()
@click.option("--host", help="Address to listen on (else CITEWELL_HOST, else 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 picks a free one.")
@_home
def ui(host: str | None, port: int | None, home: Path | None) -> None:
    """Open the page: chat with sourced answers in a browser.

    \b
    Example:
      citewell ui --port 8080
    """  # noqa: D301
    from ingest.settings import load_settings
    from ui.page import launch

    launch(
        load_settings(home=home, host=host, port=port),
        on_ready=lambda address: _say(f"Citewell is at {address} (Ctrl-C ends it)."),
    )


@cli.group()
def corpus() -> None:
    """Work on the corpus: the sources as files.

    \b
    Example:
      citewell corpus check
    """  # noqa: D301


@corpus.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.pass_context
def check(ctx: click.Context, folder: Path | None) -> None:
    """Check every record of a corpus FOLDER (else the shipped one); each problem is one line.

    \b
    Example:
      citewell corpus check
      citewell corpus check my-sources
    """  # noqa: D301
    from corpus.check import check_corpus
    from corpus.files import CORPUS

    problems = check_corpus(folder or CORPUS)
    for problem in problems:
        _say(str(problem))
    _say(
        f"{len(problems)} problems in {folder or 'the shipped corpus'}." if problems else "No problems found."
    )
    if problems:
        ctx.exit(1)


@cli.group()
def index() -> None:
    """Look at the index on disk.

    \b
    Example:
      citewell index status
    """  # noqa: D301


@index.command()
@_json
@_home
def status(as_json: bool, home: Path | None) -> None:
    """Show which generation is served, its embedding model and its counts.

    \b
    Example:
      citewell index status --json
    """  # noqa: D301
    from ingest.index import current_folder, read_manifest
    from ingest.settings import load_settings

    folder = current_folder(load_settings(home=home).index_dir)
    manifest = read_manifest(folder)
    if as_json:
        _print_json(manifest.model_dump_json(indent=2))
        return
    size = sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())
    for name, value in (
        ("generation", manifest.id),
        ("made", manifest.created_at),
        ("model", manifest.embedding_model),
        ("sources", f"{manifest.sources:,}"),
        ("passages", f"{manifest.passages:,} of up to {manifest.passage_tokens} tokens"),
        ("sentences", f"{manifest.sentences:,}"),
        ("roots", ", ".join(manifest.roots)),
        ("folder", f"{folder} ({size / 1e6:.1f} MB)"),
    ):
        _say(f"{name:<12}{value}")


@index.command()
@_home
def verify(home: Path | None) -> None:
    """Check every file of the index against its checksum, and that it fits the embedding model.

    \b
    Example:
      citewell index verify
    """  # noqa: D301
    from ingest.embed import make_embedder
    from ingest.index import open_current
    from ingest.settings import load_settings

    settings = load_settings(home=home)
    manifest = open_current(settings.index_dir, make_embedder(settings)).manifest
    _say(f"Index {manifest.id} is whole: {len(manifest.files)} files match their checksums.")


def _colour() -> bool:
    """Whether standard output takes colour: only a terminal does, unless NO_COLOR says otherwise."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


@contextmanager
def _waiting(what: str) -> Iterator[None]:
    """Show on a terminal that something is going on."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


@contextmanager
def _progress() -> Iterator[OnProgress]:
    """Show progress bars on standard error, one a step, when it is a terminal."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def show(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(step)
            bar.update(tasks[step], completed=done, total=total)

        yield show


def main() -> None:
    """Run the command line; the entry point of `citewell`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(
            stream, io.TextIOWrapper
        ):  # a terminal that lacks a character shows '?' instead of failing
            stream.reconfigure(errors="replace")
    cli(prog_name="citewell")
