"""The command `citewell`: the group of all commands, `ask` and `ui`.

Only click is imported here: whatever is heavy is imported by the command that needs it. Not for layout.
"""

from __future__ import annotations

import io
import logging
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.errors import SettingsError
from ui.cli_audit import audit
from ui.cli_corpus import corpus
from ui.cli_fetch import fetch
from ui.cli_index import index, sources
from ui.cli_ingest import ingest
from ui.console import Commands, LogLines, has_colour, home_option, json_option, print_json, say, waiting

if TYPE_CHECKING:
    from retrieval.answer import Answer


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--verbose", is_flag=True, help="Print log messages and tracebacks on standard error.")
@click.version_option(package_name="citewell", message="%(prog)s %(version)s")
def cli(verbose: bool) -> None:
    """Answers to medical questions, made only of statements that a source supports, each with its citation.

    \b
    Example:
      citewell ingest
      citewell ask "why does Valium work when SSRIs didn't"
    """  # noqa: D301  (\b is click's mark for lines that are not wrapped)
    logging.basicConfig(level=logging.INFO if verbose else logging.ERROR, handlers=[LogLines(verbose)])


@click.command(short_help="Answer a question, each statement with its citations.")
@click.argument("question", nargs=-1)
@json_option
@home_option
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
    with waiting("Looking through the sources"):
        answer, privacy = _answer(text, home)
    if as_json:
        print_json(answer.model_dump_json(indent=2))
    else:
        from ui.terminal import answer_lines, render

        colour, width = has_colour(), shutil.get_terminal_size().columns
        click.echo(render(answer_lines(answer, width, privacy), colour), color=colour)
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


def _answer(question: str, home: Path | None) -> tuple[Answer, list[str]]:
    """The answer, and what is to be said of where the question went."""
    from ingest.settings import Settings, load_settings
    from retrieval.pipeline import Citewell
    from retrieval.privacy import privacy_lines

    try:
        settings = load_settings(home=home)
        return Citewell(settings).ask(question), privacy_lines(settings)
    except SettingsError as error:
        # An emergency is answered even then, and needs no index; everything else is told what is wrong.
        answer = Citewell(Settings.model_construct(home=Path(os.devnull))).ask(question)
        failed = answer.outcome == "error"
        return (answer.model_copy(update={"notes": (str(error),)}) if failed else answer), []


@click.command()
@click.option("--host", help="Address to listen on (else CITEWELL_HOST, else 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 picks a free one.")
@home_option
def ui(host: str | None, port: int | None, home: Path | None) -> None:
    """Open the page: chat with sourced answers in a browser.

    \b
    Example:
      citewell ui --port 8080
    """  # noqa: D301
    from ingest.settings import load_settings
    from ui.serve import launch

    launch(
        load_settings(home=home, host=host, port=port),
        on_ready=lambda address: say(f"Citewell is at {address} (Ctrl-C ends it)."),
    )


# In the order in which they are needed.
for _command in (ask, ingest, fetch, sources, ui, corpus, index, audit):
    cli.add_command(_command)


def main() -> None:
    """Run the command line; the entry point of `citewell`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that lacks a character shows '?' instead of failing.
            stream.reconfigure(errors="replace")
    cli(prog_name="citewell")
