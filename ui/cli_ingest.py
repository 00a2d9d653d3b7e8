"""`citewell ingest`: bring the index up to date, show the progress, and tell what became of each file.

Whatever is heavy is imported when the command runs. Not for the work itself: see `ingest.pipeline`.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ui.console import home_option, say
from ui.progress import progress

if TYPE_CHECKING:
    from ingest.report import Report

_NAMES_SHOWN = 10


@click.command(short_help="Bring the index up to date with files or folders.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH...]")
@click.option(
    "--map", "mapping", multiple=True, metavar="FIELD=COLUMN,...",
    help="Which column of a table holds what; kept beside it as NAME.map.yaml.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Change nothing; say what would be done.")
@click.option(
    "--wait", "wait_s", type=click.FloatRange(min=0), default=0.0, metavar="SECONDS",
    help="How long to wait while another ingest runs.",
)  # fmt: skip
@home_option
@click.pass_context
def ingest(
    ctx: click.Context, paths: tuple[Path, ...], mapping: tuple[str, ...], dry_run: bool, wait_s: float,
    home: Path | None,
) -> None:  # fmt: skip
    """Bring the index up to date with files or folders.

    Read are PubMed and Europe PMC records, MEDLINE, JATS papers, FDA drug labels (SPL, openFDA), MedlinePlus,
    MedQuAD, PDF, Word (DOCX), HTML, Markdown, plain text, CSV, TSV and JSON; gzipped too.

    Without a PATH: the shipped corpus. What was ingested from elsewhere stays in the index.
    Files that cannot be read are named with a remedy, and the exit code is then 1.

    \b
    Example:
      citewell ingest
      citewell ingest ~/papers guideline.pdf
      citewell ingest ~/papers --dry-run
      citewell ingest leaflets.csv --map title=Name,text=Body,url=Link
    """  # noqa: D301
    from ingest.pipeline import ingest as run_ingest
    from ingest.settings import load_settings

    settings = load_settings(home=home)
    if mapping:
        _keep_mapping(paths, mapping)
    with progress() as on_progress:
        report = run_ingest(paths, settings, on_progress, wait_s, dry_run=dry_run)
    _say_report(report, dry_run)
    if report.names("skipped"):
        ctx.exit(1)


def _keep_mapping(paths: tuple[Path, ...], mapping: tuple[str, ...]) -> None:
    from ingest.table_map import write_map

    if len(paths) != 1 or not paths[0].is_file():
        raise click.UsageError("--map is about one table: name that file alone.")
    pairs = [pair for pairs in mapping for pair in pairs.split(",")]
    say(f"{write_map(paths[0], pairs).name}: says from now on how {paths[0].name} is read.")


def _say_report(report: Report, dry_run: bool) -> None:
    counts: Counter[str] = Counter(outcome.state for outcome in report.outcomes)
    for state in ("added", "changed", "removed") if dry_run else ("changed", "removed"):
        names = [outcome.name for outcome in report.names(state)]
        more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
        if names:
            say(f"{state}: {', '.join(names[:_NAMES_SHOWN])}{more}")
    for outcome in report.names("skipped"):
        say(f"skipped: {outcome.why or outcome.name}", err=True)
    for outcome in report.outcomes:
        if outcome.why and outcome.state != "skipped":
            say(f"{outcome.state} in part: {outcome.why}", err=True)
    for note in report.notes:
        say(note, err=True)
    states = ("added", "changed", "removed", "unchanged", "skipped")
    say(f"Files: {', '.join(f'{counts[state]} {state}' for state in states)}.")
    if not report.sources:
        return
    say(
        f"{'Would be index' if dry_run else 'Index'} {report.generation}: {report.sources:,} sources, "
        f"{report.passages:,} passages; {report.embedded:,} embedded, {report.reused:,} reused; "
        f"{report.took_s:.1f} s."
    )
    if report.search not in ("", "exact"):
        say(f"Search by vector: {report.search}, recall@10 against exact search {report.recall_at_10:.3f}.")
    if dry_run:
        say("Nothing was changed.")
