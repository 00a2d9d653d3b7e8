"""POST /v1/ask: the Answer as JSON and as events, emergencies whatever happens, all with the disclaimer."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from ingest.settings import load_settings
from retrieval.answer import Answer
from retrieval.pipeline import Citewell
from retrieval.safety.disclaimer import disclaimer_for
from tests.api.conftest import EMERGENCY, QUESTION, serving
from tests.api.events import events_of

STREAM = {"Accept": "text/event-stream"}


def ask(client, question=QUESTION, headers=None, **more):
    return client.post("/v1/ask", json={"question": question, **more}, headers=headers)


def test_the_answer_is_the_one_that_the_pipeline_gives(client, citewell):
    reply = ask(client)
    assert reply.status_code == 200
    here = citewell.ask(QUESTION)
    there = Answer.model_validate_json(reply.content)
    assert there.statements == here.statements
    assert there.disclaimer == disclaimer_for("answered", "general")
    assert there.receipt.index == citewell.generation


def test_events_are_the_parts_of_the_same_answer(client):
    with client.stream("POST", "/v1/ask", json={"question": QUESTION}, headers=STREAM) as reply:
        assert reply.headers["content-type"].startswith("text/event-stream")
        events = events_of(reply)
    assert [name for name, _ in events][0 :: len(events) - 1] == ["opening", "done"]
    answer = Answer.model_validate(events[-1][1]["answer"])
    said = [data["statement"] for name, data in events if name == "statement"]
    assert said == [each.model_dump(mode="json") for each in answer.statements]
    assert answer.statements == Answer.model_validate(ask(client).json()).statements


def test_filters_and_earlier_questions_are_heeded(client):
    filters = {"kinds": ["meta-analysis"], "since": 2000, "until": 2020}
    answer = ask(client, "do benzodiazepines help with anxiety", filters=filters).json()
    assert answer["sources"]
    assert all(each["kind"] == "meta-analysis" and 2000 <= each["year"] <= 2020 for each in answer["sources"])
    follow_up = ask(client, "and how long does it last?", earlier=[QUESTION]).json()
    assert "diazepam" in json.dumps(follow_up["statements"]).casefold()
    only = ask(client, QUESTION, filters={"sources": ["calcaterra2014"]}).json()
    assert only["receipt"]["passages"]
    assert not only["sources"] or "calcaterra2014" not in {each["id"] for each in answer["sources"]}


@pytest.mark.parametrize("headers", [None, STREAM])
def test_an_emergency_is_helped_without_an_index(tmp_path, headers):
    settings = load_settings(home=tmp_path, port=0)
    with serving(Citewell(settings), settings) as client:
        assert client.get("/readyz").status_code == 503
        reply = ask(client, EMERGENCY, headers)
        assert reply.status_code == 200
        answer = events_of(reply)[-1][1]["answer"] if headers else reply.json()
        assert answer["outcome"] == "emergency"
        reply = ask(client, QUESTION, headers)
        assert reply.status_code == 503
        assert reply.headers["Retry-After"].isdigit()
        assert reply.json()["disclaimer"] == disclaimer_for("error", "general")
        assert str(tmp_path) not in reply.text


def test_an_emergency_waits_for_nobody_and_is_never_one_too_many(held, settings):
    limits = {"serve_at_once": 1, "serve_waiting": 0, "serve_rate": 3}
    with serving(held, settings, **limits) as client, ThreadPoolExecutor() as threads:
        running = threads.submit(ask, client)
        assert held.stopped.acquire(timeout=60)
        assert ask(client).status_code == 503
        for _ in range(5):
            assert ask(client, EMERGENCY).json()["outcome"] == "emergency"
        assert ask(client).status_code == 503
        assert ask(client).status_code == 429
        assert ask(client, EMERGENCY).json()["outcome"] == "emergency"
        held.go_on.set()
        assert running.result().json()["outcome"] == "answered"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"how"',
        b"{}",
        b'{"question": ""}',
        b'{"question": "  "}',
        b'{"question": "\\ud800"}',
        b'{"question": 5}',
        b'{"question": "x", "unknown": 1}',
        b'{"question": "x", "filters": {"kinds": ["opinion"]}}',
        b'{"question": "x", "filters": {"since": 2020, "until": 2010}}',
        b'{"question": "x", "filters": {"since": 1e400}}',
        json.dumps({"question": "x" * 4001}).encode(),
        json.dumps({"question": "x", "earlier": ["x"] * 21}).encode(),
        b'{"question": "x", "earlier": [[[]]]}',
        b"\xff\xfe",
        b'{"question":' * 5000,
    ],
)
def test_what_cannot_be_read_is_a_problem_with_the_disclaimer(client, body):
    reply = client.post("/v1/ask", content=body, headers={"Content-Type": "application/json"})
    assert reply.status_code in {400, 422}  # 400 where it is no JSON that anybody could read
    assert reply.headers["content-type"] == "application/problem+json"
    problem = reply.json()
    assert problem["status"] == reply.status_code
    assert problem["request_id"] == reply.headers["X-Request-ID"]
    assert problem["disclaimer"] == disclaimer_for("error", "general")


def test_a_problem_does_not_repeat_the_question(client):
    reply = client.post("/v1/ask", json={"question": "my secret trouble", "earlier": "my secret past"})
    assert reply.status_code == 422
    assert "secret" not in reply.text


@pytest.mark.parametrize(
    "question", ["\x00", "' OR 1=1 --", "\u202e\u0627", "🤕" * 2000, "a" * 4000, "?" * 4000]
)
def test_strange_questions_are_answered_like_any_other(client, question):
    reply = ask(client, question)
    assert reply.status_code == 200
    assert reply.json()["disclaimer"]
