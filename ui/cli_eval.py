"""`citewell eval`: list the question sets, run them, compare two runs, hold a quick run against thresholds.

Whatever is heavy is imported when a command runs. Not for reports, judges, reviews: see `ui.cli_eval_more`.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ui.console import home_option, json_option, print_json, say
from ui.progress import progress

if TYPE_CHECKING:
    from evals.gate import Held
    from evals.sets_io import QuestionSet
    from evals.store import Run
    from ingest.settings import Settings

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_SYSTEMS = ("citewell", "dense", "bm25", "langchain")

_workers_option = click.option(
    "--workers", type=click.IntRange(min=1), help="Processes that ask; as many as there are cores by default."
)


@click.group("eval", short_help="Measure answer quality: run question sets, compare runs, gate a change.")
def evaluate() -> None:
    """Measure answer quality: run question sets, compare two runs, gate a change.

    docs/evals.md says what each metric means and how a set is written.

    \b
    Example:
      citewell eval run core --out runs/now
      citewell eval compare runs/before runs/now
    """  # noqa: D301


@evaluate.command()
@click.option(
    "--data", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder in which public sets are looked for too.",
)  # fmt: skip
@json_option
def sets(data: Path | None, as_json: bool) -> None:
    """List the question sets: our own, and with --data the public ones in a folder.

    \b
    Example:
      citewell eval sets --data ~/medical-qa
    """  # noqa: D301
    from evals.sets_io import own_sets, public_sets, read_set
    from ui.sheet import table_text

    found = [read_set(name) for name in own_sets()]
    found += list(public_sets(data)) if data is not None else []
    if as_json:
        print_json(json.dumps([_set_row(each) for each in found], indent=2, ensure_ascii=False))
        return
    rows = [
        (each.name, each.kind, f"{len(each.questions):,}", "held out" if each.is_held else "", str(each.path))
        for each in found
    ]
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    click.echo(table_text(("set", "kind", "questions", "", "path"), rows, width))


def _set_row(each: QuestionSet) -> dict[str, object]:
    return {
        "name": each.name, "kind": each.kind, "path": str(each.path), "questions": len(each.questions),
        "held_out": each.is_held, "own_texts": each.documents is not None, "sha256": each.sha256,
    }  # fmt: skip


@evaluate.command()
@click.argument("wanted", nargs=-1, required=True, metavar="SET...")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True,
    help="Folder of the run; where it holds a part of the same run, that goes on.",
)  # fmt: skip
@click.option(
    "--system", type=click.Choice(_SYSTEMS), default="citewell", show_default=True,
    help="What answers: Citewell, or a baseline.",
)  # fmt: skip
@click.option("--limit", type=click.IntRange(min=1), help="At most so many questions of each set.")
@_workers_option
@json_option
@home_option
def run(
    wanted: tuple[str, ...],
    out: Path,
    system: str,
    limit: int | None,
    workers: int | None,
    as_json: bool,
    home: Path | None,
) -> None:
    """Ask every question of each SET, score the answers and keep them with their receipts.

    A SET is one of `citewell eval sets`, 'all' for all of our own, a YAML file, or a public set's file or
    folder.

    \b
    Example:
      citewell eval run core --out runs/now
      citewell eval run ~/scifact --out runs/scifact --system bm25 --limit 100
    """  # noqa: D301
    from evals.sets_io import read_sets
    from ingest.settings import load_settings

    chosen = [each.part(limit=limit) for each in read_sets(wanted)]
    found = _run(chosen, out, load_settings(home=home), system, workers)
    if as_json:
        print_json(found.scores.model_dump_json(indent=2))
        return
    _print_figures([found])
    say(f"Wrote {out}: {len(found.records):,} answers in {found.timings['took_s']} s.", err=True)


def _run(
    chosen: Iterable[QuestionSet], out: Path, settings: Settings, system: str, workers: int | None
) -> Run:
    from evals.runner import run_sets

    with progress() as show:
        return run_sets(list(chosen), out, settings, system, workers or os.cpu_count() or 1, show)  # type: ignore[arg-type]


@evaluate.command()
@click.argument(
    "runs", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
def show(runs: tuple[Path, ...]) -> None:
    """Print the figures of one run, or of several in one table.

    \b
    Example:
      citewell eval show runs/citewell runs/bm25 runs/dense runs/langchain
    """  # noqa: D301
    from evals.store import read_run

    _print_figures([read_run(each) for each in runs])


def _print_figures(runs: list[Run]) -> None:
    from evals.catalogue import METRICS
    from ui.sheet import table_text

    rows = []
    for name in METRICS:
        figures = [run.scores.metrics.get(name) for run in runs]
        if any(figures):
            cells = ["-" if each is None or each.value is None else f"{each.value:.3f}" for each in figures]
            only = figures[0] if len(figures) == 1 else None
            if only is not None:
                ends = "" if only.low is None or only.high is None else f"[{only.low:.3f}, {only.high:.3f}]"
                cells += [ends, f"{only.n:,}", METRICS[name].says]
            rows.append((name, *cells))
    latency = [run.timings["latency_ms"]["median"] for run in runs]
    rest = ["", "", "milliseconds an answer"] if len(runs) == 1 else []
    rows.append(("latency, median", *(f"{each:.0f}" for each in latency), *rest))
    names = [run.name if len(runs) > 1 else "value" for run in runs]
    head = ("metric", *names, *(("95 %", "n", "what it says") if len(runs) == 1 else ()))
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    click.echo(table_text(head, rows, width))


@evaluate.command()
@click.argument("a", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("b", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--most", type=click.IntRange(min=0), default=20, show_default=True, help="Changed answers shown."
)
@click.option("--held", is_flag=True, help="Show also questions that are held out.")
@click.option("--strict", is_flag=True, help="Fail on any change, within noise or not.")
@json_option
@click.pass_context
def compare(ctx: click.Context, a: Path, b: Path, most: int, held: bool, strict: bool, as_json: bool) -> None:
    """Compare run B with run A: what got better, what worse, by how much, and on which questions.

    Prints Markdown. Ends with status 1 when a metric got worse beyond its noise, or a guarded one at all.

    \b
    Example:
      citewell eval compare runs/before runs/now > change.md
    """  # noqa: D301
    from evals.compare import compare as compare_runs
    from evals.compare_text import as_json as rows_of
    from evals.compare_text import as_markdown
    from evals.store import read_run

    found = compare_runs(read_run(a), read_run(b))
    if as_json:
        print_json(json.dumps(rows_of(found), indent=2, ensure_ascii=False))
    else:
        click.echo(as_markdown(found, most, held), nl=False)
    if found.worse or (strict and not found.is_same):
        ctx.exit(1)


@evaluate.command()
@click.option(
    "--thresholds", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File of thresholds; evals/gate.yaml by default.",
)  # fmt: skip
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Keep the run in this folder.")
@_workers_option
@home_option
@click.pass_context
def gate(
    ctx: click.Context, thresholds: Path | None, out: Path | None, workers: int | None, home: Path | None
) -> None:
    """Run a quick part of the sets and hold it against thresholds; status 1 when one is not met.

    \b
    Example:
      citewell eval gate
    """  # noqa: D301
    from evals.gate import GATE, hold, questions_of, read_gate
    from ingest.settings import load_settings

    wanted = read_gate(thresholds or GATE)
    with tempfile.TemporaryDirectory() as scratch:
        found = _run(
            questions_of(wanted), out or Path(scratch, "gate"), load_settings(home=home), "citewell", workers
        )
    held = hold(wanted, found.scores)
    for each in held:
        say(_line(each))
    failed = [each for each in held if not each.passes]
    say(f"{len(found.records)} questions, {len(held) - len(failed)} of {len(held)} thresholds met.", err=True)
    if failed:
        ctx.exit(1)


def _line(each: Held) -> str:
    value = "nothing to count" if each.found is None else f"{each.found.value:.3f} of {each.found.n}"
    bounds = [f"at least {each.bound.least}" if each.bound.least is not None else ""]
    bounds.append(f"at most {each.bound.most}" if each.bound.most is not None else "")
    where = f" ({each.bound.tag})" if each.bound.tag else ""
    wanted = " and ".join(filter(None, bounds))
    return f"{'ok  ' if each.passes else 'FAIL'}  {each.metric}{where}: {value}, {wanted}"


@evaluate.command()
@click.argument("data", type=_FOLDER)
@click.option("--write", is_flag=True, help="Put the threshold that follows into evals/match.yaml.")
@json_option
def agreement(data: Path, write: bool, as_json: bool) -> None:
    """Measure how matching nuggets without a judge agrees with clinicians, on K-QA's table in folder DATA.

    \b
    Example:
      citewell eval agreement ~/medical-qa/kqa
    """  # noqa: D301
    from dataclasses import asdict

    from evals.agreement import measure, write_threshold
    from ingest.embed import make_embedder
    from ingest.settings import load_settings

    found = measure(data, make_embedder(load_settings()))
    if as_json:
        print_json(json.dumps(asdict(found), indent=2))
    else:
        between = ", ".join(f"{each:.2f}" for each in found.clinicians)
        say(f"{found.claims} statements of {found.questions} questions, judged by three clinicians")
        say(
            f"stated: kappa {found.entailment:.2f} with their majority (any two of them: {between}); "
            f"precision {found.precision:.2f}, recall {found.recall:.2f}, F1 {found.f1:.2f}"
        )
        say(
            f"contradicted: kappa {found.contradiction:.2f}; {found.flagged} flagged, "
            f"{found.contradicted} by the majority"
        )
        say(f"threshold that follows from all of them: {found.threshold}")
    if write:
        write_threshold(found)


def _add_more() -> None:
    """Add the commands of `ui.cli_eval_more`, where it is there."""
    try:
        more = importlib.import_module("ui.cli_eval_more")
    except ModuleNotFoundError as error:
        if error.name != "ui.cli_eval_more":
            raise
        return
    for command in more.COMMANDS:
        evaluate.add_command(command)


_add_more()
