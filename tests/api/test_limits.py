"""What the API refuses, and how it says so: size, time, rate, keys, too many at once."""

import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from corpus.errors import SettingsError
from ingest.settings import load_settings
from retrieval.safety.disclaimer import disclaimer_for
from tests.api.conftest import QUESTION, serving
from tests.api.test_ask import STREAM, ask
from tests.api.test_serving import wait_for
from ui.api.rate import Rate, client_of

KEY = "a-key-of-the-operator-1"


def is_honest_refusal(reply, status):
    problem = reply.json()
    return (
        reply.status_code == status == problem["status"]
        and reply.headers["content-type"] == "application/problem+json"
        and int(reply.headers.get("Retry-After", "1")) >= 1
        and problem["disclaimer"] == disclaimer_for("error", "general")
    )


def test_a_request_that_is_too_long_is_refused_whole_or_in_parts(client):
    long = b'{"question": "' + b"a" * 70_000 + b'"}'
    headers = {"Content-Type": "application/json"}
    assert is_honest_refusal(client.post("/v1/ask", content=long, headers=headers), 413)
    parts = (long[at : at + 1000] for at in range(0, len(long), 1000))
    assert is_honest_refusal(client.post("/v1/ask", content=parts, headers=headers), 413)


def test_a_request_that_does_not_come_is_not_waited_for(citewell, settings, monkeypatch):
    monkeypatch.setattr("ui.api.guard._BODY_WITHIN_S", 0.3)
    with serving(citewell, settings) as client:
        where = urlsplit(str(client.base_url))
        with socket.create_connection((where.hostname, where.port), timeout=20) as slow:
            slow.sendall(
                b"POST /v1/ask HTTP/1.1\r\nHost: x\r\n"
                b"Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
            )
            assert slow.recv(1000).startswith(b"HTTP/1.1 408")


def test_more_than_may_run_and_wait_are_refused(held, settings):
    with serving(held, settings, serve_at_once=2, serve_waiting=1) as client, ThreadPoolExecutor() as threads:
        inside = [threads.submit(ask, client) for _ in range(3)]
        assert held.stopped.acquire(timeout=60)
        assert held.stopped.acquire(timeout=60)
        while "citewell_inside 3.0" not in client.get("/metrics").text:
            time.sleep(0.01)
        assert is_honest_refusal(ask(client), 503)
        assert is_honest_refusal(ask(client, headers=STREAM), 503)
        assert client.get("/healthz").status_code == 200
        held.go_on.set()
        assert [each.result().json()["outcome"] for each in inside] == ["answered"] * 3
        assert ask(client).status_code == 200
        assert 'citewell_refused_total{why="busy"} 2.0' in client.get("/metrics").text


@pytest.mark.parametrize(("headers", "within_s"), [(None, 0.5), (STREAM, 8.0)])  # a stream must have begun
def test_an_answer_that_takes_too_long_is_broken_off(held, settings, headers, within_s):
    with serving(held, settings, serve_timeout_s=within_s) as client:
        reply = ask(client, headers=headers)
        assert disclaimer_for("error", "general") in reply.text
        if headers is None:
            assert is_honest_refusal(reply, 503)
        else:
            assert '"outcome":"error"' in reply.text.split("event: done")[1]
        held.go_on.set()  # else the server, which finishes what it has begun, would not end


def test_whoever_stops_listening_makes_room(held, settings):
    with serving(held, settings, serve_at_once=1, serve_waiting=0) as client:
        with client.stream("POST", "/v1/ask", json={"question": QUESTION}, headers=STREAM) as reply:
            next(reply.iter_raw())
        held.go_on.set()
        while "citewell_inside 0.0" not in client.get("/metrics").text:
            time.sleep(0.01)
        assert ask(client).status_code == 200
        # The one that nobody waited for counts or does not, by when its going was noticed.
        assert re.search(r'citewell_answers_total{outcome="answered"} [12]\.0', client.get("/metrics").text)


def test_one_client_may_ask_so_often(citewell, settings):
    with serving(citewell, settings, serve_rate=2) as client:
        replies = [client.get("/v1/sources", params={"limit": 1}) for _ in range(3)]
        assert [each.status_code for each in replies] == [200, 200, 429]
        assert 1 <= int(replies[-1].headers["Retry-After"]) <= 30
        assert is_honest_refusal(ask(client), 429)
        assert client.get("/healthz").status_code == 200
        # Behind a proxy on this machine it is the client that counts, not the proxy.
        other = client.get("/v1/sources", headers={"X-Forwarded-For": "203.0.113.7"})
        assert other.status_code == 200


def test_a_client_cannot_choose_its_address(citewell, settings):
    with serving(citewell, settings, serve_rate=1, serve_proxies="192.0.2.1") as client:
        replies = [
            client.get("/v1/sources?limit=1", headers={"X-Forwarded-For": f"203.0.113.{number}"})
            for number in range(3)
        ]
        assert [each.status_code for each in replies] == [200, 429, 429]


def test_where_there_are_keys_one_is_needed(citewell, settings):
    with serving(
        citewell, settings, serve_api_keys=(SecretStr("another-key-another"), SecretStr(KEY))
    ) as client:
        for headers in ({}, {"X-API-Key": KEY[:-1]}, {"Authorization": f"Bearer {KEY}x"}, {"X-API-Key": ""}):
            reply = ask(client, headers=headers)
            assert is_honest_refusal(reply, 401)
            assert reply.headers["WWW-Authenticate"] == "Bearer"
            assert client.get("/v1/sources", headers=headers).status_code == 401
            assert client.get("/metrics", headers=headers).status_code == 401
        for headers in ({"X-API-Key": KEY}, {"Authorization": f"Bearer {KEY}"}):
            assert ask(client, headers=headers).status_code == 200
            assert client.get("/metrics", headers=headers).status_code == 200
        assert client.get("/healthz").status_code == 200
        wait_for(
            lambda: client.get("/readyz").status_code == 200
        )  # the first answer may come before it is warm


def test_there_is_no_default_key_and_no_weak_one(monkeypatch):
    assert load_settings().serve_api_keys == ()
    monkeypatch.setenv("CITEWELL_SERVE_API_KEYS", f"{KEY}, another-key-another")
    assert [each.get_secret_value() for each in load_settings().serve_api_keys] == [
        KEY,
        "another-key-another",
    ]
    assert KEY not in repr(load_settings())
    monkeypatch.setenv("CITEWELL_SERVE_API_KEYS", "short")
    with pytest.raises(SettingsError, match="fewer than 16"):
        load_settings()


@given(
    per_minute=st.integers(1, 1000),
    steps=st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 120)), max_size=200),
)
def test_no_client_is_let_through_more_often_than_its_rate(per_minute, steps):
    now = [0.0]
    rate = Rate(per_minute, lambda: now[0])
    through: dict[str, list[float]] = {}
    for client, seconds in steps:
        now[0] += seconds
        wait = rate.wait_s(client)
        if not wait:
            through.setdefault(client, []).append(now[0])
            continue
        now[0] += wait  # who waits as long as was said is let through
        assert rate.wait_s(client) == 0
        through.setdefault(client, []).append(now[0])
    for times in through.values():
        for first, since in enumerate(times):
            allowed = per_minute + per_minute / 60 * (times[-1] - since) + 1
            assert len(times) - first <= allowed


def test_buckets_do_not_grow_with_visitors():
    rate = Rate(60)
    for number in range(30_000):
        rate.wait_s(str(number))
    assert len(rate) == 10_000


def test_addresses_of_one_household_are_one_client():
    assert client_of("2001:db8:1:2::1") == client_of("2001:db8:1:2:ffff::7") != client_of("2001:db8:1:3::1")
    assert client_of("::ffff:192.0.2.1") == client_of("192.0.2.1") != client_of("192.0.2.2")
    assert client_of(None) == client_of("") == "unknown"
