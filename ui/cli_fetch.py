"""`citewell fetch`: get records from the places that publish them, then bring the index up to date with them.

Whatever is heavy is imported when a command runs. Not for the fetching itself: see `ingest.fetch`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from corpus.errors import CitewellError
from ui.cli_ingest import ingest
from ui.console import home_option, say
from ui.progress import progress

if TYPE_CHECKING:
    from ingest.fetch.fetch import Fetched, Wish
    from ingest.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])
_NAMES_SHOWN = 10


@click.group()
def fetch() -> None:
    """Fetch records from where they are published, by the rules of each place, and ingest them.

    What is there already is not fetched again; a fetch that was cut off goes on where it was. Each place is
    told the e-mail address in CITEWELL_EMAIL, as most ask for; keys are CITEWELL_NCBI_API_KEY and
    CITEWELL_OPENFDA_API_KEY.

    \b
    Example:
      citewell fetch pubmed "diazepam mechanism of action" --max 200
      citewell fetch dailymed diazepam
      citewell fetch citations summary_diazepam --full-text
    """  # noqa: D301


def _options(command: Command) -> Command:
    """What all places have in common."""
    for option in (
        home_option,
        click.option("--no-ingest", is_flag=True, help="Fetch only; 'citewell ingest' takes it in later."),
        click.option("--refresh", is_flag=True, help="Fetch also what is there: it may have changed."),
        click.option(
            "--max", "most", type=click.IntRange(1, 10_000), default=200, show_default=True,
            help="Most records.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


_full_text_option = click.option(
    "--full-text", is_flag=True, help="Also the full texts of open-access articles, from Europe PMC."
)


@fetch.command()
@click.argument("query")
@_options
def pubmed(query: str, **options: Any) -> None:  # noqa: ANN401  (the options that all have)
    """PubMed records that a QUERY finds, in PubMed's own search language.

    \b
    Example:
      citewell fetch pubmed "diazepam mechanism of action" --max 200
      citewell fetch pubmed "sertraline[ti] AND meta-analysis[pt]"
    """  # noqa: D301
    from ingest.fetch.fetch import fetch_pubmed

    _run(lambda settings, wish: fetch_pubmed(settings, _not_empty(query), wish), **options)


@fetch.command()
@click.argument("query")
@click.option("--full-text", is_flag=True, help="Full texts of open-access articles instead of abstracts.")
@_options
def europepmc(query: str, full_text: bool, **options: Any) -> None:  # noqa: ANN401
    """Abstracts that a QUERY finds at Europe PMC, or with --full-text its open-access full texts.

    \b
    Example:
      citewell fetch europepmc "TITLE:buspirone" --full-text --max 50
    """  # noqa: D301
    from ingest.fetch.fetch import fetch_europepmc

    _run(lambda settings, wish: fetch_europepmc(settings, _not_empty(query), wish, full_text), **options)


@fetch.command()
@click.argument("drug")
@_options
def dailymed(drug: str, **options: Any) -> None:  # noqa: ANN401
    """US labels of a DRUG from DailyMed, by its generic or brand name.

    \b
    Example:
      citewell fetch dailymed diazepam --max 20
    """  # noqa: D301
    from ingest.fetch.fetch import fetch_dailymed

    _run(lambda settings, wish: fetch_dailymed(settings, _not_empty(drug), wish), **options)


@fetch.command()
@click.argument("drug")
@_options
def openfda(drug: str, **options: Any) -> None:  # noqa: ANN401
    """US labels of a DRUG from openFDA, by its generic or brand name or its substance.

    Labels that DailyMed gave are not fetched again: they are the same.

    \b
    Example:
      citewell fetch openfda diazepam --max 20
    """  # noqa: D301
    from ingest.fetch.fetch import fetch_openfda

    _run(lambda settings, wish: fetch_openfda(settings, _not_empty(drug), wish), **options)


@fetch.command()
@click.argument("term")
@_options
def medlineplus(term: str, **options: Any) -> None:  # noqa: ANN401
    """Health topics about a TERM from MedlinePlus.

    \b
    Example:
      citewell fetch medlineplus "panic disorder"
    """  # noqa: D301
    from ingest.fetch.fetch import fetch_medlineplus

    _run(lambda settings, wish: fetch_medlineplus(settings, _not_empty(term), wish), **options)


@fetch.command()
@click.argument("source")
@_full_text_option
@_options
def citations(source: str, full_text: bool, **options: Any) -> None:  # noqa: ANN401
    """PubMed records of the works that a SOURCE cites.

    SOURCE is the id of a source (see 'citewell sources'), a DOI or PMID, or a file: a JATS article, or a
    bibliography as BibTeX, RIS, YAML, JSON, CSV, or as text with one DOI or PMID a line.

    \b
    Example:
      citewell fetch citations summary_diazepam
      citewell fetch citations references.bib --full-text
    """  # noqa: D301
    from ingest.fetch.fetch import fetch_citations

    _run(lambda settings, wish: fetch_citations(settings, _not_empty(source), wish, full_text), **options)


def _not_empty(text: str) -> str:
    if not text.strip():
        raise click.UsageError("Say what to fetch.")
    return text.strip()


def _run(
    work: Callable[[Settings, Wish], Fetched], most: int, refresh: bool, no_ingest: bool, home: Path | None
) -> None:
    from ingest.fetch.fetch import FOLDERS, Wish
    from ingest.fetch.run import only_fetch
    from ingest.settings import load_settings

    settings = load_settings(home=home)
    problem: CitewellError | None = None
    failed = False
    with only_fetch(settings.fetched_dir), progress() as on_progress:
        try:
            fetched = work(settings, Wish(most, refresh, on_progress))
        except CitewellError as error:
            problem, folders = error, [settings.fetched_dir / each for each in FOLDERS]
        else:
            folders = fetched.folders
            failed = _say(fetched)
    ctx = click.get_current_context()
    if problem is not None:
        say(f"citewell: {' '.join(str(problem).split())}", err=True)
    if not no_ingest:
        _take_in(ctx, folders, home)
    if problem is not None or failed:
        ctx.exit(problem.exit_code if problem is not None else 1)


def _say(fetched: Fetched) -> bool:
    """Tell how it went; whether something failed."""
    for tally in fetched.tallies:
        say(str(tally))
        for id_, why in list(tally.failed.items())[:_NAMES_SHOWN]:
            say(f"failed: {id_}: {why}", err=True)
    for note in fetched.notes:
        say(note, err=True)
    for folder in fetched.folders:
        say(f"They stand in {folder}.")
    return any(tally.failed for tally in fetched.tallies)


def _take_in(ctx: click.Context, folders: list[Path], home: Path | None) -> None:
    """Ingest what there is, also what an earlier fetch left there."""
    filled = [each for each in folders if any(path.is_file() for path in _sources_in(each))]
    if not filled:
        say("There is nothing to ingest.")
        return
    ctx.invoke(ingest, paths=tuple(filled), home=home)


def _sources_in(folder: Path) -> list[Path]:
    hidden = (".", "__")
    return [path for path in folder.rglob("*") if not path.relative_to(folder).as_posix().startswith(hidden)]
