"""What the tests of the surfaces share: one index of three small sources, built once a session."""

from pathlib import Path

import pytest

from tests.ui.commands import invoke, write_sources


@pytest.fixture(scope="session")
def small_home(tmp_path_factory) -> Path:
    """Folder with an index of three small sources. Only to be read."""
    base = tmp_path_factory.mktemp("small")
    result = invoke("ingest", write_sources(base / "docs"), "--home", base / "home")
    assert result.exit_code == 0, result.output
    return base / "home"
