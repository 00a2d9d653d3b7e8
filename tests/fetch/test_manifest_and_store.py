"""What is kept survives a kill, a full disk and a cut-off line."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import FetchBusyError, FetchError
from ingest.fetch.manifest import Manifest
from ingest.fetch.run import only_fetch
from ingest.fetch.store import Store, write_whole


@given(st.text(min_size=1), st.text(min_size=1))
def test_names_are_safe_stable_and_apart(tmp_path_factory, first, second):
    store = Store(tmp_path_factory.getbasetemp() / "names", ".xml")
    path = store.path(first)
    assert path.parent == store.folder
    assert path == store.path(first)
    assert not path.name.startswith((".", "__"))
    assert len(path.name.encode()) < 255
    if first.casefold() != second.casefold():
        assert path != store.path(second)


def test_a_manifest_goes_on_after_a_line_that_was_cut_off(tmp_path):
    first = Manifest(tmp_path, {"query": "x"})
    first.list(["1", "2", "3"])
    first.note("1", "kept")
    first.note("2", "failed", "status 500")
    with first.path.open("a") as file:
        file.write('{"id": "3", "sta')
    again = Manifest(tmp_path, {"query": "x"})
    assert again.listed == ["1", "2", "3"]
    assert again.states == {"1": "kept", "2": "failed"}
    again.note("3", "kept")
    assert json.loads(again.path.read_text().splitlines()[-1]) == {"id": "3", "state": "kept"}
    assert Manifest(tmp_path, {"query": "y"}).listed is None


def test_a_complete_manifest_begins_anew_but_knows_what_there_is_not(tmp_path):
    manifest = Manifest(tmp_path, {"query": "x"})
    manifest.list(["1", "2"])
    manifest.note("1", "kept")
    manifest.note("2", "absent")
    manifest.complete()
    again = Manifest(tmp_path, {"query": "x"})
    assert again.listed is None
    assert again.states == {"2": "absent"}
    assert Manifest(tmp_path, {"query": "x"}, refresh=True).states == {}


def test_a_write_that_fails_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "1.xml"
    write_whole(path, b"old")

    def is_full(_: int) -> None:
        raise OSError(28, "No space left")

    monkeypatch.setattr("ingest.fetch.store.os.fsync", is_full)
    with pytest.raises(FetchError, match="No space left"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_two_fetches_at_once_are_told(tmp_path):
    with only_fetch(tmp_path), pytest.raises(FetchBusyError, match="Another fetch"), only_fetch(tmp_path):
        pass
