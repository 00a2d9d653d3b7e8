import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import SourceUnreadableError
from ingest.embed import Embedder
from ingest.generation import CURRENT, MANIFEST, current_folder
from ingest.index import Index
from ingest.pipeline import publish_documents
from ingest.settings import load_settings
from tests.ingest.conftest import Home, write_shelf


def states(report) -> dict[str, str]:
    return {each.name: each.state for each in report.outcomes}


def test_add_change_remove_and_leave_alone(home, shelf):
    first = home.ingest(shelf)
    assert states(first) == {"alpha.md": "added", "beta.md": "added", "gamma.txt": "added"}
    assert (first.sources, first.passages, first.embedded) == (3, 4, 4)
    assert home.open().manifest.id == first.generation
    pointer = (home.index_dir / CURRENT).stat().st_mtime_ns

    again = home.ingest(shelf)
    assert set(states(again).values()) == {"unchanged"}
    assert (again.embedded, again.generation, again.sources, again.passages) == (0, first.generation, 3, 4)
    assert (home.index_dir / CURRENT).stat().st_mtime_ns == pointer  # nothing was published

    (shelf / "delta.md").write_text("# Delta\n\nDelta is new.\n")
    (shelf / "gamma.txt").unlink()
    text = (shelf / "alpha.md").read_text()
    (shelf / "alpha.md").write_text(text.replace("Take 5 mg", "Take 2 mg"))
    report = home.ingest(shelf)
    assert states(report) == {
        "alpha.md": "changed", "beta.md": "unchanged", "delta.md": "added", "gamma.txt": "removed"
    }  # fmt: skip
    assert (report.embedded, report.reused) == (2, 2)  # a passage in each of two files
    assert "Gamma" not in " ".join(home.texts())
    assert {"Take 2 mg at night.", "Delta is new."} <= set(home.texts())


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


def test_a_single_file_and_then_its_folder(home, shelf):
    assert states(home.ingest(shelf / "beta.md")) == {"beta.md": "added"}
    ids = {source.id for source in home.open().sources()}
    report = home.ingest(shelf)
    assert (report.sources, report.embedded, report.reused) == (3, 3, 1)
    assert ids < {source.id for source in home.open().sources()}
    assert home.open().manifest.roots == (str(shelf),)


def test_a_folder_and_then_one_of_its_files(home, shelf):
    home.ingest(shelf)
    (shelf / "alpha.md").write_text((shelf / "alpha.md").read_text().replace("5 mg", "9 mg"))
    (shelf / "beta.md").write_text("# About beta\n\nBeta is other now.\n")
    report = home.ingest(shelf / "beta.md")
    assert states(report) == {"beta.md": "changed"}
    assert report.sources == 3
    assert "Take 5 mg at night." in home.texts()  # not named, so as it was
    assert states(home.ingest(shelf)) == {
        "alpha.md": "changed",
        "beta.md": "unchanged",
        "gamma.txt": "unchanged",
    }


def test_sources_from_another_root_stay(home, shelf, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "omega.md").write_text("# Omega\n\nOmega is elsewhere.\n")
    home.ingest(shelf)
    assert home.ingest(other).sources == 4
    shutil.rmtree(other)
    (shelf / "gamma.txt").unlink()
    assert home.ingest(shelf).sources == 3
    assert "Omega is elsewhere." in home.texts()


def test_a_bad_file_is_skipped_with_name_and_remedy_and_tried_again(home, shelf):
    (shelf / "bad.pdf").write_bytes(b"%PDF-1.4 nothing")
    (shelf / "two\nlines.md").write_text("---\nid: [\n---\nText")
    for _ in range(2):
        report = home.ingest(shelf)
        assert report.sources == 3
        skipped = {each.name: each.why for each in report.names("skipped")}
        assert set(skipped) == {"bad.pdf", "two\\nlines.md"}
        for name, why in skipped.items():
            assert why.startswith(f"{name}: ")
            assert why.endswith(".")
            assert "\n" not in why
    (shelf / "bad.pdf").unlink()
    (shelf / "bad.pdf").write_text("")
    (shelf / "two\nlines.md").write_text("Now it is good.")
    assert states(home.ingest(shelf))["two\\nlines.md"] == "added"


def test_a_good_file_that_turns_bad_keeps_its_earlier_version(home, shelf):
    home.ingest(shelf)
    (shelf / "alpha.md").write_bytes(b"\x00\x01")
    for _ in range(2):
        (skipped,) = home.ingest(shelf).names("skipped")
        assert "The version ingested earlier is kept." in skipped.why
        assert "Take 5 mg at night." in home.texts()
    (shelf / "alpha.md").write_text("# Alpha\n\nGood again.\n")
    assert states(home.ingest(shelf))["alpha.md"] == "changed"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("mode", [0o000, 0o400, 0o100])
def test_what_lies_in_a_folder_that_is_closed_now_is_kept(home, shelf, mode):
    inner = shelf / "inner"
    inner.mkdir()
    (inner / "delta.md").write_text("# Delta\n\nDelta is inside.\n")
    home.ingest(shelf)
    inner.chmod(mode)
    try:
        report = home.ingest(shelf)
    finally:
        inner.chmod(0o755)
    (skipped,) = report.names("skipped")
    assert "Permission denied" in skipped.why
    assert not report.names("removed")
    assert "Delta is inside." in home.texts()


def test_two_files_with_one_id(home, shelf):
    (shelf / "twin.md").write_text((shelf / "alpha.md").read_text().replace("5 mg", "7 mg"))
    report = home.ingest(shelf)
    (skipped,) = report.names("skipped")
    assert skipped.name == "twin.md"
    assert "'alpha' is already that of alpha.md" in skipped.why
    assert report.sources == 3
    assert "Take 5 mg at night." in home.texts()


def test_a_root_that_does_not_exist_changes_nothing(home, shelf):
    home.ingest(shelf)
    with pytest.raises(SourceUnreadableError, match="no such file"):
        home.ingest(shelf, shelf / "nothing")
    assert len(home.texts()) == 4


def test_an_empty_folder(home, tmp_path, shelf):
    empty = tmp_path / "empty"
    empty.mkdir()
    report = home.ingest(empty)
    assert (report.sources, report.generation) == (0, "")
    assert "no index was published" in report.notes[0]
    served = home.ingest(shelf).generation
    for path in shelf.iterdir():
        path.unlink()
    report = home.ingest(shelf)
    assert (report.generation, report.sources, report.names("removed")) == (served, 3, [])
    assert "kept as it was" in report.notes[0]
    assert len(home.texts()) == 4


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


def test_the_same_content_gives_the_same_generation_and_rows_in_every_home(make_home, shelf, tmp_path):
    homes = [make_home(tmp_path / name) for name in ("one", "two")]
    first = homes[0].ingest(shelf)
    second = homes[1].ingest(shelf / "gamma.txt", shelf)
    assert first.generation == second.generation
    one, two = (home.open() for home in homes)
    assert list(one.documents()) == list(two.documents())
    assert (one.passage_vectors == two.passage_vectors).all()
    assert (one.sentence_vectors == two.sentence_vectors).all()


def test_progress_is_told_for_every_step(home, shelf):
    steps = []
    home.ingest(shelf, on_progress=lambda *step: steps.append(step))
    assert list(dict.fromkeys(name for name, _, _ in steps)) == [
        "Reading",
        "Writing",
        "Embedding",
        "Publishing",
    ]
    for name in ("Reading", "Embedding", "Writing", "Publishing"):
        _, done, total = [step for step in steps if step[0] == name][-1]
        assert done == total > 0


def test_no_file_stays_open(home, shelf):
    home.ingest(shelf)
    before = len(list(Path("/proc/self/fd").iterdir()))
    home.ingest(shelf)
    (shelf / "gamma.txt").write_text("Changed.")
    home.ingest(shelf)
    (shelf / "gamma.txt").write_text("Once more.")
    with pytest.raises(KeyError):
        home.ingest(shelf, on_progress=lambda *_: {}["fail"])
    assert len(list(Path("/proc/self/fd").iterdir())) <= before


def test_documents_from_elsewhere_can_be_published(home, shelf, monkeypatch):
    home.ingest(shelf)
    stored = [each for each in home.open().documents() if each.source.id == "alpha"]
    monkeypatch.setattr("ingest.pipeline.make_embedder", lambda _: home.embedder)
    index = Index(publish_documents(stored, home.settings))
    assert [source.id for source in index.sources()] == ["alpha"]


def test_nothing_is_read_through_a_link(home, tmp_path):
    write_shelf(tmp_path / "mine")
    secret = tmp_path / "secret.md"
    secret.write_text("# Secret\n\nNobody should read this.\n")
    (tmp_path / "mine" / "link.md").symlink_to(secret)
    assert "link.md" not in states(home.ingest(Path(tmp_path / "mine")))


def test_a_dry_run_says_what_would_be_done_and_does_nothing(home, shelf):
    report = home.ingest(shelf, dry_run=True)
    assert (report.sources, report.passages, report.embedded, report.reused) == (3, 4, 4, 0)
    assert not (home.index_dir / CURRENT).exists()
    home.ingest(shelf)
    (shelf / "delta.md").write_text("# Delta\n\nDelta is new.\n")
    (shelf / "gamma.txt").unlink()
    before = sorted(
        (each, each.stat().st_mtime_ns) for each in home.index_dir.rglob("*") if "LOCK" not in each.name
    )
    would = home.ingest(shelf, dry_run=True)
    assert (
        sorted(
            (each, each.stat().st_mtime_ns) for each in home.index_dir.rglob("*") if "LOCK" not in each.name
        )[1:]
        == before[1:]
    )  # but for the folder itself, in which the run works
    assert "Delta is new." not in home.texts()
    did = home.ingest(shelf)
    assert states(would) == states(did)
    assert (would.generation, would.sources, would.passages, would.embedded, would.reused) == (
        did.generation, did.sources, did.passages, did.embedded, did.reused
    )  # fmt: skip


def test_a_removed_source_is_in_no_store(home, shelf):
    home.ingest(shelf)
    (shelf / "gamma.txt").unlink()
    home.ingest(shelf)
    index = home.open()
    counts = {
        index.manifest.passages,
        len(index.vectors),
        index.searcher.num_docs,
        len(index.rows_where("", [])),
    }
    assert counts == {3}
    assert index.document_frequency("sleepi") == 0
    assert len(index.sentence_vectors) == sum(len(index.sentence_rows(row)) for row in range(3))
    index.close()


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


def test_a_file_that_changes_while_it_is_read_leaves_nothing_of_itself(home, shelf, monkeypatch):
    from ingest import load as loading

    home.ingest(shelf)
    path = shelf / "alpha.md"
    path.write_text(path.read_text().replace("5 mg", "6 mg"))
    plain = loading.loader_for

    def slow(file):
        loader = plain(file)
        path.write_text(path.read_text().replace("6 mg", "7 mg"))
        return loader

    with monkeypatch.context() as patched:
        patched.setattr(loading, "loader_for", slow)
        (skipped,) = home.ingest(shelf).names("skipped")
    assert "changed while it was read" in skipped.why
    assert "Take 5 mg at night." in home.texts()
    assert states(home.ingest(shelf))["alpha.md"] == "changed"
    assert "Take 7 mg at night." in home.texts()


def test_a_retraction_told_by_one_file_reaches_the_kept_copy_of_another(home, shelf):
    record = "---\nid: {}\nkind: trial\ntitle: Trial of {}\ndoi: 10.1000/xyz\n{}---\n\nIt was tried.\n"
    (shelf / "copy.md").write_text(record.format("copy", "a copy", ""))
    home.ingest(shelf)
    assert not home.open().source("copy").retracted
    (shelf / "notice.md").write_text(record.format("notice", "a notice", "retracted: true\n"))
    report = home.ingest(shelf)
    assert states(report)["copy.md"] == "unchanged"
    assert home.open().source("copy").retracted
    assert home.open().source("alpha").retracted is False
    assert (report.sources, report.embedded) == (5, 1)


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), MemoryError()])
def test_a_file_that_fails_halfway_for_a_passing_reason_is_tried_again_and_not_kept_by_half(
    home, shelf, monkeypatch, error
):
    from ingest import load as loading

    (shelf / "rows.jsonl").write_text(
        "".join(json.dumps({"title": f"Row {n}", "text": f"Row {n} says so."}) + "\n" for n in range(3))
    )
    plain = loading.loader_for

    def failing(file):
        loader = plain(file)
        if file.name == "rows.jsonl":
            documents = loader.documents

            def half():
                yield next(documents())
                raise error

            loader.documents = half
        return loader

    with monkeypatch.context() as patched:
        patched.setattr(loading, "loader_for", failing)
        report = home.ingest(shelf)
    (skipped,) = report.names("skipped")
    assert (skipped.name, report.sources) == ("rows.jsonl", 3)
    assert "Row 0 says so." not in home.texts()
    again = home.ingest(shelf)
    assert (states(again)["rows.jsonl"], again.sources) == ("added", 6)
    assert {"Row 0 says so.", "Row 2 says so."} <= set(home.texts())
