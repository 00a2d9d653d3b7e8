"""A real ingest, killed at many moments: what was published stays whole, and the next ingest succeeds."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from corpus.errors import IndexBusyError

# One process loads the model and forks for each ingest, so that all of them cost one start.
NURSERY = """
import json, os, sys, time
from pathlib import Path
import ingest.vectors
from ingest.embed import Embedder
from ingest.pipeline import ingest as run_ingest
from ingest.settings import load_settings
ingest.vectors._SLICE = 1  # a step for each passage
embedder = Embedder()
embedder._model, embedder.fingerprint
print("ready", flush=True)
for line in sys.stdin:
    order = json.loads(line)
    child = os.fork()
    if child == 0:
        def on_progress(step, done, total):
            if [step, done] == order["at"]:
                print("there", os.getpid(), flush=True)
                if order["stop"]:
                    time.sleep(60)
        settings = load_settings(home=Path(order["home"]))
        run_ingest([Path(order["root"])], settings, on_progress, embedder=embedder)
        print("finished", os.getpid(), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
    print("dead", flush=True)
"""

MOMENTS = [
    (("Reading", 1), 0), (("Reading", 4), None), (("Writing", 1), 0), (("Writing", 3), None),
    (("Writing", 4), 0), (("Embedding", 3), 0), (("Embedding", 4), None), (("Publishing", 0), 0),
    (("Publishing", 0), None), (("Publishing", 1), 0),
]  # fmt: skip


@pytest.fixture(scope="module")
def nursery():
    process = subprocess.Popen(
        [sys.executable, "-c", NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"},
    )  # fmt: skip
    assert process.stdout.readline() == "ready\n"
    yield process
    process.stdin.close()
    process.wait(30)


def start(nursery, shelf, home, at, stop: bool) -> int:
    """Start an ingest and return its process id when it is at the step."""
    order = {"root": str(shelf), "home": str(home.folder), "at": at, "stop": stop}
    nursery.stdin.write(json.dumps(order) + "\n")
    nursery.stdin.flush()
    word, pid = nursery.stdout.readline().split()
    assert word == "there"
    return int(pid)


def kill(nursery, pid: int) -> None:
    with suppress(ProcessLookupError):  # it may have finished in the meantime
        os.kill(pid, signal.SIGKILL)
    while nursery.stdout.readline() != "dead\n":
        pass


def test_a_killed_ingest_leaves_the_earlier_index_served_and_whole(nursery, home, shelf):
    chance = random.Random(7)
    home.ingest(shelf)
    for number, (at, delay) in enumerate(MOMENTS):
        earlier, generation = home.texts(), home.open().manifest.id
        words = f"Drug {number} helps. It has a dose of {number} mg."
        (shelf / f"new{number}.md").write_text(f"# Drug {number}\n\n{words}\n")
        pid = start(nursery, shelf, home, at, stop=delay == 0)
        if delay is None:
            time.sleep(chance.uniform(0, 0.03))
        kill(nursery, pid)

        index = home.open()  # which verifies every file of it
        if index.manifest.id == generation:
            assert home.texts() == earlier, at
        else:
            assert at[0] == "Publishing", at
            assert len(home.texts()) == len(earlier) + 1
        assert len(list(index.documents())) == index.manifest.sources
        index.close()

        report = home.ingest(shelf)
        assert not report.names("skipped")
        assert words in home.texts()
        assert not list(home.index_dir.glob("building-*"))


def test_a_first_ingest_that_is_killed_leaves_no_index_but_the_next_one_makes_it(nursery, home, shelf):
    for at in (("Writing", 3), ("Embedding", 4), ("Publishing", 0)):
        kill(nursery, start(nursery, shelf, home, at, stop=True))
        assert not (home.index_dir / "CURRENT").exists()
    assert home.ingest(shelf).sources == 3


def test_while_an_ingest_runs_a_second_one_is_refused_until_the_first_is_dead(nursery, home, shelf):
    pid = start(nursery, shelf, home, ("Reading", 1), stop=True)
    with pytest.raises(IndexBusyError, match=f"process {pid}"):
        home.ingest(shelf)
    kill(nursery, pid)
    assert home.ingest(shelf).sources == 3
