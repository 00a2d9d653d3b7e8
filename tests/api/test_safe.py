"""What must not leak or be left out: questions in logs, headers, other hosts, figures."""

import logging
import re

import pytest

from tests.api.conftest import EMERGENCY, QUESTION, Held, serving
from tests.api.test_ask import STREAM, ask


def test_every_reply_has_an_id_and_forbids_what_browsers_may_do_with_it(client):
    for reply in (
        ask(client),
        ask(client, ""),
        ask(client, EMERGENCY),
        client.get("/healthz"),
        client.get("/v1/nothing"),
    ):
        assert re.fullmatch(r"[0-9a-f]{32}", reply.headers["X-Request-ID"])
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert "server" not in reply.headers
    assert ask(client).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("given", "kept"), [("abc-123.x_y", True), ("a" * 65, False), ("a b\tc", False), ("", False)]
)
def test_a_request_keeps_the_id_that_it_comes_with(client, given, kept):
    reply = client.get("/healthz", headers={"X-Request-ID": given})
    assert (reply.headers["X-Request-ID"] == given) is kept


def test_pages_of_other_sites_may_not_ask(client):
    origin = {"Origin": "https://elsewhere.example"}
    for reply in (
        ask(client, headers=origin),
        client.options("/v1/ask", headers={**origin, "Access-Control-Request-Method": "POST"}),
    ):
        assert not [name for name in reply.headers if name.startswith("access-control-")]
    plain = client.post(
        "/v1/ask", content=b'{"question": "x"}', headers={**origin, "Content-Type": "text/plain"}
    )
    assert plain.status_code == 422


def test_no_question_is_logged_whatever_happens(citewell, settings, caplog):
    class Broken(Held):
        def stream(self, question, earlier=(), filters=None):
            raise RuntimeError(f"I choke on {question}")

    caplog.set_level(logging.DEBUG)
    with serving(citewell, settings) as client:
        ask(client, "a secret about my sertraline", earlier=["a secret of old"])
        client.post(
            "/v1/ask", content=b'{"question": "a secret', headers={"Content-Type": "application/json"}
        )
        client.post("/v1/search", json={"question": "a secret search"})
        client.get("/v1/sources", params={"secret": "secret"})
        ask(client, f"a secret: {EMERGENCY}")
    with serving(Broken(settings), settings) as client:
        for headers in (None, STREAM):
            reply = ask(client, "a secret that breaks it", headers)
            assert reply.status_code == 500
            assert "secret" not in reply.text
            assert reply.json()["disclaimer"]
    told = [
        each.getMessage() + str(each.exc_text or "")
        for each in caplog.records
        if not each.name.startswith("http")
    ]
    assert any("POST /v1/ask 200" in each for each in told)
    assert any("RuntimeError" in each for each in told)
    assert not [each for each in told if "secret" in each]


def test_figures_for_prometheus(citewell, settings):
    with serving(citewell, settings) as client:
        ask(client)
        ask(client, EMERGENCY)
        ask(client, "")
        client.get("/v1/whatever/came")
        text = client.get("/metrics").text
    for line in (
        'citewell_answers_total{outcome="answered"} 1.0',
        'citewell_answers_total{outcome="emergency"} 1.0',
        'citewell_requests_total{method="POST",route="/v1/ask",status="200"} 2.0',
        'citewell_requests_total{method="POST",route="/v1/ask",status="422"} 1.0',
        'citewell_requests_total{method="GET",route="unknown",status="404"} 1.0',
        "citewell_first_words_seconds_count 1.0",
        "citewell_ready 1.0",
        "citewell_inside 0.0",
    ):
        assert line in text


def test_the_api_describes_itself_with_examples(client):
    described = client.get("/openapi.json").json()
    assert set(described["paths"]) == {
        "/v1/ask", "/v1/search", "/v1/sources", "/v1/sources/{source_id}", "/v1/passages/{passage_id}",
        "/healthz", "/readyz", "/metrics",
    }  # fmt: skip
    request = described["components"]["schemas"]["AskRequest"]
    assert request["properties"]["question"]["examples"]
    replies = described["paths"]["/v1/ask"]["post"]["responses"]
    assert {"200", "401", "413", "422", "429", "503"} <= set(replies)
    assert "text/event-stream" in replies["200"]["content"]
    assert list(replies["422"]["content"]) == ["application/problem+json"]


def test_health_tells_a_client_whether_this_server_answers_as_it_would_itself(client, settings, citewell):
    health = client.get("/healthz").json()
    assert health["status"] == "ok"
    assert health["home"] == settings.home_id
    assert health["settings"] == settings.fingerprint == ask(client, QUESTION).json()["receipt"]["settings"]
    assert health["index"] == citewell.generation
    assert health["privacy"] == []
