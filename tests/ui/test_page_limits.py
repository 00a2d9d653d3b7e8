"""What browsers send to the page is bounded in size, rate and number; help in an emergency is not."""

import json

import httpx
import pytest

from retrieval.answer import Outcome
from retrieval.safety.disclaimer import disclaimer_for
from tests.api.conftest import EMERGENCY, QUESTION, Held, serving
from ui.api import page_guard
from ui.api.rate import Rate
from ui.markup import escaped
from ui.own import OwnDocuments
from ui.page_bridge import Bridge
from ui.page_replies import Replies
from ui.page_request import Asked
from ui.serve import start

JOIN, CALL = "/gradio_api/queue/join", "/gradio_api/component_server"


def join(client, question, number):
    body = {"data": [question, "{}"], "fn_index": 0, "session_hash": f"visitor-{number}"}
    return client.post(JOIN, json=body)


@pytest.mark.parametrize("path", ["run/predict", "api/predict", "call/reply", "upload", "process_recording"])
def test_gradio_opens_no_other_way_in(citewell, settings, path):
    with serving(citewell, settings, with_page=True) as client:
        for way in (f"/gradio_api/{path}", f"/gradio_api/{path}/"):
            reply = client.post(way, json={"data": [QUESTION, "{}"], "fn_index": 0})
            assert reply.status_code == 404
            assert reply.headers["Content-Type"] == "application/problem+json"


def test_a_client_may_send_so_much_and_so_often(citewell, settings, monkeypatch):
    with serving(citewell, settings, with_page=True, serve_rate=1) as client:
        replies = [client.post(CALL, json={}) for _ in range(page_guard.TIMES_THE_RATE + 1)]
        assert [each.status_code for each in replies[:-1]] == [400] * page_guard.TIMES_THE_RATE
        assert replies[-1].status_code == 429
        assert int(replies[-1].headers["Retry-After"]) >= 1
        assert client.get("/").status_code == 200
    monkeypatch.setattr(page_guard, "_CONVERSATION_BYTES", 10_000)
    with serving(citewell, settings, with_page=True, serve_upload_mb=0) as client:
        assert client.post(CALL, content=b"x" * 10_001).status_code == 413
        assert client.post(CALL, content=iter([b"x" * 6_000] * 2)).status_code in {400, 413}


def test_more_questions_than_may_run_and_wait_are_refused(citewell, settings):
    few = settings.model_copy(update={"serve_at_once": 1, "serve_waiting": 1})
    held = Held(few, lambda _: citewell.desk)
    running, address = start(held, held.settings, with_page=True)
    try:
        with httpx.Client(base_url=address, timeout=30) as client:
            assert join(client, QUESTION, 0).status_code == 200
            assert held.stopped.acquire(timeout=30)  # the first runs
            replies = [join(client, QUESTION, number) for number in range(1, 8)]
            assert [each.status_code for each in replies] == [200, 200, 503, 503, 503, 503, 503]
            assert all(int(each.headers["Retry-After"]) >= 1 for each in replies[2:])
            assert not held.stopped.acquire(timeout=0.2), "a second one runs"
            held.go_on.set()
    finally:
        held.go_on.set()
        running.close()


def test_one_question_too_many_is_told_so_and_an_emergency_never_is(citewell):
    replies = Replies(citewell, OwnDocuments(citewell), Rate(1))
    *_, (first, _) = replies.reply(QUESTION, "{}", "me")
    ((second, _),) = replies.reply(QUESTION, "{}", "me")
    assert "one question too many" not in first
    assert "one question too many" in second
    assert 'data-outcome="error"' in second
    assert escaped(disclaimer_for("error", citewell.settings.region)) in second
    *_, (help_, _) = replies.reply(EMERGENCY, "{}", "me")
    assert 'data-outcome="emergency"' in help_
    *_, (other, _) = replies.reply(QUESTION, "{}", "another")
    assert "one question too many" not in other


def test_help_can_be_had_without_a_place_in_the_queue(citewell):
    bridge = Bridge(Replies(citewell, OwnDocuments(citewell)))
    request = json.dumps({"number": 3, "earlier": [QUESTION]})
    assert 'data-outcome="emergency"' in bridge.urgent({"question": EMERGENCY, "request": request})["html"]
    assert bridge.urgent({"question": QUESTION, "request": request}) == {"html": ""}
    assert bridge.replies.urgent(EMERGENCY, Asked()).answer.outcome is Outcome.EMERGENCY
