"""What the tests share: one index of the shipped corpus with the real model, built once a session."""

import signal
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from ingest.settings import Settings, load_settings
from retrieval.pipeline import Citewell

# Where the tests run in the background, SIGINT is ignored, and what they start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Settings:
    """Settings of a home that all processes of the tests share; a page gets a free port."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    return load_settings(home=shared / "citewell-home", port=0)


@pytest.fixture(scope="session")
def index_home(settings: Settings) -> Path:
    """The home of `settings`, with the shipped corpus in its index, built once. Only to be read."""
    ingest([], settings, wait_s=300)
    return settings.home


@pytest.fixture(scope="session")
def citewell(settings: Settings, index_home: Path) -> Citewell:
    """Citewell over the shipped corpus, warm."""
    warm = Citewell(settings)
    warm.warm_up()
    return warm
