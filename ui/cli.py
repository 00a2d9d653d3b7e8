"""The command `citewell`: the group of all commands.

Only click is imported here: whatever is heavy is imported by the command that needs it. Not for layout.
"""

from __future__ import annotations

import io
import logging
import sys

import click

from ui.cli_ask import ask
from ui.cli_audit import audit
from ui.cli_chat import chat
from ui.cli_complete import complete
from ui.cli_corpus import corpus
from ui.cli_eval import evaluate
from ui.cli_feedback import feedback
from ui.cli_fetch import fetch
from ui.cli_index import index, sources
from ui.cli_ingest import ingest
from ui.cli_mcp import mcp
from ui.cli_search import search
from ui.cli_serve import serve, ui
from ui.cli_settings import settings
from ui.cli_show import show
from ui.console import Commands, LogLines


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


# In the order in which they are needed.
for _command in (
    ask, chat, ingest, fetch, search, show, sources, ui, serve, mcp, settings, corpus, index, audit, feedback,
    evaluate, complete,
):  # fmt: skip
    cli.add_command(_command)


def main() -> None:
    """Run the command line; the entry point of `citewell`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that lacks a character shows '?' instead of failing.
            stream.reconfigure(errors="replace")
    cli(prog_name="citewell")
