"""The page on the API's server: with headers of its own, and never what keeps the server from ending."""

import re
import threading

import httpx
import pytest

from tests.api.conftest import QUESTION
from tests.api.test_ask import ask
from ui.api.guard import PAGE_POLICY
from ui.serve import start


@pytest.fixture(scope="module")
def served(citewell, settings):
    """A server with the page, and its address."""
    running, address = start(citewell, settings, with_page=True)
    yield running, address
    running.close()


def test_the_page_and_the_api_stand_side_by_side(served):
    with httpx.Client(base_url=served[1], timeout=60) as client:
        page = client.get("/")
        assert page.status_code == 200
        assert page.headers["Content-Security-Policy"] == PAGE_POLICY
        assert page.headers["X-Frame-Options"] == "DENY"
        assert "X-Request-ID" in page.headers
        assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", page.text)
        assert ask(client, QUESTION).json()["outcome"] == "answered"
        for reply in (client.get("/v1/nothing"), client.delete("/v1/ask"), client.get("/v1/sources/no/such")):
            assert reply.status_code == 404
            assert reply.headers["Content-Type"] == "application/problem+json"


def test_no_source_of_the_page_s_policy_is_another_host():
    allowed = set(PAGE_POLICY.replace(";", " ").split()) - {
        each.split()[0] for each in PAGE_POLICY.split("; ")
    }
    assert allowed == {"'self'", "'none'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"}


def test_an_open_page_does_not_keep_the_server_from_ending(citewell, settings):
    running, address = start(citewell, settings, with_page=True)
    ending = threading.Thread(target=running.close)
    with httpx.stream("GET", f"{address}/gradio_api/heartbeat/somebody", timeout=60) as beating:
        assert beating.status_code == 200
        next(beating.iter_raw())
        ending.start()
        ending.join(settings.serve_finish_s / 2)
        assert not ending.is_alive()
