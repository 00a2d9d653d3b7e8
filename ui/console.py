"""What all commands share: how they print, their common options, and how every error ends in one line.

Nothing heavy is imported here. Not for what an answer looks like: see `ui.terminal`.
"""

from __future__ import annotations

import errno
import logging
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click

from corpus.errors import CitewellError

_INTERRUPTED = 130  # what shells report for a program that Ctrl-C ended

home_option = click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder that holds the index (else CITEWELL_HOME, else the user's data folder).",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, and nothing else, on standard output."
)


class Commands(click.Group):
    """Commands in the order in which they are needed; every error ends here, none in a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (as click declares it)
        """Names in the order in which the commands were added."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  (as click declares it)
        """Run the command; Ctrl-C ends it without a word."""
        try:
            return super().invoke(ctx)
        except CitewellError as error:
            _fail(ctx, error)
        except KeyboardInterrupt:
            ctx.exit(_INTERRUPTED)
        except OSError as error:
            if error.errno == errno.EPIPE:  # the reader has gone: click ends quietly
                raise
            where = f"{error.filename}: " if error.filename else ""
            what = f"{where}{error.strerror or error}."
            _fail(ctx, CitewellError(what, "Check the path, its permissions and the free space."))


class LogLines(logging.Handler):
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
            say(f"citewell: {record.getMessage()}{why}; 'citewell --verbose' shows more.", err=True)


def _fail(ctx: click.Context, error: CitewellError) -> NoReturn:
    """End with one line that says what is wrong and what helps."""
    say(f"citewell: {' '.join(str(error).split())}", err=True)
    ctx.exit(error.exit_code)


def say(text: str, err: bool = False) -> None:
    """Print one line in which nothing can steer the terminal."""
    from ui.sheet import neutralise

    click.echo(neutralise(text), err=err)


def print_json(text: str) -> None:
    """Print JSON as UTF-8, whatever the terminal's encoding; control characters stand escaped in it."""
    click.echo(inert_json(text).encode())


def inert_json(text: str) -> str:
    """The same JSON, in which nothing steers a terminal or ends a line."""
    unsafe = r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
    return re.sub(unsafe, lambda match: f"\\u{ord(match.group()):04x}", text)


def has_colour() -> bool:
    """Whether standard output takes colour: only a terminal does, unless NO_COLOR says otherwise."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Show on a terminal that something is going on."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield
