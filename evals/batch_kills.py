"""`python -m evals.batch_kills`: kill a batch at random moments, run it again each time, compare the files.

The file of the run that was killed must be that of a run that was not, byte for byte. Not for kills of
ingests: see `evals.kills`.
"""

from __future__ import annotations

import csv
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import click

from corpus.lexicon import load_lexicon
from ingest.settings import load_settings

# One process imports what is heavy and forks for each run, so that all of them cost one start.
_NURSERY = """
import os, sys
from pathlib import Path
import retrieval.library, sentence_transformers, torch
from ui.batch import run_batch
from ui.scope import Scope
questions, home = map(Path, sys.argv[1:3])
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        try:
            os._exit(run_batch(questions, Path(line.strip()), None, int(sys.argv[3]), False, Scope(), home))
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(70)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
_TEMPLATES = (
    "how does {} work", "how fast does {} work", "what are the side effects of {}", "can I stop {} suddenly",
    "is {} safe in pregnancy", "can I drink alcohol with {}", "does {} cause weight gain", "what is {} for",
)  # fmt: skip
_OTHERS = (
    "I took 60 tablets and I want to die", "who won the cup in 1974", "", "what is the capital of France",
)  # fmt: skip
_BY_CHANCE = 5  # every so many rows is one of the others
_POLL_S = 0.002


@click.command()
@click.option("--questions", "count", default=1000, show_default=True, help="How many questions.")
@click.option("--times", default=10, show_default=True, help="How many runs are killed.")
@click.option("--workers", default=1, show_default=True, help="Processes that answer.")
@click.option("--seed", default=7, show_default=True, help="Decides on the questions and the moments.")
@click.option("--home", type=click.Path(path_type=Path), help="Folder that holds the index.")
def main(count: int, times: int, workers: int, seed: int, home: Path | None) -> None:
    """Kill a batch at random moments, resume it, and compare its file with that of an unbroken run."""
    with tempfile.TemporaryDirectory() as scratch:
        questions = write_questions(Path(scratch, "questions.csv"), count, seed)
        stood = killed_and_resumed(questions, load_settings(home=home).home, times, seed, workers)
        for name in ("killed.jsonl", "whole.jsonl"):
            size = Path(scratch, name).stat().st_size
            click.echo(f"{name}: {size:,} bytes")
        is_same = Path(scratch, "killed.jsonl").read_bytes() == Path(scratch, "whole.jsonl").read_bytes()
    click.echo(f"{count:,} questions, killed {len(stood)} times, after {', '.join(map(str, stood))} answers.")
    if not is_same:
        raise SystemExit("The files differ.")
    click.echo("The files are the same, byte for byte.")


def write_questions(path: Path, count: int, seed: int) -> Path:
    """Write so many questions: about drugs that are known, and some emergencies, foreign or bad ones."""
    chance = random.Random(seed)  # noqa: S311  (nothing secret)
    drugs = sorted(each.name for each in load_lexicon().entities.values() if each.kind == "drug")
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "question"])
        for number in range(count):
            asked = chance.choice(_TEMPLATES).format(chance.choice(drugs))
            rows.writerow([number, chance.choice(_OTHERS) if number % _BY_CHANCE == 0 else asked])
    return path


def killed_and_resumed(questions: Path, home: Path, times: int, seed: int, workers: int = 1) -> list[int]:
    """Write `killed.jsonl` with so many kills, and `whole.jsonl` with none, beside the questions.

    Returns:
        After how many answers each kill came.

    Raises:
        SystemExit: A run failed by itself.
    """
    chance = random.Random(seed)  # noqa: S311  (nothing secret)
    total = sum(1 for _ in questions.open(encoding="utf-8")) - 1
    out, whole = questions.with_name("killed.jsonl"), questions.with_name("whole.jsonl")
    moments = sorted(chance.sample(range(total * 9 // 10), times))
    stood: list[int] = []
    with _nursery(questions, home, workers) as (orders, replies):
        for moment in moments:
            child = _begin(orders, replies, out)
            with suppress(ProcessLookupError):  # it has ended: its code tells
                while _answered(out) <= moment:
                    time.sleep(_POLL_S)
                    os.kill(child, 0)
                time.sleep(chance.uniform(0, 0.1))
                os.kill(child, signal.SIGKILL)
            code = int(replies.readline())
            if code != -signal.SIGKILL:
                raise SystemExit(f"a run ended with {code} before it could be killed")
            stood.append(_answered(out))
        for path in (out, whole):
            _begin(orders, replies, path)
            if (code := int(replies.readline())) not in (0, 1):  # 1: some rows are bad, as they should be
                raise SystemExit(f"a run ended with {code}")
    return stood


def _begin(orders: IO[str], replies: IO[str], out: Path) -> int:
    orders.write(f"{out}\n")
    orders.flush()
    return int(replies.readline())


def _answered(out: Path) -> int:
    """How many answers the journal of a run holds."""
    journal = out.with_name(f"{out.name}.part")
    return journal.read_bytes().count(b"\n") - 1 if journal.exists() else 0


@contextmanager
def _nursery(questions: Path, home: Path, workers: int) -> Iterator[tuple[IO[str], IO[str]]]:
    command = [sys.executable, "-c", _NURSERY, str(questions), str(home), str(workers)]
    with subprocess.Popen(  # noqa: S603  (our own)
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    ) as process:  # fmt: skip
        try:
            if process.stdin is None or process.stdout is None:
                raise RuntimeError("the process that runs the batches has no pipes")
            yield process.stdin, process.stdout
        finally:
            process.kill()


if __name__ == "__main__":
    main()
