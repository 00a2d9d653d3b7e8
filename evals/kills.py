"""`python -m evals.kills`: kill ingests of a growing corpus at random moments, and see that nothing is lost.

After each kill the index must be whole, and what it answers must be what the last generation that was
published answers, to the letter. Ends with an error at the first difference. Not for kills at chosen steps:
see the tests.
"""

from __future__ import annotations

import json
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

from ingest.generation import current_folder
from ingest.index import Index, open_current
from ingest.pipeline import ingest
from ingest.settings import Settings, load_settings
from retrieval.evidence.search import allowed_rows
from retrieval.pipeline import Citewell

# One process loads the model and forks for each ingest, so that all of them cost one start.
_NURSERY = """
import os, sys
from pathlib import Path
from ingest.embed import Embedder
from ingest.pipeline import ingest
from ingest.settings import load_settings
embedder = Embedder()
embedder._model, embedder._tokenizer, embedder.fingerprint
root, home = sys.argv[1:]
print("ready", flush=True)
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        try:
            ingest([Path(root)], load_settings(home=Path(home)), embedder=embedder)
            os._exit(0)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""

_SPARED = 6  # every so many ingests are not killed
_QUESTIONS = ("How does alpha work?", "What is the dose of drug 3?")


@click.command()
@click.option("--times", default=200, show_default=True, help="How many ingests must die.")
@click.option("--seed", default=7, show_default=True, help="Decides on the moments.")
def main(times: int, seed: int) -> None:
    """Kill ingests at random moments; tell how many died, and in which state they left the index."""
    chance = random.Random(seed)  # noqa: S311  (nothing secret)
    with tempfile.TemporaryDirectory() as scratch:
        shelf, settings = Path(scratch, "shelf"), load_settings(home=Path(scratch, "home"))
        shelf.mkdir()
        _grow(shelf, 0)
        ingest([shelf], settings)
        served = _served(settings)
        number = dead = published = left = 0
        with _nursery(shelf, settings.home) as (orders, replies):
            took = _run(orders, replies, None)[1]
            while dead < times:
                number += 1
                _grow(shelf, number)
                # Now and then one may end: so the next are killed over a newer generation, at any step.
                is_spared = number % _SPARED == 0
                code, lasted = _run(orders, replies, None if is_spared else chance.uniform(0, 1.2 * took))
                took = lasted if code == 0 else took
                if code not in (0, -signal.SIGKILL):
                    raise SystemExit(f"ingest {number} ended with {code}")
                dead += code != 0
                left += any(settings.index_dir.glob("building-*"))
                now = _served(settings)
                is_new = now[0] != served[0]
                if not is_new and now != served:
                    raise SystemExit(f"kill {number}: generation {now[0]} answers otherwise than before")
                if is_new and _texts(settings) != _meant(shelf):
                    raise SystemExit(f"kill {number}: generation {now[0]} is not of the files as they are")
                if code == 0 and _texts(settings) != _meant(shelf):
                    raise SystemExit(f"ingest {number} ended, yet does not hold the files as they are")
                published += is_new
                served = now
        ingest([shelf], settings)
        if _texts(settings) != _meant(shelf):
            raise SystemExit("the ingest after the last kill does not hold the files as they are")
        click.echo(
            f"{number} ingests of a corpus that grew to {len(_meant(shelf))} passages: {dead} killed, "
            f"{number - dead} spared or faster than the kill; {published} published a generation, "
            f"{left} left a half-built one behind. "
            "After each the index was whole and answered as the last published one."
        )


def _grow(shelf: Path, number: int) -> None:
    """Add a source, change one, and now and then take one away."""
    words = f"Alpha enhances GABA in version {number}. It calms within an hour."
    front = "---\nid: alpha\nkind: label\ntitle: Alpha\n---\n"
    (shelf / "alpha.md").write_text(f"{front}## Mechanism\n\n{words}\n")
    body = f"## Dose\n\nThe dose of drug {number} is {number} mg at night.\n"
    front = f"---\nid: drug{number}\nkind: label\ntitle: Drug {number}\n---\n"
    (shelf / f"drug{number}.md").write_text(front + body)
    if number % 5 == 0:
        (shelf / f"drug{number // 2}.md").unlink(missing_ok=True)


def _meant(shelf: Path) -> list[str]:
    """The text of each passage that the shelf should give."""
    return sorted(path.read_text().split("\n\n", 1)[1].strip() for path in shelf.iterdir())


def _texts(settings: Settings) -> list[str]:
    index = Index(current_folder(settings.index_dir))
    try:
        return sorted(index.passage(row).text for row in range(index.manifest.passages))
    finally:
        index.close()


def _served(settings: Settings) -> tuple[str, str]:
    """The generation that is served, found whole, and what it answers."""
    citewell = Citewell(settings)
    open_current(settings.index_dir, citewell.desk.embedder).close()  # as `citewell index verify` does
    answers = [json.loads(citewell.ask(each).model_dump_json()) for each in _QUESTIONS]
    generation = answers[0]["receipt"]["index"]
    for answer in answers:
        del answer["receipt"]
    citewell.desk.index.close()
    allowed_rows.cache_clear()  # which would hold every index, and the model with it
    return generation, json.dumps(answers)


@contextmanager
def _nursery(shelf: Path, home: Path) -> Iterator[tuple[IO[str], IO[str]]]:
    command = [sys.executable, "-c", _NURSERY, str(shelf), str(home)]
    with subprocess.Popen(  # noqa: S603  (our own)
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    ) as process:  # fmt: skip
        if process.stdin is None or process.stdout is None or process.stdout.readline() != "ready\n":
            raise SystemExit("the ingests cannot be started")
        yield process.stdin, process.stdout
        process.stdin.close()


def _run(orders: IO[str], replies: IO[str], kill_after_s: float | None) -> tuple[int, float]:
    """Start an ingest, kill it after a while; its exit status, and how long it took."""
    started = time.perf_counter()
    orders.write("go\n")
    orders.flush()
    child = int(replies.readline())
    if kill_after_s is not None:
        time.sleep(kill_after_s)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    return int(replies.readline()), time.perf_counter() - started


if __name__ == "__main__":
    main()
