"""`citewell corpus`: check the sources as files.

The rules are imported when the command runs. Not for the rules themselves: see `corpus.check`.
"""

from __future__ import annotations

from pathlib import Path

import click

from ui.console import say


@click.group()
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
        say(str(problem))
    say(
        f"{len(problems)} problems in {folder or 'the shipped corpus'}." if problems else "No problems found."
    )
    if problems:
        ctx.exit(1)
