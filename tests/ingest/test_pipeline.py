"""The flow of an ingest: what is added, changed, removed or left alone, what is told of it, and a dry run."""

import pytest

from ingest.generation import CURRENT
from ingest.index import Index
from ingest.pipeline import publish_documents
from tests.ingest.conftest import states
from tests.ingest.open_files import open_under


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
    (shelf / "gamma.txt").write_text("Changed.")
    home.ingest(shelf)
    (shelf / "gamma.txt").write_text("Once more.")
    with pytest.raises(KeyError):
        home.ingest(shelf, on_progress=lambda *_: {}["fail"])
    assert open_under(home.folder) == []
    assert open_under(shelf) == []
    index = home.open()
    assert open_under(home.folder)  # so that nothing is found above only where there is nothing
    index.close()


def test_documents_from_elsewhere_can_be_published(home, shelf, monkeypatch):
    home.ingest(shelf)
    stored = [each for each in home.open().documents() if each.source.id == "alpha"]
    monkeypatch.setattr("ingest.pipeline.make_embedder", lambda _: home.embedder)
    index = Index(publish_documents(stored, home.settings))
    assert [source.id for source in index.sources()] == ["alpha"]
