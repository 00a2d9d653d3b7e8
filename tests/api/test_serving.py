"""A server's life: it becomes ready, takes up a new index, lets answers finish, and answers in processes."""

import gc
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from weakref import ref

import httpx
import pytest

from corpus.errors import SettingsError
from ingest.pipeline import ingest
from retrieval.evidence.search import Filters
from retrieval.library import search
from retrieval.pipeline import Citewell
from tests.api.conftest import QUESTION, Held, serving
from tests.api.events import events_of
from tests.api.test_ask import STREAM, ask
from ui.serve import start

WAIT_S = 180
NEW = """---
id: new-arrival
kind: document
title: On the storage of diazepam rectal tubes
year: 2024
---
# Storage

Diazepam rectal tubes are stored below 25 degrees in their foil until they are used.
"""


@pytest.fixture
def own_settings(settings, index_home, tmp_path):
    """Settings of a home of its own with the shipped corpus in its index, which a test may add to."""
    shutil.copytree(index_home / "index", tmp_path / "home" / "index")
    return settings.model_copy(update={"home": tmp_path / "home"})


def publish_another(settings, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "new.md").write_text(NEW, encoding="utf-8")
    ingest([tmp_path / "own"], settings)


def wait_for(what) -> None:
    until = time.monotonic() + WAIT_S
    while not what():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_new_index_is_served_without_a_restart_and_a_running_answer_keeps_its_own(own_settings, tmp_path):
    held = Held(own_settings)
    with serving(held, own_settings) as client, ThreadPoolExecutor() as threads:
        wait_for(lambda: client.get("/readyz").status_code == 200)
        before = client.get("/healthz").json()["index"]
        running = threads.submit(ask, client)
        assert held.stopped.acquire(timeout=WAIT_S)
        publish_another(own_settings, tmp_path)
        wait_for(lambda: client.get("/healthz").json()["index"] != before)
        assert client.get("/v1/sources/new-arrival").json()["collection"] == "own"
        held.go_on.set()
        assert running.result().json()["receipt"]["index"] == before
        after = ask(client).json()["receipt"]["index"]
        assert after == client.get("/healthz").json()["index"] != before


def test_an_index_that_is_no_longer_answered_from_is_let_go(own_settings, tmp_path):
    citewell = Citewell(own_settings)
    citewell.ask(QUESTION, filters=Filters(since=2000, collections=frozenset({"corpus"})))
    old = ref(citewell.desk.index)
    assert not citewell.refresh()
    publish_another(own_settings, tmp_path)
    assert citewell.refresh()
    citewell.ask(QUESTION, filters=Filters(since=2000))
    assert not citewell.refresh()
    gc.collect()
    assert old() is None


def test_a_collection_is_searched_alone_or_left_out(own_settings, tmp_path):
    publish_another(own_settings, tmp_path)
    citewell, own = Citewell(own_settings), str((tmp_path / "own").resolve())

    def found(*collections):
        filters = Filters(collections=frozenset(collections))
        return {each.passage.source.id for each in search(citewell, "storage of rectal tubes", filters, 20)}

    assert found(own) == {"new-arrival"}
    assert "new-arrival" not in found("corpus")
    assert found("corpus", own) == found() >= {"new-arrival"}
    answer = citewell.ask("where are rectal tubes stored", filters=Filters(collections=frozenset({own})))
    assert {each.id for each in answer.sources} <= {"new-arrival"}


def test_a_damaged_new_index_is_not_taken_up(own_settings, tmp_path):
    citewell = Citewell(own_settings)
    before = citewell.desk.index.manifest.id
    publish_another(own_settings, tmp_path)
    pointer = own_settings.index_dir / "CURRENT"
    (own_settings.index_dir / "generations" / pointer.read_text().strip() / "records.sqlite").write_bytes(b"")
    with serving(citewell, own_settings) as client:
        wait_for(lambda: client.get("/readyz").status_code == 200)
        assert ask(client).json()["receipt"]["index"] == before


def test_it_becomes_ready_when_the_first_index_is_published(settings, index_home, tmp_path):
    here = settings.model_copy(update={"home": tmp_path})
    with serving(Citewell(here), here) as client:
        assert client.get("/readyz").json()["ready"] is False
        assert client.get("/healthz").json() | {"privacy": []} == client.get("/healthz").json()
        shutil.copytree(index_home / "index", tmp_path / "index")
        wait_for(lambda: client.get("/readyz").status_code == 200)
        assert ask(client).json()["outcome"] == "answered"


def test_answers_that_run_are_finished_when_the_server_ends(held, settings):
    running, address = start(held, settings, with_page=False)
    ending = threading.Thread(target=running.close)
    with httpx.stream(
        "POST", f"{address}/v1/ask", json={"question": QUESTION}, headers=STREAM, timeout=WAIT_S
    ) as reply:
        assert held.stopped.acquire(timeout=WAIT_S)
        ending.start()

        def is_closed():
            try:
                httpx.get(f"{address}/healthz", timeout=5)
            except httpx.TransportError:
                return True
            return False

        wait_for(is_closed)
        assert ending.is_alive()
        held.go_on.set()
        assert events_of(reply)[-1][1]["answer"]["outcome"] == "answered"
    ending.join(WAIT_S)
    assert not ending.is_alive()


def test_an_address_that_is_taken_is_an_error_with_a_remedy(client, citewell, settings):
    taken = client.base_url.port
    with pytest.raises(SettingsError, match=f"port {taken}.*CITEWELL_PORT"):
        start(citewell, settings.model_copy(update={"port": taken}), with_page=False)


def children_of(process: int) -> list[int]:
    threads = Path(f"/proc/{process}/task").iterdir()
    found = [child for each in threads for child in (each / "children").read_text().split()]
    lines = {each: Path(f"/proc/{each}/cmdline").read_bytes() for each in found}
    return [int(each) for each, line in lines.items() if b"spawn_main" in line]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks for processes in /proc")
def test_several_processes_answer_and_one_that_dies_is_replaced(index_home, tmp_path):
    environment = os.environ | {
        "CITEWELL_HOME": str(index_home),
        "CITEWELL_SERVE_AT_ONCE": "2",
        "OMP_NUM_THREADS": "1",
    }
    command = [
        sys.executable,
        "-c",
        "from ui.cli import main; main()",
        "serve",
        "--workers",
        "2",
        "--port",
        "0",
        "--no-page",
    ]
    with (
        (tmp_path / "log").open("w+") as log,
        subprocess.Popen(command, stderr=log, env=environment) as server,
    ):
        try:
            wait_for(lambda: "Citewell serves" in (tmp_path / "log").read_text())
            address = re.search(r"http://\S+", (tmp_path / "log").read_text())[0]
            with httpx.Client(base_url=address, timeout=WAIT_S) as client, ThreadPoolExecutor(8) as threads:
                wait_for(lambda: client.get("/readyz").status_code == 200)
                assert client.get("/").status_code == 404
                questions = [QUESTION] * 4 + ["my secret question about sertraline"] * 4
                replies = list(threads.map(lambda each: ask(client, each), questions))
                assert {each.status_code for each in replies} == {200}
                first, second = children_of(server.pid)
                os.kill(first, signal.SIGKILL)
                replies = list(threads.map(lambda each: ask(client, each), questions))
                assert {each.status_code for each in replies} == {200}
                wait_for(lambda: len(children_of(server.pid)) == 2)
                assert second in children_of(server.pid)
                with client.stream("POST", "/v1/ask", json={"question": QUESTION}, headers=STREAM) as reply:
                    server.send_signal(signal.SIGTERM)
                    assert events_of(reply)[-1][0] == "done"
            assert server.wait(WAIT_S) == 0
        finally:
            server.kill()
    told = (tmp_path / "log").read_text()
    assert "POST /v1/ask 200" in told
    assert "secret" not in told
