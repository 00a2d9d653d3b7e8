"""What is embedded: nothing twice, and the same vectors wherever, however often and in whatever slices."""

import numpy as np

from ingest.settings import load_settings
from tests.ingest.conftest import Home, states


def test_a_passage_that_moved_is_not_embedded_again(home, shelf):
    home.ingest(shelf)
    before = home.open()
    (shelf / "sub").mkdir()
    (shelf / "alpha.md").rename(shelf / "sub" / "other.md")
    path = shelf / "beta.md"
    path.write_text(path.read_text().replace("\nBeta blocks", "\nBeta is known. Beta blocks"))
    report = home.ingest(shelf)
    assert states(report)["sub/other.md"] == "added"
    assert states(report)["alpha.md"] == "removed"
    assert report.embedded == 1
    after = home.open()
    for passage in before.passages_of("alpha"):
        row = after.row_of(passage.id)
        assert after.passage(row).text == passage.text
        old = before.row_of(passage.id)
        assert (after.vectors[row] == before.vectors[old]).all()
        for one, two in zip(after.sentence_rows(row), before.sentence_rows(old), strict=True):
            assert (after.sentence_vectors[one] == before.sentence_vectors[two]).all()


def test_identical_passages_are_embedded_once(home, tmp_path, monkeypatch):
    folder = tmp_path / "twins"
    folder.mkdir()
    for n in range(6):
        (folder / f"{n}.md").write_text(
            f"---\nid: leaflet-{n}\nkind: document\ntitle: Leaflet\n---\n"
            "Keep out of reach. Ask a pharmacist.\n"
        )
    report = home.ingest(folder)
    assert (report.sources, report.embedded, report.reused) == (6, 1, 5)
    monkeypatch.setattr(
        "ingest.vectors._SLICE", 2
    )  # where the first one is in a slice that is written already
    again = Home(tmp_path / "other", home.embedder)
    assert (again.ingest(folder).embedded, home.ingest(folder).embedded) == (1, 0)
    for index in (home.open(), again.open()):
        assert (index.passage_vectors == index.passage_vectors[0]).all()
        first, *others = [index.sentence_vectors[index.sentence_rows(row)] for row in range(6)]
        assert all((each == first).all() for each in others)
        index.close()


def test_the_size_of_a_slice_changes_nothing(home, shelf, tmp_path, monkeypatch):
    home.ingest(shelf)
    monkeypatch.setattr("ingest.vectors._SLICE", 1)
    monkeypatch.setattr("ingest.stage._BATCH", 1)
    other = Home(tmp_path / "other", home.embedder)
    assert other.ingest(shelf).generation == home.open().manifest.id
    one, two = home.open(), other.open()
    assert list(one.documents()) == list(two.documents())
    assert np.abs(one.sentence_vectors[:] - two.sentence_vectors[:]).max() < 0.004


def test_the_same_content_gives_the_same_generation_and_rows_in_every_home(make_home, shelf, tmp_path):
    homes = [make_home(tmp_path / name) for name in ("one", "two")]
    first = homes[0].ingest(shelf)
    second = homes[1].ingest(shelf / "gamma.txt", shelf)
    assert first.generation == second.generation
    one, two = (home.open() for home in homes)
    assert list(one.documents()) == list(two.documents())
    assert (one.passage_vectors == two.passage_vectors).all()
    assert (one.sentence_vectors == two.sentence_vectors).all()


def test_the_shipped_corpus_has_sentences_encoded_by_themselves(home, shelf, monkeypatch):
    monkeypatch.setattr("ingest.recipe.CORPUS_ROOT", str(shelf))
    home.ingest(shelf)
    index = home.open()
    passage = index.passages_of("alpha")[0]
    alone = home.embedder.encode([span.of(passage.text) for span in passage.sentences])
    stored = index.sentence_vectors[index.sentence_rows(index.row_of(passage.id))]
    assert (stored * alone).sum(axis=1).min() > 0.999
    index.close()
    report = home.ingest(shelf, settings=load_settings(home=home.folder, sentence_vectors="pooled"))
    assert report.embedded == 4
    assert (home.open().sentence_vectors[0] * alone[0]).sum() < 0.999
