import numpy as np
import pytest

from ingest.nearest import INDEX, Nearness, PassageVectors, write_nearest
from ingest.settings import load_settings


def vectors_of(count: int, dimension: int = 32, seed: int = 1) -> np.ndarray:
    """Unit vectors in clumps, as those of texts are."""
    chance = np.random.default_rng(seed)
    clumps = chance.normal(size=(max(1, count // 40), dimension))
    found = clumps[chance.integers(0, len(clumps), count)] + 0.6 * chance.normal(size=(count, dimension))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float16)


def make(folder, vectors, exact_up_to):
    written = write_nearest(folder, vectors, vectors[::7], exact_up_to)
    return written, PassageVectors(folder, written, vectors)


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    vectors = vectors_of(30_000)
    return (vectors, *make(tmp_path_factory.mktemp("listed"), vectors, 10_000))


def truth(vectors, query, count, allowed=None):
    scores = vectors.astype(np.float32) @ query
    if allowed is not None:
        scores[np.setdiff1d(np.arange(len(vectors)), allowed)] = -9
    return np.argsort(-scores, kind="stable")[:count]


def test_few_vectors_are_searched_exactly(tmp_path):
    vectors = vectors_of(500)
    written, found = make(tmp_path, vectors, 500)
    assert written == Nearness(kind="exact", lists=0, probes=0, recall_at_10=1.0)
    query = found[3]
    rows, scores = found.search(query, 10)
    assert rows.tolist() == truth(vectors, query, 10).tolist()
    assert scores[0] == pytest.approx(1, abs=2e-3)
    assert len(found.search(query, 900)[0]) == 500


def test_many_are_searched_by_lists_with_a_recall_that_is_measured(listed):
    vectors, written, found = listed
    assert written.kind == "inverted file"
    assert 0 < written.probes < written.lists
    chance = np.random.default_rng(5)
    queries = [found[int(row)] for row in chance.choice(len(vectors), 100, replace=False)]
    hits = [len(set(found.search(each, 10)[0]) & set(truth(vectors, each, 10))) for each in queries]
    assert np.mean(hits) / 10 == pytest.approx(written.recall_at_10, abs=0.03)
    assert written.recall_at_10 >= 0.95


def test_recall_that_is_lost_is_told_and_not_assumed(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.nearest._GOOD_RECALL", 0.0)
    chance = np.random.default_rng(2).normal(size=(20_000, 32))  # without clumps lists miss much
    vectors = (chance / np.linalg.norm(chance, axis=1, keepdims=True)).astype(np.float16)
    written, _ = make(tmp_path, vectors, 100)
    assert 0.05 < written.recall_at_10 < 0.9


@pytest.mark.parametrize("count", [1, 30, 5000, 25_000])
def test_a_filter_holds_before_the_cut(listed, count):
    """Those least like the query are found, though none of them is among the nearest of all."""
    vectors, _, found = listed
    query = found[11]
    far = np.sort(np.argsort(vectors.astype(np.float32) @ query)[:count]).astype(np.int64)
    rows, scores = found.search(query, 50, far)
    assert len(rows) == min(50, count)
    assert set(rows.tolist()) <= set(far.tolist())
    assert (np.diff(scores) <= 1e-6).all()
    if count <= 5000:
        assert set(rows.tolist()) == set(truth(vectors, query, 50, far).tolist()[:count])
    assert found.search(query, 5, np.zeros(0, dtype=np.int64))[0].size == 0


@pytest.mark.parametrize("count", [3000, 10_000, 28_000])
def test_a_filter_that_many_pass_finds_what_an_exact_search_finds(listed, count, monkeypatch):
    monkeypatch.setattr("ingest.nearest._FEW", 0)  # by the lists, not one by one
    vectors, _, found = listed
    chance = np.random.default_rng(3)
    hits = []
    for row in chance.choice(len(vectors), 20, replace=False):
        some = np.sort(chance.choice(len(vectors), count, replace=False)).astype(np.int64)
        query = found[int(row)]
        hits.append(len(set(found.search(query, 10, some)[0]) & set(truth(vectors, query, 10, some))))
    assert np.mean(hits) >= 9


def test_the_same_vectors_give_the_same_file(tmp_path):
    vectors = vectors_of(3000)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_nearest(tmp_path / name, vectors, vectors, 100)
    assert (tmp_path / "one" / INDEX).read_bytes() == (tmp_path / "two" / INDEX).read_bytes()


def test_a_file_of_other_vectors_is_refused(tmp_path):
    written, _ = make(tmp_path, vectors_of(300), 1000)
    with pytest.raises(RuntimeError, match="300"):
        PassageVectors(tmp_path, written, vectors_of(200))


def test_an_index_over_the_limit_is_searched_by_lists_and_filtered(home, tmp_path):
    from retrieval.evidence.search import Filters, search

    folder = tmp_path / "many"
    folder.mkdir()
    for n in range(60):
        (folder / f"drug{n}.md").write_text(
            f"---\nid: drug{n}\nkind: {'trial' if n % 2 else 'label'}\ntitle: Drug {n}\n---\n"
            f"## Dose\n\nTake {n} mg of drug number {n}.\n"
        )
    report = home.ingest(folder, settings=load_settings(home=home.folder, exact_search_up_to=20))
    assert (report.search, report.passages) == ("inverted file", 60)
    assert report.recall_at_10 > 0.9
    index = home.open()
    assert index.manifest.search.lists > 0
    query = "Take 7 mg of drug number 7."
    hits = search(index, query, home.embedder.encode_query(query), 5)
    assert hits[0].passage.source_id == "drug7"
    labels = search(index, query, home.embedder.encode_query(query), 40, Filters(kinds=frozenset({"label"})))
    assert len(labels) == 30
    index.close()
