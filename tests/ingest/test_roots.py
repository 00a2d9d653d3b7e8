"""Which files an ingest reads: a file, a folder, none, one that is closed, and nothing through a link."""

import os
import shutil
from pathlib import Path

import pytest

from corpus.errors import SourceUnreadableError
from tests.ingest.conftest import states, write_shelf


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


def test_nothing_is_read_through_a_link(home, tmp_path):
    write_shelf(tmp_path / "mine")
    secret = tmp_path / "secret.md"
    secret.write_text("# Secret\n\nNobody should read this.\n")
    (tmp_path / "mine" / "link.md").symlink_to(secret)
    assert "link.md" not in states(home.ingest(Path(tmp_path / "mine")))
