"""When an index is built again: where it is damaged or old, or model, cut or facet table are others."""

import json
import shutil

import pytest

from ingest.embed import Embedder
from ingest.generation import CURRENT, MANIFEST, current_folder
from ingest.settings import load_settings
from tests.ingest.conftest import states


@pytest.mark.parametrize("harmed", [MANIFEST, "records.sqlite", "passages.faiss", CURRENT])
def test_a_damaged_index_is_built_again_from_all_that_it_was_made_of(home, shelf, tmp_path, harmed):
    other = tmp_path / "other"
    other.mkdir()
    (other / "omega.md").write_text("# Omega\n\nOmega is elsewhere.\n")
    (tmp_path / "single.txt").write_text("A single file.")
    report = home.ingest(shelf, other, tmp_path / "single.txt")
    texts = home.texts()
    path = home.index_dir / CURRENT if harmed == CURRENT else current_folder(home.index_dir) / harmed
    path.write_bytes(path.read_bytes()[:-9] + b"\xff")
    again = home.ingest(other)
    assert "It is built again from its sources." in again.notes[0]
    assert again.generation == report.generation
    assert home.texts() == texts
    (tmp_path / "single.txt").unlink()
    (current_folder(home.index_dir) / "passages.faiss").unlink()
    gone = home.ingest(other)
    assert any("single.txt is not there any more" in note for note in gone.notes)
    assert gone.sources == 4


def test_an_index_of_an_older_format_is_built_again(home, shelf):
    home.ingest(shelf)
    path = current_folder(home.index_dir) / MANIFEST
    path.write_text(json.dumps({"format": 0, "roots": [str(shelf)]}))
    assert home.ingest(shelf / "beta.md").sources == 3


@pytest.fixture
def other_model(embedder):
    """The same weights under another fingerprint: another model as far as an index can tell."""
    other = Embedder()
    other.__dict__.update(embedder.__dict__, fingerprint="0" * 64)
    return other


def test_another_model_embeds_everything_again(home, shelf, tmp_path, other_model):
    lost = tmp_path / "lost"
    lost.mkdir()
    (lost / "omega.md").write_text("# Omega\n\nOmega is elsewhere.\n")
    home.ingest(shelf, lost)
    shutil.rmtree(lost)
    report = home.ingest(shelf / "beta.md", embedder=other_model)
    assert report.embedded == 5
    assert report.sources == 4
    assert "kept as it was cut before" in report.notes[0]
    assert home.open().manifest.embedding_fingerprint == "0" * 64


def test_another_cut_reads_every_root_again(home, shelf, tmp_path):
    long = tmp_path / "long"
    long.mkdir()
    (long / "long.txt").write_text("A sentence of some words here. " * 40)
    home.ingest(shelf, long)
    report = home.ingest(shelf / "beta.md", settings=load_settings(home=home.folder, passage_tokens=64))
    assert states(report)["long.txt"] == "changed"
    passages = [home.open().passage(row) for row in range(report.passages)]
    assert max(home.embedder.count_tokens([each.embedded_text for each in passages])) <= 64


def test_a_change_of_the_facet_table_reaches_unchanged_files(home, shelf, monkeypatch):
    from corpus.facets import FacetTable, load_facets

    home.ingest(shelf)
    table = FacetTable(tuple(each for each in load_facets().facets if each.id != "dose"))
    monkeypatch.setattr("ingest.recipe.load_facets", lambda: table)
    report = home.ingest(shelf)
    assert report.embedded == 0
    assert {each.facet for each in home.open().passages_of("alpha")}.isdisjoint({"dose"})
