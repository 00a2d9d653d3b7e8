"""`citewell fetch` as it is typed: its lines, its exit codes, being killed, keys, and the index at last."""

import json
import os
import pty
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from ingest.generation import current_folder
from ingest.index import Index
from tests.fetch import faults, server, works
from ui.cli import cli

RUN = [sys.executable, "-c", "from ui.cli import main; main()"]
NCBI_KEY, OPENFDA_KEY = "ncbi-key-4711", "openfda-key-4712"


@pytest.fixture
def env(monkeypatch, settings) -> dict[str, str]:
    given = {
        "CITEWELL_HOME": str(settings.home), "CITEWELL_PLACES": json.dumps(dict(settings.places)),
        "CITEWELL_EMAIL": "tester@example.org", "CITEWELL_NCBI_API_KEY": NCBI_KEY,
        "CITEWELL_OPENFDA_API_KEY": OPENFDA_KEY,
    }  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return {**os.environ, **given}


def run(*arguments: str):
    return CliRunner().invoke(cli, ["fetch", *arguments])


def test_what_is_fetched_is_in_the_index_also_without_the_net(env, settings, places, waits, monkeypatch):
    ran = run("pubmed", "testamine", "--max", "3", "--no-ingest")
    assert ran.exit_code == 0, ran.output
    assert "PubMed records: 3 found, 3 fetched, 0 already here." in ran.stdout
    assert "Files:" not in ran.stdout
    monkeypatch.setenv("CITEWELL_PLACES", json.dumps({"pubmed": "http://127.0.0.1:9"}))
    ran = run("pubmed", "other words")
    assert ran.exit_code == 6
    assert len([line for line in ran.stderr.splitlines() if "cannot be reached" in line]) == 1
    assert "Traceback" not in ran.output
    assert "Files: 3 added, 0 changed, 0 removed, 0 unchanged, 0 skipped." in ran.stdout
    index = Index(current_folder(settings.index_dir))
    assert [each.id for each in index.sources()] == ["pmid-1", "pmid-2", "pmid-3"]
    index.close()


def test_without_the_net_and_without_files(env, monkeypatch, waits):
    monkeypatch.setenv("CITEWELL_PLACES", json.dumps({"dailymed": "http://127.0.0.1:9"}))
    ran = run("dailymed", "testamine")
    assert ran.exit_code == 6
    assert ran.stderr.count("\n") == 1
    assert "DailyMed cannot be reached at http://127.0.0.1:9" in ran.stderr
    assert "There is nothing to ingest." in ran.stdout


def test_a_record_that_fails_ends_with_1(env, places, waits):
    places.faults[f"/dailymed/spls/{works.set_id(2)}.xml"] = [faults.login_page]
    ran = run("dailymed", "testamine", "--no-ingest")
    assert ran.exit_code == 1
    assert "3 found, 2 fetched, 0 already here, 1 failed" in ran.stdout
    assert f"failed: {works.set_id(2)}: " in ran.stderr


@pytest.mark.parametrize("arguments", [("pubmed", " "), ("pubmed",), ("pubmed", "x", "--max", "10001")])
def test_what_cannot_work_is_a_usage_error(arguments, env):
    assert run(*arguments).exit_code == 2


def test_a_place_that_there_is_not(env, monkeypatch):
    monkeypatch.setenv("CITEWELL_PLACES", '{"pubmet": "http://127.0.0.1"}')
    ran = run("pubmed", "x", "--no-ingest")
    assert ran.exit_code == 7
    assert "'pubmet'" in ran.stderr


def test_keys_are_told_to_their_place_alone_and_stand_nowhere(env, settings, places, waits, caplog):
    caplog.set_level("INFO")  # what --verbose shows
    texts = []
    for place in ("pubmed", "openfda", "dailymed", "medlineplus", "europepmc"):
        ran = run(place, "testamine", "--max", "1", "--no-ingest")
        assert ran.exit_code == 0
        texts.append(ran.output)
    texts.append(caplog.text)
    assert "/pubmed/efetch.fcgi" in caplog.text
    asked = [call for call in places.calls if call.path.startswith("/pubmed")]
    assert {call.fields["api_key"] for call in asked} == {NCBI_KEY}
    assert {call.handler.command for call in asked} == {"POST"}  # so that the key stands in no address
    for call in places.calls:
        is_openfda = call.path.startswith("/openfda")
        assert ("authorization" in call.headers) == is_openfda
        assert OPENFDA_KEY not in str(call.fields)
        assert NCBI_KEY not in call.handler.path
        assert (NCBI_KEY in str(call.fields)) == call.path.startswith("/pubmed")
    files = [path for path in settings.home.rglob("*") if path.is_file()]
    assert files
    texts += [str(path) + path.read_text(encoding="utf-8", errors="replace") for path in files]
    for key in (NCBI_KEY, OPENFDA_KEY):
        assert not [text for text in texts if key in text]


def test_a_fetch_that_is_killed_goes_on_where_it_was(env, settings, places):
    places.labels = 4
    reached = threading.Event()

    def hang(call: server.Call) -> None:
        call.begin(200, "text/xml", Content_Length="100000")
        call.handler.wfile.write(b"<?xml version='1.0'?><document")
        call.handler.wfile.flush()
        reached.set()
        threading.Event().wait(5)

    third = f"/dailymed/spls/{works.set_id(3)}.xml"
    places.faults[third] = [hang]
    command = [*RUN, "fetch", "dailymed", "testamine", "--no-ingest"]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert reached.wait(30)
        process.send_signal(signal.SIGKILL)
    folder = Path(settings.fetched_dir) / "dailymed"
    assert sorted(path.stem for path in folder.glob("*.xml")) == [works.set_id(1), works.set_id(2)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True, timeout=60)
    assert "4 found, 2 fetched, 2 already here." in done.stdout
    assert places.hits[f"/dailymed/spls/{works.set_id(1)}.xml"] == 1
    assert places.hits["/dailymed/spls.json"] == 2  # both pages, before the kill alone
    assert (folder / f"{works.set_id(3)}.xml").read_text() == works.spl(3)


def test_progress_is_shown_on_a_terminal_alone(env):
    command = [*RUN, "fetch", "pubmed", "testamine", "--no-ingest"]
    plain = subprocess.run(command, env=env, capture_output=True, text=True, check=True, timeout=60)
    assert plain.stderr == ""
    reader, writer = pty.openpty()
    subprocess.run(
        [*command, "--refresh"], env={**env, "TERM": "xterm"}, stderr=writer, check=True, timeout=60
    )
    os.close(writer)
    shown = os.read(reader, 1 << 16).decode("utf-8", "replace")
    os.close(reader)
    assert "PubMed records" in shown
    assert "7/7" in shown
