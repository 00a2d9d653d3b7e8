"""`citewell corpus`: check the sources as files.

The rules are imported when the command runs. Not for the rules themselves: see `corpus.check`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ui.console import home_option, say

if TYPE_CHECKING:
    from corpus.lexicon import EntityKind


@click.group()
def corpus() -> None:
    """Work on the corpus: the sources as files.

    \b
    Example:
      citewell corpus check --online
      citewell corpus coverage
    """  # noqa: D301


@corpus.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--online", is_flag=True, help="Ask Crossref and PubMed about each record instead.")
@click.option("--refresh", is_flag=True, help="With --online: ask again what was asked within a day.")
@home_option
@click.pass_context
def check(ctx: click.Context, folder: Path | None, online: bool, refresh: bool, home: Path | None) -> None:
    """Check every record of a corpus FOLDER (else the shipped one); each problem is one line.

    With --online, titles, first authors, years and identifiers are held against Crossref and PubMed, and
    notices of retraction or concern are told.

    \b
    Example:
      citewell corpus check
      citewell corpus check my-sources
      citewell corpus check --online
    """  # noqa: D301
    from corpus.check import check_corpus
    from corpus.files import CORPUS

    if online:
        ctx.exit(_check_online(folder or CORPUS, refresh, home))
    problems = check_corpus(folder or CORPUS)
    for problem in problems:
        say(str(problem))
    say(
        f"{len(problems)} problems in {folder or 'the shipped corpus'}." if problems else "No problems found."
    )
    if problems:
        ctx.exit(1)


def _check_online(folder: Path, refresh: bool, home: Path | None) -> int:
    """Tell what the registries say of the records; the exit code."""
    from corpus.errors import UnreachableError
    from ingest.fetch.verify_records import check_online
    from ingest.settings import load_settings
    from ui.progress import progress

    with progress() as on_progress:
        checked = check_online(folder, load_settings(home=home), refresh, on_progress)
    for problem in checked.problems:
        say(str(problem))
    for why, names in checked.unasked.items():
        say(f"not checked: {len(names):,} records, such as {names[0]}: {why}", err=True)
    parts = [f"{len(checked.problems):,} problems in {checked.compared:,} records that were compared"]
    parts += [f"{checked.unasked_records:,} could not be asked about"] if checked.unasked else []
    parts += [f"{checked.elsewhere:,} have a DOI of another registry"] if checked.elsewhere else []
    parts += [f"{checked.without:,} have neither DOI nor PMID"] if checked.without else []
    say(f"{'; '.join(parts)}.")
    if checked.problems:
        return 1
    return UnreachableError.exit_code if checked.unasked else 0


@corpus.command()
@click.option(
    "--of",
    "kind",
    type=click.Choice(["drug", "class", "condition", "therapy", "substance"]),
    default="drug",
    show_default=True,
    help="What stands in the rows.",
)
@click.option(
    "--csv", "as_csv", is_flag=True, help="Print comma-separated values with the ids of the facets."
)
@home_option
def coverage(kind: EntityKind, as_csv: bool, home: Path | None) -> None:
    """Print how many works of the index stand behind each facet of each drug; an empty cell is a gap.

    \b
    Example:
      citewell corpus coverage
      citewell corpus coverage --of condition --csv > coverage.csv
    """  # noqa: D301
    from corpus.facets import load_facets
    from corpus.lexicon import load_lexicon
    from ingest.coverage import cover
    from ingest.embed import make_embedder
    from ingest.index import open_current
    from ingest.settings import load_settings
    from ui.coverage_table import as_values, render_table

    settings = load_settings(home=home)
    index = open_current(settings.index_dir, make_embedder(settings))
    found = cover(index, load_lexicon(), load_facets(), kind)
    click.echo(as_values(found) if as_csv else render_table(found, load_facets()))
