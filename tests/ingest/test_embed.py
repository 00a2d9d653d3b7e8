import hashlib
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from corpus.errors import ModelError
from ingest import embed, pool
from ingest.embed import MINILM_SHA256, Embedder, make_embedder
from ingest.settings import load_settings

TEXTS = [
    "Diazepam enhances GABA.",
    "x",
    "",
    "SSRIs block the reuptake of serotonin. " * 40,
    "An apple a day.",
    "🙂 שלום",
]


@pytest.fixture(scope="module")
def copied(tmp_path_factory, embedder):
    """The embedded model as a folder of somebody else's."""
    folder = tmp_path_factory.mktemp("models") / "mini"
    shutil.copytree(embedder._folder, folder)
    return folder


def test_the_embedded_weights_are_the_pinned_ones(embedder):
    weights = (embedder._folder / "model.safetensors").read_bytes()
    assert hashlib.sha256(weights).hexdigest() == MINILM_SHA256 == embedder.fingerprint


@pytest.mark.parametrize("harm", ["tampered", "missing"])
def test_other_weights_under_the_embedded_name_are_refused(tmp_path, embedder, harm):
    folder = tmp_path / "tampered"
    folder.mkdir()
    for file in embedder._folder.iterdir():
        if file.name != "model.safetensors":
            (folder / file.name).symlink_to(file)
    if harm == "tampered":
        (folder / "model.safetensors").write_bytes(b"\0" * 100)
    other = Embedder()
    other._folder = folder
    with pytest.raises(ModelError, match="Reinstall the package"):
        _ = other.fingerprint
    with pytest.raises(ModelError, match="Reinstall the package"):
        other.encode(["never"])


def test_vectors_are_unit_vectors_in_the_order_of_the_texts(embedder):
    together = embedder.encode(TEXTS)
    assert together.shape == (len(TEXTS), embedder.dimension) == (len(TEXTS), 384)
    assert together.dtype == np.float32
    assert np.abs(np.linalg.norm(together, axis=1) - 1).max() < 1e-5
    alone = np.stack([embedder.encode([text])[0] for text in TEXTS])
    assert (together * alone).sum(axis=1).min() > 0.995
    assert (together @ alone.T).argmax(axis=1).tolist() == list(range(len(TEXTS)))


def test_many_slices_keep_their_order_and_report_progress(embedder, monkeypatch):
    monkeypatch.setattr(pool, "_SLICE", 4)
    steps = []
    texts = [f"drug number {n} " * (1 + n % 3) for n in range(10)]
    found = embedder.encode(texts, steps.append)
    assert steps == [4, 4, 2]
    assert (found * embedder.encode(texts)).sum(axis=1).min() > 0.995


def test_bfloat16_differs_from_float32_by_less_than_a_hundredth(embedder, copied, monkeypatch):
    monkeypatch.setattr(embed, "has_native_bfloat16", lambda: False)
    exact = Embedder(str(copied)).encode(TEXTS)
    monkeypatch.setattr(embed, "has_native_bfloat16", lambda: True)
    rough = Embedder(str(copied)).encode(TEXTS)
    for found in (rough, embedder.encode(TEXTS)):
        assert (found * exact).sum(axis=1).min() > 0.99


def test_nothing_to_encode(embedder):
    assert embedder.encode([]).shape == (0, 384)
    assert embedder.encode_queries([]).shape == (0, 384)
    assert embedder.embed_documents([]) == []
    assert embedder.count_tokens([]) == []


def test_the_langchain_interface(embedder):
    from langchain_core.embeddings import Embeddings

    assert isinstance(embedder, Embeddings)
    documents = embedder.embed_documents(["one", "two"])
    assert len(documents) == 2
    assert all(type(value) is float for value in documents[0])
    assert np.dot(embedder.embed_query("one"), documents[0]) > 0.99


def test_tokens_are_counted_as_the_model_does(embedder):
    assert embedder.count_tokens(["one two three", "", "word " * 1000]) == [3, 0, 1000]
    assert embedder.window == 254


def test_another_model_in_a_folder_works(copied):
    other = make_embedder(load_settings(embedding_model=str(copied)))
    assert other.fingerprint == MINILM_SHA256
    assert (other.window, other.dimension, other.label) == (254, 384, str(copied))
    assert other.encode_query("anxiety").shape == (384,)
    assert other.encode([]).shape == (0, 384)


def test_a_model_without_one_file_of_weights_has_a_fingerprint_that_every_cpu_agrees_on(
    copied, tmp_path, monkeypatch
):
    import torch

    folder = tmp_path / "torch-weights"
    shutil.copytree(copied, folder, ignore=shutil.ignore_patterns("model.safetensors"))
    from safetensors.torch import load_file

    torch.save(load_file(copied / "model.safetensors"), folder / "pytorch_model.bin")
    prints = []
    for native in (True, False):
        monkeypatch.setattr(embed, "has_native_bfloat16", lambda native=native: native)
        prints.append(Embedder(str(folder)).fingerprint)
    assert prints[0] == prints[1] != MINILM_SHA256


def test_a_model_that_is_not_there_is_an_error_with_a_remedy(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    if "huggingface_hub" in sys.modules:  # which reads the variable only once
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    for use in (
        lambda model: model.fingerprint,
        lambda model: model.count_tokens(["a"]),
        lambda model: model.window,
    ):
        with pytest.raises(ModelError, match="CITEWELL_EMBEDDING_MODEL"):
            use(Embedder("no-such-owner/no-such-model"))


def test_a_broken_model_folder_is_an_error_with_a_remedy(tmp_path):
    (tmp_path / "tokenizer.json").write_text("{")
    (tmp_path / "sentence_bert_config.json").write_text("[")
    for use in (
        lambda model: model.count_tokens(["a"]),
        lambda model: model.window,
        lambda model: model.encode(["a"]),
    ):
        with pytest.raises(ModelError, match="CITEWELL_EMBEDDING_MODEL"):
            use(Embedder(str(tmp_path)))


def test_threads_may_share_a_model(embedder):
    def work(number: int):
        embedder.count_tokens([f"text {number}"])
        return embedder.encode_query(f"text {number}")

    with ThreadPoolExecutor(8) as pool:
        found = np.stack(list(pool.map(work, range(40))))
    assert (found * embedder.encode([f"text {number}" for number in range(40)])).sum(axis=1).min() > 0.99


def test_a_question_is_encoded_as_the_library_encodes_it(copied, embedder):
    """The packaged model is taken apart for questions; the same model as somebody's own is not."""
    texts = [*TEXTS, "how long does diazepam last " * 60]
    found, expected = embedder.encode_queries(texts), Embedder(str(copied)).encode_queries(texts)
    assert (found * expected).sum(axis=1).min() > 0.999
    alone = np.stack([embedder.encode_query(each) for each in texts])
    assert (alone * expected).sum(axis=1).min() > 0.999
    assert embedder.encode_queries([]).shape == (0, 384)


def test_texts_of_all_lengths_have_few_shapes(copied):
    embedder = Embedder(str(copied))
    seen = set()
    hook = embedder._model[1].register_forward_pre_hook(
        lambda _, given: seen.add(tuple(given[0]["attention_mask"].shape))
    )
    try:
        for words in range(1, 41):
            embedder.encode_query("word " * words)
    finally:
        hook.remove()
    assert {length % 8 for _, length in seen} == {0}
    assert len(seen) <= 6
