"""Citewell with a scripted chat model, over the shipped corpus, and its answer without one."""

from contextlib import contextmanager

import pytest

from ingest.settings import load_settings
from retrieval.pipeline import Citewell
from tests.generation.scripts import QUESTION
from tests.generation.server import playing


@pytest.fixture(scope="module")
def plain(citewell):
    return citewell.ask(QUESTION)


@pytest.fixture
def with_model(index_home, citewell, monkeypatch):
    """A context that serves a script and gives Citewell with that model, and the server."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    @contextmanager
    def opened(script, **more):
        with playing(script) as server:
            more = {"llm_timeout_s": 20.0, **more}
            settings = load_settings(home=index_home, llm="openai:scripted", llm_base_url=server.url, **more)
            yield Citewell(settings, lambda _: citewell.desk), server  # opened once for all tests

    return opened
