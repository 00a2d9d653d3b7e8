"""A server that plays the places, settings that name it, and waits that take no time."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from ingest.fetch import fetch
from ingest.fetch.http import Http
from ingest.settings import Settings, load_settings
from tests.fetch.server import Places, serving


@pytest.fixture
def places() -> Iterator[Places]:
    with serving() as served:
        yield served


@pytest.fixture
def settings(tmp_path: Path, places: Places) -> Settings:
    return load_settings(home=tmp_path / "home", places=places.urls())


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that would have been waited, in a program that does not wait."""
    waited: list[float] = []
    monkeypatch.setattr(fetch, "Http", partial(Http, sleep=waited.append))
    return waited
