"""A cross-encoder orders the best passages anew, where one is configured."""

import numpy as np
import pytest

from corpus.errors import ModelError
from retrieval.evidence.rerank import Reranker
from retrieval.evidence.search import Method, search


class Counting:
    """A judge with a will of its own: it likes long passages."""

    def scores(self, question, texts):
        self.question, self.texts = question, texts
        return np.array([float(len(text)) for text in texts])


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A real CrossEncoder of random weights, small enough to be made here."""
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder = tmp_path_factory.mktemp("reranker")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "diazepam", "works", "sleep", "anxiety"]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    BertForSequenceClassification(
        BertConfig(vocab_size=len(words), max_position_embeddings=64, num_labels=1, **sizes)
    ).save_pretrained(folder)
    CrossEncoder(str(folder), device="cpu", max_length=32).save_pretrained(str(folder))
    return folder


def test_what_the_cross_encoder_likes_rises(citewell):
    index = citewell.desk.index
    vector = citewell.desk.embedder.encode_query("how does diazepam work")
    judge = Counting()
    plain = search(index, "how does diazepam work", vector, 50)
    reranked = search(index, "how does diazepam work", vector, 50, method=Method(reranker=judge))
    assert judge.question == "how does diazepam work"
    assert set(judge.texts) == {hit.passage.embedded_text for hit in plain}
    longest = max(plain, key=lambda hit: len(hit.passage.embedded_text)).row
    assert [hit.row for hit in reranked] != [hit.row for hit in plain]
    assert _place(longest, reranked) <= _place(longest, plain)


def _place(row, hits):
    return [hit.row for hit in hits].index(row)


def test_a_real_cross_encoder_scores_each_text(tiny):
    scores = Reranker(str(tiny)).scores("diazepam", ["diazepam works", "sleep", "anxiety works"])
    assert scores.shape == (3,)
    assert np.isfinite(scores).all()
    assert Reranker(str(tiny)).scores("diazepam", []).shape == (0,)


def test_a_model_that_is_not_there_is_named_with_the_remedy(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match="CITEWELL_RERANKER"):
        Reranker(str(tmp_path / "empty")).scores("diazepam", ["x"])
