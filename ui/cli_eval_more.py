"""`citewell eval report`, `judge`, `review` and `ratings`: look at runs, have them judged, have them rated.

Whatever is heavy is imported when a command runs. Not for making runs: see `ui.cli_eval`.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ui.console import home_option, json_option, print_json, say
from ui.progress import progress

if TYPE_CHECKING:
    from evals.judge.opinion import Opinion
    from evals.review.ratings import Agreement

_folder = click.Path(exists=True, file_okay=False, path_type=Path)
_file = click.Path(dir_okay=False, path_type=Path)
_run = click.argument("run", type=_folder)
_against = click.option("--against", type=_folder, metavar="RUN2", help="Another run of the same questions.")


def _named(_ctx: click.Context, _option: click.Parameter, model: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]+:\S+", model):
        raise click.BadParameter(f"'{model}' does not name a provider and a model, as in ollama:llama3.2.")
    return model


def _width() -> int | None:
    """How wide a table may be; None for tabs, where another program reads it."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


@click.command()
@click.argument("runs", nargs=-1, required=True, type=_folder, metavar="RUN...")
@_against
@click.option("--out", type=_file, help="File to write.")
@click.option(
    "--format", "kind", type=click.Choice(["html", "json", "markdown"]), default="html", show_default=True,
    help="HTML for browsing, JSON for programs, Markdown for a pull request.",
)  # fmt: skip
@click.option("--held", is_flag=True, help="Show also questions that are held out.")
def report(runs: tuple[Path, ...], against: Path | None, out: Path | None, kind: str, held: bool) -> None:
    """Write a report of a RUN: figures with intervals, by tag, and every question, those with faults first.

    Further runs, such as baselines, stand beside the first. The HTML is one file that needs no network.

    \b
    Example:
      citewell eval report runs/now runs/before runs/bm25 --out report.html
      citewell eval report runs/now --format markdown
    """  # noqa: D301
    from evals.report.gather import gather
    from evals.report.page import to_html
    from evals.report.text import to_json, to_markdown
    from evals.store import read_run

    if kind == "html" and out is None:
        raise click.UsageError("Name the file to write: --out report.html.")
    folders = [*runs, *([against] if against else [])]
    command = shlex.join(["citewell", "eval", "report", *map(str, folders), *(["--held"] if held else [])])
    found = gather([read_run(each) for each in folders], show_held=held, command=command)
    text = {"html": to_html, "json": to_json, "markdown": to_markdown}[kind](found)
    if out is None:
        print_json(text.rstrip("\n")) if kind == "json" else click.echo(text, nl=False)
        return
    out.write_bytes(text.encode("utf-8", "replace"))
    say(f"{out}: {len(found.asked)} questions, {found.at_fault} with a fault in {found.names[0]}.")


@click.command()
@_run
@_against
@click.option(
    "--model",
    required=True,
    metavar="PROVIDER:NAME",
    callback=_named,
    help="The judge, as in ollama:llama3.2.",
)
@click.option("--base-url", help="Address of the judge's server (else CITEWELL_LLM_BASE_URL).")
@click.option(
    "--temperature", type=click.FloatRange(0, 2), default=0.0, show_default=True,
    help="Sampling temperature; some models take none but their own.",
)  # fmt: skip
@click.option(
    "--timeout", "timeout_s", type=click.FloatRange(min=0, min_open=True, max=600), default=60.0,
    show_default=True, metavar="SECONDS", help="Longest wait for one reply; each is tried three times.",
)  # fmt: skip
@click.option(
    "--parallel", type=click.IntRange(1, 64), default=4, show_default=True, help="Questions at a time."
)
@json_option
@home_option
def judge(
    run: Path, against: Path | None, model: str, base_url: str | None, temperature: float, timeout_s: float,
    parallel: int, as_json: bool, home: Path | None,
) -> None:  # fmt: skip
    """Have a chat model judge a RUN, as a second opinion: nuggets stated, and which of two answers is better.

    Its agreement with the metrics and with people comes first; without any, its figures are not shown.
    Each judgement is kept in the run's folder, and running this again goes on where it stopped.

    \b
    Example:
      citewell eval judge runs/now --model ollama:llama3.2
      citewell eval judge runs/now --against runs/before --model openai:NAME --temperature 1
    """  # noqa: D301
    from evals.judge.ask import Patience
    from evals.judge.judge import Judge, judge_run
    from evals.judge.opinion import opinions
    from evals.store import read_run
    from ingest.settings import load_settings
    from retrieval.model.model import open_model

    judged, other = read_run(run), read_run(against) if against else None
    settings = load_settings(
        home=home, llm=model, llm_base_url=base_url, llm_temperature=temperature, llm_timeout_s=timeout_s
    )
    who = Judge(open_model(settings), model, Patience(timeout_s), parallel)
    with progress() as on_progress:
        judge_run(who, judged, other, on_progress)
    found = [each for each in opinions(judged, other) if each.model == model]
    if as_json:
        print_json(json.dumps([_opinion_row(each) for each in found], indent=2))
        return
    for opinion in found:
        _say_opinion(opinion)
    if not found:
        say("There was nothing to judge: no answer states anything, or no question has nuggets.")


def _opinion_row(opinion: Opinion) -> dict[str, object]:
    return {
        "topic": opinion.topic,
        "model": opinion.model,
        "agreements": _agreement_rows(opinion.agreements),
        "figures": {name: each.model_dump() for name, each in opinion.figures.items()},
        "judged": opinion.judged,
        "unjudged": opinion.unjudged,
        "remarks": list(opinion.remarks),
    }


def _agreement_rows(agreements: Sequence[Agreement]) -> list[dict[str, object]]:
    return [
        {"of": each.of, "statistic": each.statistic, "value": each.value, "n": each.n} for each in agreements
    ]


def _say_opinion(opinion: Opinion) -> None:
    from evals.report.templates import decimals
    from ui.sheet import table_text

    say(f"{opinion.topic}, judged by {opinion.model}: {opinion.judged} judged, {opinion.unjudged} unjudged")
    _say_agreements(opinion.agreements)
    for remark in opinion.remarks:
        say(remark)
    if not opinion.counts:
        say("Its figures are not shown: there is nothing to check this judge against.")
        return
    rows = [
        (name, decimals(each.value), f"{decimals(each.low)} to {decimals(each.high)}", str(each.n))
        for name, each in opinion.figures.items()
    ]
    click.echo(table_text(("by the judge", "value", "95 % interval", "n"), rows, _width()))


def _say_agreements(agreements: Sequence[Agreement]) -> None:
    from evals.report.templates import decimals
    from ui.sheet import table_text

    rows = [(each.of, each.statistic, decimals(each.value), str(each.n)) for each in agreements]
    click.echo(table_text(("agreement", "statistic", "value", "n"), rows, _width()))


@click.command()
@_run
@_against
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="File of ratings; else the run's."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Draws which answer stands on the left.")
@click.option("--changed", is_flag=True, help="Only questions whose two answers read differently.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Port on this machine; a free one unless named."
)
def review(run: Path, against: Path | None, out: Path | None, seed: int, changed: bool, port: int) -> None:
    """Open a page on which people rate the answers of a RUN blind, beside those of another if one is named.

    It listens on this machine alone. Every rating is saved at once, so that it can be ended at any time.

    \b
    Example:
      citewell eval review runs/now --against runs/before
    """  # noqa: D301
    import threading

    from evals.review.app import Review
    from evals.review.pairs import pairs_of
    from evals.review.ratings import FILE
    from evals.review.serve import serving
    from evals.store import read_run

    rated, other = read_run(run), read_run(against) if against else None
    pairs = pairs_of(rated, other, only_changed=changed)
    if not pairs:
        raise click.UsageError("There is no question to rate: the runs share none, or nothing changed.")
    names = {"a": rated.name} | ({"b": other.name} if other else {})
    rating = Review(pairs, names, out or rated.folder / FILE, seed)  # type: ignore[arg-type]
    with serving(rating, port) as address:
        say(f"{len(pairs)} questions to rate at {address} (Ctrl-C ends it).")
        say(f"Ratings are saved in {rating.path}.")
        threading.Event().wait()


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="FILE..."
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write all ratings into one file."
)
@json_option
def ratings(files: tuple[Path, ...], out: Path | None, as_json: bool) -> None:
    """Tell how far raters agree, from FILEs of ratings (or the folders of runs that hold them).

    Cohen's kappa for two raters, Krippendorff's alpha for more; 1 is perfect, 0 is chance.

    \b
    Example:
      citewell eval ratings runs/now
      citewell eval ratings ada.jsonl bo.jsonl --out all.jsonl
    """  # noqa: D301
    from evals.report.templates import decimals
    from evals.review.lines import read_lines
    from evals.review.ratings import FILE, Rating, agreements, latest, means
    from ui.sheet import table_text

    paths = [each / FILE if each.is_dir() else each for each in files]
    rows = latest(row for path in paths for row in read_lines(path, Rating))
    if not rows:
        raise click.UsageError(f"There are no ratings in {', '.join(map(str, paths))}.")
    found, mean = agreements(rows), means(rows)
    if out is not None:
        text = "".join(row.model_dump_json(exclude_none=True) + "\n" for row in rows)
        out.write_text(text, encoding="utf-8")
    if as_json:
        whole = {"agreements": _agreement_rows(found), "means": mean, "ratings": len(rows)}
        print_json(json.dumps(whole, indent=2))
        return
    say(f"{len(rows)} ratings by {len({row.rater for row in rows})} raters.")
    if found:
        _say_agreements(found)
    else:
        say("One rater alone: there is no agreement to tell.")
    table = [
        (name, what, decimals(value), str(n))
        for name, row in mean.items()
        for what, (value, n) in row.items()
    ]
    click.echo(table_text(("run", "rated", "mean", "n"), table, _width()))


COMMANDS = (report, judge, review, ratings)
