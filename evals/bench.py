"""`python -m evals.bench`: how fast it starts, ingests and answers, measured as a user meets it.

Not for how good the answers are: see `python -m evals`.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click

from evals.bench_medquad import measure
from evals.questions import read_questions
from ingest.pipeline import ingest
from ingest.settings import load_settings
from retrieval.pipeline import Citewell

_QUESTION = "why does Valium work when SSRIs didn't"


@click.command()
@click.option(
    "--medquad", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with medquad.jsonl.gz: also ingest it whole, and compare with LangChain's quick start.",
)  # fmt: skip
def main(medquad: Path | None) -> None:
    """Measure and print; nothing passes or fails here."""
    with tempfile.TemporaryDirectory() as home:
        help_s = _median(lambda: _citewell(home, "--help"), times=5)
        click.echo(f"citewell --help                      {help_s:8.2f} s   (median of 5; goal under 0.5)")
        settings = load_settings(home=Path(home))
        report = ingest([], settings)
        click.echo(
            f"index of the shipped corpus          {report.took_s:8.1f} s   "
            f"({report.sources} sources, {report.passages} passages; goal under 60)"
        )
        again = ingest([], settings)
        click.echo(f"ingest with nothing changed          {again.took_s:8.2f} s")
        citewell = Citewell(settings)
        citewell.warm_up()
        took = sorted(citewell.ask(each.question, each.earlier).receipt.took_ms for each in read_questions())
        click.echo(
            f"warm answer, median                  {statistics.median(took):8.1f} ms  "
            f"({len(took)} questions; goal under 100)"
        )
        click.echo(f"warm answer, 95th percentile         {took[int(0.95 * len(took))]:8.1f} ms")
        cold = _median(lambda: _citewell(home, "ask", _QUESTION), times=3)
        click.echo(f"cold `citewell ask`                  {cold:8.2f} s   (median of 3; goal under 10)")
    if medquad is not None:
        measure(medquad)


def _citewell(home: str, *arguments: str) -> None:
    command = [str(Path(sys.executable).with_name("citewell")), *arguments]
    environment = os.environ | {"CITEWELL_HOME": home}
    done = subprocess.run(command, check=True, capture_output=True, env=environment)  # noqa: S603  (our own)
    if not done.stdout.strip():
        raise RuntimeError(f"{' '.join(command)} printed nothing, so its time means nothing")


def _median(act: Callable[[], None], times: int) -> float:
    took = []
    for _ in range(times):
        started = time.perf_counter()
        act()
        took.append(time.perf_counter() - started)
    return statistics.median(took)


if __name__ == "__main__":
    main()
