import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import IndexDamagedError, IndexMismatchError, IndexMissingError
from ingest.document import Span
from ingest.embed import Embedder
from ingest.generation import CURRENT, MANIFEST, current_folder, read_manifest
from ingest.index import Index, open_current
from ingest.pool import Piece
from ingest.publish import file_hashes
from tests.ingest.conftest import write_shelf


def in_embedded(passage, span: Span) -> Span:
    """A sentence's span in what the model reads."""
    offset = len(passage.embedded_text) - len(passage.text)
    return Span(offset + span.start, offset + span.end)


@pytest.fixture(scope="module")
def built(tmp_path_factory, make_home):
    base = tmp_path_factory.mktemp("index")
    write_shelf(base / "shelf")
    home = make_home(base / "ho#me 100%?")  # a folder's name may hold what means something in a URI
    home.ingest(base / "shelf")
    return home


@pytest.fixture
def copy(built, tmp_path):
    """A copy of the generation that may be harmed."""
    folder = tmp_path / "index"
    shutil.copytree(built.index_dir, folder)
    return folder


def test_what_was_stored_comes_back(built):
    index = built.open()
    assert [source.id.split("-")[0] for source in index.sources()] == ["beta", "gamma", "alpha"]
    source = index.source("alpha")
    assert (source.title, source.year, source.kind) == ("Trial of alpha", 2001, "trial")
    assert index.document_text("alpha").startswith("Alpha enhances GABA. It binds")
    for row in range(index.manifest.passages):
        passage = index.passage(row)
        assert passage.text == passage.span.of(index.document_text(passage.source_id))
        assert index.row_of(passage.id) == row
        vector = built.embedder.encode([passage.embedded_text])[0]
        assert vector @ index.vectors[row] > 0.99
        piece = Piece(passage.embedded_text, tuple(in_embedded(passage, span) for span in passage.sentences))
        (pooled,) = built.embedder.encode_with_spans([piece])
        stored = index.sentence_vectors[index.sentence_rows(row)]
        assert (pooled.spans * stored).sum(axis=1).min() > 0.99
    mechanism, dose = index.passages_of("alpha")
    assert (mechanism.section, dose.section) == (("Mechanism",), ("Dose",))
    assert mechanism.header == "Trial of alpha > Mechanism"
    assert index.rows_where("s.id = ?", ["alpha"]) == [0, 1]
    assert index.document_frequency("serotonin") == 1
    stored = {each.source.id: each for each in index.documents()}
    assert [each.id for each in stored["alpha"].passages] == [mechanism.id, dose.id]
    assert index.passage_vectors.shape == (len(index.vectors), 384) == (index.manifest.passages, 384)
    assert index.row_of("p-none") is None
    for unknown in (
        lambda: index.passage(999),
        lambda: index.source("none"),
        lambda: index.document_text("none"),
    ):
        with pytest.raises(KeyError):
            unknown()
    index.close()


def test_the_manifest_lists_and_hashes_every_file(built):
    folder = current_folder(built.index_dir)
    manifest = read_manifest(folder)
    found = file_hashes(folder)
    assert {**manifest.files, MANIFEST: found[MANIFEST]}.items() <= found.items()
    assert set(found) - set(manifest.files) <= {MANIFEST, "words/.tantivy-meta.lock"}
    assert manifest.embedding_fingerprint == built.embedder.fingerprint
    assert (manifest.sources, manifest.passages, manifest.sentences) == (3, 4, 7)


def harm_flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)


def harm_cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def harm_grow(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


@pytest.mark.parametrize("harm", [harm_flip, harm_cut, harm_grow, Path.unlink])
def test_harm_to_any_file_is_seen(copy, harm):
    folder = current_folder(copy)
    names = [MANIFEST, *read_manifest(folder).files]
    for name in names:
        saved = (folder / name).read_bytes()
        harm(folder / name)
        with pytest.raises(IndexDamagedError, match="citewell ingest"):
            Index(folder)
        (folder / name).write_bytes(saved)
    Index(folder).close()


def test_any_changed_value_of_the_manifest_is_seen(copy):
    path = current_folder(copy) / MANIFEST
    manifest = json.loads(path.read_text())
    for field, value in (
        ("id", "g-0"),
        ("passages", 3),
        ("roots", []),
        ("files", {}),
        ("seal", ""),
        ("extra", 1),
    ):
        path.write_text(json.dumps({**manifest, field: value}))
        with pytest.raises(IndexDamagedError, match="citewell ingest"):
            Index(path.parent)


@pytest.mark.parametrize("content", ["", "[]", "{}", "null", "[" * 100_000, "\xff"])
def test_a_manifest_that_is_none(copy, content):
    path = current_folder(copy) / MANIFEST
    path.write_text(content, encoding="latin-1")
    with pytest.raises(IndexDamagedError, match="citewell ingest"):
        Index(path.parent)


def test_a_manifest_that_names_other_files_than_an_index_has(copy):
    folder = current_folder(copy)
    manifest = read_manifest(folder)
    (folder / "passages.faiss").write_bytes(b"no index")
    forged = manifest.model_copy(update={"files": {}}).sealed()
    (folder / MANIFEST).write_text(forged.model_dump_json())
    with pytest.raises(IndexDamagedError, match="cannot be opened"):
        Index(folder)


def test_another_format_is_a_mismatch(copy):
    path = current_folder(copy) / MANIFEST
    path.write_text(json.dumps({"format": 0, "fields": "of an older version"}))
    with pytest.raises(IndexMismatchError, match="citewell ingest"):
        Index(path.parent)


def test_another_model_is_a_mismatch(built):
    other = Embedder()
    other.__dict__["fingerprint"] = "another model's"
    with pytest.raises(IndexMismatchError, match="citewell ingest"):
        open_current(built.index_dir, other)
    open_current(built.index_dir, built.embedder).close()


def test_no_pointer_is_a_missing_index(copy, tmp_path):
    (copy / CURRENT).unlink()
    for folder in (copy, tmp_path / "nowhere"):
        with pytest.raises(IndexMissingError, match="citewell ingest"):
            current_folder(folder)


@pytest.mark.parametrize(
    "pointer", [b"", b"g-000000000000", b"../generations", b"..", b"\xff\xfe", b"x" * 5000]
)
def test_a_damaged_pointer(copy, pointer):
    (copy / CURRENT).write_bytes(pointer)
    with pytest.raises(IndexDamagedError, match="citewell ingest"):
        current_folder(copy)


def test_threads_may_share_an_index(built):
    index = built.open()

    def work(number: int) -> bool:
        row = number % index.manifest.passages
        passage = index._read_passage(row)[0]
        found = index.vectors.search(index.vectors[row], 1)[0][0]
        index.words.parse_query("alpha", ["text"])
        return index.row_of(passage.id) == row == found and index.source(passage.source_id) is not None

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(400)))
    index.close()


def test_an_index_that_is_dropped_is_freed(built):
    import gc
    import weakref

    index = built.open()
    index.source("alpha")
    index.passage(0)
    ghost = weakref.ref(index)
    index.close()
    del index
    gc.collect()
    assert ghost() is None


def test_an_index_on_a_read_only_disk_can_be_read(copy, monkeypatch):
    import os

    folder = current_folder(copy)
    for lock in folder.rglob("*.lock"):
        lock.unlink()
    monkeypatch.setattr("ingest.index.os.access", lambda path, mode: mode != os.W_OK)
    index = Index(folder)
    assert index.document_frequency("serotonin") == 1
    assert not list(folder.rglob("*.lock"))
    index.close()


def test_the_stored_arrays_are_no_pickles(built):
    folder = current_folder(built.index_dir)
    assert np.load(folder / "sentences.npy", allow_pickle=False).shape == (7, 384)
