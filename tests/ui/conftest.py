"""What the tests of the surfaces share: an index of small sources, and one answered turn of the page."""

from pathlib import Path

import pytest

from tests.ui.commands import invoke, write_sources
from tests.ui.replies import QUESTION, replies_of
from ui.page_request import Asked


@pytest.fixture(scope="session")
def small_home(tmp_path_factory) -> Path:
    """Folder with an index of three small sources. Only to be read."""
    base = tmp_path_factory.mktemp("small")
    result = invoke("ingest", write_sources(base / "docs"), "--home", base / "home")
    assert result.exit_code == 0, result.output
    return base / "home"


@pytest.fixture(scope="module")
def home(small_home) -> Path:
    return small_home


@pytest.fixture(scope="module")
def replies(citewell):
    return replies_of(citewell)


@pytest.fixture(scope="module")
def answered(replies):
    *_, last = replies.turns(QUESTION, Asked(number=4))
    return last
