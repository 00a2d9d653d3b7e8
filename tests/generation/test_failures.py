"""Models and servers that fail cost a note and not the answer, and leave nothing behind."""

import socket
import threading

import pytest

from ingest.settings import load_settings
from retrieval.pipeline import Citewell
from tests.generation.check import check, same_statements
from tests.generation.scripts import FELL_BACK, QUESTION, shortens

NO_FORM = "the form asked for"


def stalls(call):
    call.head()
    call.wait_for_hang_up()


def never_answers(call):
    call.wait_for_hang_up()


def drips(call):
    """Bytes that are no reply, for ever: no single read takes long."""
    call.head()
    while not call.server.hung_up.wait(0.02):
        call.raw(": still there\n\n")


def drips_a_reply(call):
    call.head()
    while not call.server.hung_up.wait(0.02):
        call.chunk(" ")


def status(code, **headers):
    def script(call):
        call.head(code, "application/json", **headers)
        call.raw('{"error": {"message": "no: key sk-secret-123", "type": "x", "code": "x"}}')

    return script


def flood(call):
    call.head()
    while not call.server.hung_up.is_set():
        call.chunk("and so on " * 50)


def wrong_type(call):
    call.head(200, "text/html")
    call.raw("<html><body>Welcome to the proxy</body></html>")


FAILURES = {
    "stalls": (stalls, "took too long"),
    "never answers": (never_answers, "took too long"),
    "drips comments": (drips, "took too long"),
    "drips spaces": (drips_a_reply, "took too long"),
    "429": (status(429, Retry_After="0"), "too many requests"),
    "429 for an hour": (status(429, Retry_After="3600"), "too many requests"),
    "429 until a date": (status(429, Retry_After="Wed, 21 Oct 2099 07:28:00 GMT"), "too many requests"),
    "500": (status(500, Retry_After="0"), "could not be reached or failed"),
    "401": (status(401), "refused the request or the key"),
    "redirects nowhere": (status(302, Location="/v1/elsewhere"), FELL_BACK),
    "says half an object": (lambda call: call.say('{"heading": "In short", "text": "Diaz'), NO_FORM),
    "says no JSON": (lambda call: call.say("I'm sorry, I can't help with that."), NO_FORM),
    "says other JSON": (lambda call: call.say('{"answer": "Diazepam cures all.", "ok": true}'), NO_FORM),
    "nests without end": (lambda call: call.say('{"a":' * 1000), NO_FORM),
    "sends bad events": (lambda call: (call.head(), call.raw("data: {nonsense\n\n")), FELL_BACK),
    "says nothing": (lambda call: call.say(""), "the reply was empty"),
    "sends a page": (wrong_type, NO_FORM),
    "floods": (flood, "more text than the settings allow"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_model_that_fails_costs_a_note_and_not_the_answer(
    name, with_model, plain, citewell, monkeypatch, caplog
):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-123")
    script, why = FAILURES[name]
    with with_model(script, llm_timeout_s=1.0) as (worded, server):
        answer = worded.ask(QUESTION)
        if name in {"stalls", "never answers", "drips comments", "drips spaces", "floods"}:
            assert server.hung_up.wait(10), "the connection was left open"
    check(answer, citewell, plain)
    assert same_statements(answer, plain)
    assert any(FELL_BACK in note and why in note for note in answer.notes), answer.notes
    assert len(server.calls) == (2 if name in {"429", "500", "redirects nowhere"} else 1)
    assert "sk-secret" not in answer.model_dump_json()
    assert "sk-secret" not in caplog.text


def test_a_server_that_is_down(index_home, citewell, plain):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
        settings = load_settings(home=index_home, llm="openai:scripted", llm_base_url=url, llm_timeout_s=5)
        answer = Citewell(settings).ask(QUESTION)
    check(answer, citewell, plain)
    assert any("could not be reached" in note for note in answer.notes)


def test_after_one_refusal_a_second_try_is_made(with_model, plain, citewell):
    def script(call):
        if call.number == 1:
            status(429, Retry_After="0")(call)
        else:
            call.say(shortens(call))

    with with_model(script) as (worded, server):
        answer = worded.ask(QUESTION)
    check(answer, citewell, plain)
    assert len(server.calls) == 2
    assert answer.statements[0].worded_by == "model"


def test_failures_leave_no_threads_behind(with_model):
    with with_model(stalls, llm_timeout_s=0.3) as (worded, server):
        worded.ask(QUESTION)
        settle(server)
        before = client_threads()
        for _ in range(3):
            server.hung_up.clear()
            worded.ask(QUESTION)
            settle(server)
        assert client_threads() == before


def settle(server):
    assert server.hung_up.wait(10)


def client_threads():
    """Threads but for the server's own, of which one may just be ending."""
    return sorted(each.name for each in threading.enumerate() if "process_request" not in each.name)
