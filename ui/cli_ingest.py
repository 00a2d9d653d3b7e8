"""`citewell ingest`: bring the index up to date, show the progress, and tell what became of each file.

Whatever is heavy is imported when the command runs. Not for the work itself: see `ingest.pipeline`.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ui.console import home_option, say

if TYPE_CHECKING:
    from ingest.report import OnProgress, Report

_NAMES_SHOWN = 10


@click.command(short_help="Bring the index up to date with files or folders.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH...]")
@home_option
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
            say(f"{state}: {', '.join(names[:_NAMES_SHOWN])}{more}")
    for outcome in report.names("skipped"):
        say(f"skipped: {outcome.why or outcome.name}", err=True)
    for note in report.notes:
        say(note, err=True)
    states = ("added", "changed", "removed", "unchanged", "skipped")
    say(f"Files: {', '.join(f'{counts[state]} {state}' for state in states)}.")
    if report.sources:
        say(
            f"Index {report.generation}: {report.sources:,} sources, {report.passages:,} passages; "
            f"{report.embedded:,} texts embedded, {report.reused:,} reused; {report.took_s:.1f} s."
        )


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
