"""A running server answers where there is one that would answer alike, and nothing heavy is loaded then.

Against the real server over loopback, and against servers that break in every way.
"""

import json
import os
import re
import socket
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from corpus.errors import UnreachableError
from ingest.settings import load_settings
from retrieval.answer import Answer
from retrieval.events import Done, StatementReady
from retrieval.pipeline import Citewell
from tests.ui.commands import ROOT, RUN, invoke, run
from ui import client
from ui.answerer import make_answerer
from ui.client import find_server, sent_events
from ui.scope import Scope
from ui.serve import start

HOW = "how does diazepam work"
EMERGENCY = "I took 60 diazepam tablets with vodka and I want to die"
HEAVY = (
    "{'torch', 'faiss', 'tantivy', 'gradio', 'numpy', 'langchain_core', 'sentence_transformers', 'fastapi'}"
)


@pytest.fixture(scope="module")
def address(small_home):
    """A real server of the small index, without the page."""
    settings = load_settings(home=small_home, port=0, serve_rate=0)
    citewell = Citewell(settings)
    citewell.warm_up()
    running, address = start(citewell, settings, with_page=False)
    yield address.rstrip("/")
    running.close()


def port_of(address):
    return int(address.rsplit(":", 1)[1])


@contextmanager
def serving(replies):
    """A server that gives for each path what `replies` says: status, headers and body."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            length = int(self.headers.get("Content-Length") or 0)
            asked.append((self.path, dict(self.headers), self.rfile.read(length)))
            status, headers, body = replies[self.path]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1], asked
    finally:
        server.shutdown()
        server.server_close()


def healthy(settings, **other):
    told = {
        "status": "ok", "version": client._version(), "home": settings.home_id,
        "settings": settings.fingerprint, "privacy": [],
    }  # fmt: skip
    return {"/healthz": (200, {}, json.dumps({**told, **other}).encode())}


@pytest.mark.parametrize("options", [["--json"], [], ["--stream"], ["--stream", "--json"]])
def test_a_server_answers_without_anything_heavy_being_loaded(address, small_home, options):
    script = RUN[2].replace("main()", "")
    script += (
        "\nimport sys\ntry: main()\nexcept SystemExit: pass\n"
        f"print('heavy:', sorted({HEAVY} & set(sys.modules)), file=sys.stderr)"
    )
    result = subprocess.run(
        [RUN[0], "-c", script, "ask", HOW, *options, "--home", str(small_home)],
        capture_output=True, check=True, cwd=ROOT, timeout=60, text=True, stdin=subprocess.DEVNULL,
        env={**os.environ, "CITEWELL_PORT": str(port_of(address))},
    )  # fmt: skip
    assert "heavy: []" in result.stderr
    assert "strengthens" in result.stdout
    assert "medical advice" in " ".join(result.stdout.split())


def test_a_server_says_what_this_process_would(address, small_home, monkeypatch):
    here = invoke("ask", HOW, "--json", "--local", "--home", small_home)
    monkeypatch.setenv("CITEWELL_PORT", str(port_of(address)))
    monkeypatch.setattr(
        "ui.answerer.Answerer.citewell", property(lambda _: pytest.fail("answered in process"))
    )
    # A proxy is for other machines.
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    there = invoke("ask", HOW, "--json", "--home", small_home)
    told, meant = (Answer.model_validate_json(each.stdout) for each in (there, here))
    assert told.model_dump(exclude={"receipt"}) == meant.model_dump(exclude={"receipt"})
    only = invoke("ask", HOW, "--json", "--kind", "review", "--since", "2000", "--home", small_home)
    assert "diazepam_source" not in only.stdout
    shown = invoke("show", told.statements[0].citations[0].passage_id, "--home", small_home)
    assert "strengthens the effect of GABA" in " ".join(shown.stdout.split())
    assert invoke("show", "diazepam_source", "--home", small_home).exit_code == 0
    found = json.loads(invoke("search", "reuptake", "--json", "--home", small_home).stdout)
    assert found["hits"][0]["passage"]["source"]["id"] in {"sertraline_source", "bupropion_source"}
    missing = invoke("show", "p-none", "--home", small_home)
    assert missing.exit_code == 8


@pytest.mark.parametrize(
    "other", [{"region": "uk"}, {"audit_log": "log.jsonl"}, {"candidates": 50}, {"llm": "openai:a-model"}]
)
def test_a_server_that_would_answer_otherwise_is_not_asked(address, small_home, tmp_path, other):
    same = {"home": small_home, "port": port_of(address)}
    assert find_server(load_settings(**same)).address == address
    assert find_server(load_settings(**{**same, **other})) is None
    assert find_server(load_settings(**{**same, "home": tmp_path})) is None


def test_another_version_or_another_program_is_not_asked(small_home):
    settings = load_settings(home=small_home)
    for health in (
        healthy(settings, version="0.0.1"), healthy(settings, status="ill"),
        {"/healthz": (200, {}, b"[1]")}, {"/healthz": (200, {}, b"<html>")}, {"/healthz": (404, {}, b"")},
        {"/healthz": (302, {"Location": "http://192.0.2.1/"}, b"")},
    ):  # fmt: skip
        with serving(health) as (port, _):
            assert find_server(load_settings(home=small_home, port=port)) is None


def test_a_port_that_takes_connections_and_says_nothing(small_home, monkeypatch):
    monkeypatch.setattr(client, "_HEALTH_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert find_server(load_settings(home=small_home, port=silent.getsockname()[1])) is None


@pytest.mark.parametrize("host", ["192.0.2.1", "example.org", "2001:db8::1"])
def test_no_other_machine_is_asked_unless_it_was_named(host, small_home, monkeypatch):
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("knocked elsewhere"))
    assert find_server(load_settings(home=small_home, host=host)) is None


@pytest.mark.parametrize("host", ["0.0.0.0", "localhost"])
def test_a_server_that_listens_everywhere_is_asked_here(host, address, small_home):
    found = find_server(load_settings(home=small_home, host=host, port=port_of(address)))
    assert re.match(r"http://(127\.0\.0\.1|localhost):", found.address)


@pytest.mark.parametrize(
    "reply", [(503, {"Retry-After": "7"}, b"{}"), (200, {}, b'{"question": "?"}'), (401, {}, b"")]
)
def test_where_the_server_fails_this_process_answers(reply, small_home, monkeypatch):
    with serving({**healthy(load_settings(home=small_home)), "/v1/ask": reply}) as (port, asked):
        monkeypatch.setenv("CITEWELL_PORT", str(port))
        result = invoke("ask", HOW, "--json", "--home", small_home)
        assert [path for path, *_ in asked] == ["/healthz", "/v1/ask"]
        assert "X-API-Key" not in asked[1][1]
    assert Answer.model_validate_json(result.stdout).outcome == "answered"
    assert result.stderr == ""


def test_a_stream_that_breaks_off_ends_in_an_error_with_the_disclaimer(small_home, monkeypatch):
    answer = Citewell(load_settings(home=small_home)).ask(HOW)
    sources = [each.model_dump(mode="json") for each in answer.sources]
    said = {"statement": answer.statements[0].model_dump(mode="json"), "sources": sources}
    events = f'event: opening\ndata: {{"warnings": []}}\n\nevent: statement\ndata: {json.dumps(said)}\n\n'
    replies = {**healthy(load_settings(home=small_home)), "/v1/ask": (200, {}, events.encode())}
    with serving(replies) as (port, _):
        monkeypatch.setenv("CITEWELL_PORT", str(port))
        result = invoke("ask", HOW, "--stream", "--home", small_home)
    shown = " ".join(result.stdout.split())
    assert result.exit_code == 6
    assert shown.index("strengthens") < shown.index("No answer: something went wrong")
    assert "broke off before its answer was whole. Ask again." in shown
    assert "medical advice" in shown.split("broke off")[1]


def test_a_named_server_is_asked_with_its_key_and_said_so(small_home, monkeypatch, address):
    answer = Citewell(load_settings(home=small_home)).ask(HOW)
    replies = {
        "/healthz": (200, {}, b'{"status": "ok", "privacy": ["Questions are recorded."]}'),
        "/v1/ask": (200, {}, answer.model_dump_json().encode()),
    }
    with serving(replies) as (port, asked):
        monkeypatch.setenv("CITEWELL_SERVER", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("CITEWELL_SERVER_KEY", "a-key-of-sixteen-or-more")
        result = invoke("ask", HOW, "--since", "2010", "--home", small_home)
        assert result.exit_code == 0
        assert "Questions are recorded." in result.stdout
        assert asked[1][1]["X-API-Key"] == "a-key-of-sixteen-or-more"
        assert json.loads(asked[1][2]) == {"question": HOW, "earlier": [], "filters": {"since": 2010}}


KEYS = "one-key-of-sixteen,a-key-of-sixteen-or-more"


@pytest.fixture
def locked(small_home, monkeypatch):
    """A real server on this machine that wants a key, and what answers here."""
    settings = load_settings(home=small_home, port=0, serve_api_keys=KEYS)
    citewell = Citewell(settings)
    running, address = start(citewell, settings, with_page=False)
    monkeypatch.setenv("CITEWELL_PORT", str(port_of(address.rstrip("/"))))
    yield address
    running.close()


def test_a_server_on_this_machine_gets_the_key_that_it_wants(locked, small_home, monkeypatch, caplog):
    monkeypatch.setenv("CITEWELL_SERVER_KEY", KEYS.split(",")[1])
    monkeypatch.setattr(Citewell, "__init__", lambda *_: pytest.fail("answered in this process"))
    answer = make_answerer(small_home).ask(HOW)
    assert answer.statements
    assert not caplog.records


@pytest.mark.parametrize(
    ("key", "why"), [(None, "is not set"), ("a-wrong-key-of-sixteen", "is none of them")]
)
def test_a_server_that_wants_a_key_is_told_of_in_words(locked, small_home, monkeypatch, caplog, key, why):
    if key:
        monkeypatch.setenv("CITEWELL_SERVER_KEY", key)
    assert make_answerer(small_home).ask(HOW).statements  # in this process, which takes longer
    assert f"CITEWELL_SERVER_KEY {why}" in caplog.text
    assert key is None or key not in caplog.text
    monkeypatch.setenv("CITEWELL_SERVER", locked.rstrip("/"))
    answerer = make_answerer(small_home)
    answer = answerer.ask(HOW)
    assert answer.outcome == "error"
    assert f"wants one of its API keys, and CITEWELL_SERVER_KEY {why}" in answer.notes[0]
    assert answerer.exit_code(answer) == UnreachableError.exit_code
    with pytest.raises(UnreachableError, match="wants one of its API keys"):
        find_server(answerer.settings).look_up("/v1/sources")


def test_a_named_server_that_is_not_there_is_an_error_but_an_emergency_is_helped(monkeypatch, small_home):
    monkeypatch.setenv("CITEWELL_SERVER", "http://127.0.0.1:9")
    result = invoke("ask", HOW, "--home", small_home)
    shown = " ".join(result.stdout.split())
    assert result.exit_code == 6
    assert (
        "There is no Citewell server at http://127.0.0.1:9. Check that it runs, or unset CITEWELL_SERVER"
        in shown
    )
    assert "medical advice" in shown
    helped = invoke("ask", EMERGENCY, "--home", small_home)
    assert (helped.exit_code, helped.stdout[:17]) == (0, "*** EMERGENCY ***")
    assert invoke("search", "gaba", "--home", small_home).exit_code == 6


def test_a_named_server_that_is_busy_says_when_to_come_back(monkeypatch, small_home):
    busy = json.dumps({"title": "Too many requests", "detail": "This client asks too often."}).encode()
    replies = {"/healthz": (200, {}, b'{"status": "ok"}'), "/v1/ask": (429, {"Retry-After": "12"}, busy)}
    with serving(replies) as (port, _):
        monkeypatch.setenv("CITEWELL_SERVER", f"http://127.0.0.1:{port}")
        for options in ([], ["--stream"]):
            shown = " ".join(invoke("ask", HOW, *options, "--home", small_home).stdout.split())
            assert "refused with status 429: This client asks too often. Ask again in 12 seconds." in shown
            assert "medical advice" in shown


def test_a_question_is_never_told_in_an_error(small_home):
    with serving({"/healthz": (200, {}, b'{"status": "ok"}'), "/v1/ask": (200, {}, b"{}")}) as (port, _):
        server = find_server(load_settings(home=small_home, server=f"http://127.0.0.1:{port}"))
        with pytest.raises(UnreachableError) as caught:
            server.ask("my secret question", [], Scope())
    assert "secret" not in str(caught.value)


def test_a_conversation_goes_on_here_when_the_server_goes(small_home, monkeypatch):
    settings = load_settings(home=small_home, port=0)
    running, address = start(Citewell(settings), settings, with_page=False)
    monkeypatch.setenv("CITEWELL_PORT", str(port_of(address.rstrip("/"))))
    answerer = make_answerer(small_home)
    first = answerer.ask(HOW)
    assert answerer.server is not None
    running.close()
    events = list(answerer.stream("and when I stop it?", [HOW]))
    assert answerer.server is None
    assert first.outcome == "answered"
    assert any(isinstance(each, StatementReady) for each in events)
    assert isinstance(events[-1], Done)
    assert "withdrawal" in events[-1].answer.statements[0].text


def test_events_are_read_as_browsers_read_them():
    lines = [
        ": a comment",
        "event: a",
        "data: 1",
        "data:2",
        "id: 7",
        "",
        "data:  3",
        "",
        "event: b",
        "",
        "data: cut",
    ]
    assert list(sent_events(lines)) == [("a", "1\n2"), ("message", " 3")]


def test_without_a_server_nothing_of_it_is_noticed(small_home):
    result = run("ask", HOW, "--json", "--home", small_home, env={"CITEWELL_PORT": "9"})
    assert (result.returncode, result.stderr) == (0, b"")
