"""`citewell chat`: a conversation in the terminal, or line by line from a pipe.

Not for what the lines do: see `ui.chat`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click

from ui.cli_ask import as_text, local_option
from ui.console import home_option, say, waiting
from ui.scope import scope_of, scope_options

_PROMPT = "> "
_WELCOME = "Ask about medicines; follow-ups are understood. /help lists the commands, Ctrl-D ends."


@click.command(short_help="Talk: questions, follow-ups, and what stands behind each answer.")
@scope_options
@local_option
@home_option
@click.pass_context
def chat(
    ctx: click.Context,
    kinds: tuple[str, ...],
    since: int | None,
    until: int | None,
    local: bool,
    home: Path | None,
) -> None:
    """Talk with the sources: follow-ups are understood from what was asked before.

    /sources shows the sources in full, /show N what is cited of one, /new begins anew, /export FILE writes
    the conversation with its references as Markdown, /help lists all. Ctrl-C stops an answer; at the prompt
    it ends, as Ctrl-D does. From a pipe, each line is a question. Nothing is kept on disk.

    \b
    Example:
      citewell chat
      citewell chat --kind guideline --since 2015
      printf 'how does diazepam work\\nand sertraline?\\n' | citewell chat
    """  # noqa: D301
    scope = scope_of(kinds, since, until)
    with waiting("Opening the sources"):
        from ui.answerer import make_answerer
        from ui.chat import Chat

        talk = Chat(make_answerer(home, local), scope)
    is_talk = sys.stdin.isatty()
    if is_talk:
        say(_WELCOME)
    for line in _typed() if is_talk else _piped():
        try:
            if not talk.take(line):
                break
        except KeyboardInterrupt:  # ends the answer, not the conversation
            if not is_talk:
                raise
            say("Stopped.")
        click.echo()
    ctx.exit(0 if is_talk else talk.exit_code)


def _piped() -> Iterator[str]:
    """The lines of standard input, each shown before what it brings about."""
    for raw in sys.stdin.buffer:
        line = as_text(raw.decode("utf-8", "replace"))
        if line:
            say(f"{_PROMPT}{line}")
        yield line


def _typed() -> Iterator[str]:
    """What is typed, line by line; the arrow keys bring earlier lines back, from this conversation alone."""
    with suppress(ImportError):  # systems without it have no line editing
        import readline  # noqa: F401  (input() uses it)
    while True:
        try:
            line = input(_PROMPT)
        except (EOFError, KeyboardInterrupt):
            click.echo()
            return
        yield as_text(line)
