"""What the tests of ingest share: one loaded model, homes for tiny indexes, and what became of each file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.embed import Embedder
from ingest.generation import current_folder
from ingest.index import Index
from ingest.pipeline import ingest
from ingest.report import Report
from ingest.settings import Settings, load_settings


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return Embedder()


class Home:
    """A home for an index, with the loaded model at hand."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self.folder = folder
        self.embedder = embedder
        self.settings: Settings = load_settings(home=folder)
        self.index_dir = self.settings.index_dir

    def ingest(self, *roots: Path, **options: object) -> Report:
        options = {"embedder": self.embedder, **options}
        settings = options.pop("settings", self.settings)
        return ingest(list(roots), settings, **options)

    def open(self) -> Index:
        return Index(current_folder(self.index_dir))

    def texts(self) -> list[str]:
        index = self.open()
        found = [index.passage(row).text for row in range(index.manifest.passages)]
        index.close()
        return found


@pytest.fixture
def home(tmp_path: Path, embedder: Embedder) -> Home:
    return Home(tmp_path / "home", embedder)


@pytest.fixture(scope="session")
def make_home(embedder: Embedder) -> Callable[[Path], Home]:
    return lambda folder: Home(folder, embedder)


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "shelf"
    write_shelf(folder)
    return folder


def write_shelf(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "alpha.md").write_text(
        "---\nid: alpha\nkind: trial\ntitle: Trial of alpha\nyear: 2001\n---\n"
        "## Mechanism\n\nAlpha enhances GABA. It binds between two subunits.\n\n"
        "## Dose\n\nTake 5 mg at night.\n"
    )
    (folder / "beta.md").write_text("# About beta\n\nBeta blocks reuptake of serotonin. It takes weeks.\n")
    (folder / "gamma.txt").write_text("Gamma calms. Gamma may cause sleepiness.\n")


def states(report) -> dict[str, str]:
    return {each.name: each.state for each in report.outcomes}
