import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.document import Span
from ingest.fuse import fused, packed
from ingest.pool import Piece, Pool

SENTENCES = (
    "Alpha enhances GABA.", "It binds between two subunits.", "Take 5 mg at night.",
    "Beta blocks reuptake of serotonin.",
)  # fmt: skip


def piece(*sentences: str) -> Piece:
    edges = np.cumsum([0, *(len(each) + 1 for each in sentences)])
    spans = tuple(Span(int(a), int(a) + len(each)) for a, each in zip(edges, sentences, strict=False))
    return Piece(" ".join(sentences), spans)


def by_hand(embedder, text: str) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """States of a text's tokens by the model's own tokenizer, and where each token stands."""
    model = embedder._model
    found = model.tokenizer(text, return_tensors="pt", return_offsets_mapping=True)
    offsets = [tuple(each) for each in found.pop("offset_mapping")[0].tolist()]
    with torch.inference_mode():
        return model[0].auto_model(**found).last_hidden_state[0].float().numpy(), offsets


def test_a_span_has_the_mean_of_its_tokens_after_a_pass_over_the_whole(embedder):
    given_piece = piece(*SENTENCES)
    (found,) = embedder.encode_with_spans([given_piece])
    states, offsets = by_hand(embedder, given_piece.text)
    assert found.spans.shape == (4, 384)
    for vector, span in zip(found.spans, given_piece.spans, strict=True):
        inside = [at for at, (a, b) in enumerate(offsets) if a < b and span.start <= a and b <= span.end]
        mean = states[inside].mean(axis=0)
        assert vector @ mean / np.linalg.norm(mean) > 0.999
    assert np.abs(np.linalg.norm(found.spans, axis=1) - 1).max() < 1e-5
    # A sentence that leans on the one before is told apart from the same words alone.
    assert found.spans[1] @ embedder.encode([SENTENCES[1]])[0] < 0.95


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=5), min_size=1, max_size=12))
def test_vectors_do_not_depend_on_the_company(embedder, texts):
    pieces = [piece(*sentences) for sentences in texts]
    (together,) = embedder.encode_with_spans(pieces)
    alone = [next(embedder.encode_with_spans([each])) for each in pieces]
    assert np.abs(together.texts - np.concatenate([each.texts for each in alone])).max() < 0.004
    assert np.abs(together.spans - np.concatenate([each.spans for each in alone])).max() < 0.004


def test_slices_keep_their_order(embedder, monkeypatch):
    pieces = [piece(*SENTENCES[: 1 + n % 4]) for n in range(11)]
    (whole,) = embedder.encode_with_spans(pieces)
    monkeypatch.setattr("ingest.pool._SLICE", 3)
    parts = list(embedder.encode_with_spans(pieces))
    assert [len(part.texts) for part in parts] == [3, 3, 3, 2]
    assert np.abs(np.concatenate([part.spans for part in parts]) - whole.spans).max() < 0.004


def test_a_span_without_a_token_has_the_vector_of_its_text(embedder):
    text = "Words. \u200d"
    long = "word " * 400
    pieces = [Piece(text, (Span(0, 6), Span(7, 8))), Piece(long, (Span(0, 4), Span(1995, 1999)))]
    (found,) = embedder.encode_with_spans(pieces)
    assert found.spans[1] @ found.texts[0] > 0.99
    assert found.spans[3] @ found.texts[1] > 0.99
    assert np.isfinite(found.spans).all()


def test_a_text_longer_than_the_window_is_cut_as_the_model_cuts_it(embedder):
    long = "A sentence of some words here. " * 100
    own = embedder._encode([long], "encode_document")[0]
    assert embedder.encode([long])[0] @ own > 0.999


def test_texts_of_a_batch_have_one_length_and_none_is_lost(embedder, monkeypatch):
    seen = []
    plain = Pool._states
    monkeypatch.setattr(Pool, "_states", lambda self, ids: (seen.append(ids), plain(self, ids))[1])
    list(embedder.encode_with_spans([piece(*SENTENCES[: 1 + n % 3]) for n in range(30)]))
    assert sum(map(len, seen)) == 30
    assert all(len({len(each) for each in ids}) == 1 for ids in seen)


def test_torch_uses_as_many_threads_afterwards_as_before(embedder):
    before = torch.get_num_threads()
    embedder.encode(["a", "b"])
    assert torch.get_num_threads() == before


def test_the_fused_model_computes_the_same(embedder):
    plain = embedder._model[0].auto_model
    faster = fused(plain)
    if plain.dtype == torch.bfloat16 and torch.ops.mkldnn._is_mkldnn_bf16_supported():
        assert faster is not plain
    ids = torch.arange(1000, 1120)[None, :]
    with torch.inference_mode():
        one, two = (each(input_ids=ids).last_hidden_state.float() for each in (plain, faster))
    assert torch.nn.functional.cosine_similarity(one, two, dim=-1).min() > 0.999


@pytest.mark.parametrize("harm", ["missing", "other signature", "wrong result"])
def test_a_torch_that_cannot_fuse_keeps_the_model_as_it_is(embedder, monkeypatch, harm):
    plain = embedder._model[0].auto_model

    def wrong(*arguments: object) -> torch.Tensor:
        if harm == "missing":
            raise NotImplementedError
        if harm == "other signature":
            raise TypeError
        x, weight = arguments[:2]
        return torch.ones(*x.shape[:-1], weight.shape[0] if weight.dim() == 2 else 384, dtype=x.dtype)

    monkeypatch.setattr("ingest.fuse._linear", wrong)
    assert fused(plain) is plain
    dense = plain.encoder.layer[0].output.dense
    assert packed(dense.weight.bfloat16(), dense.bias.bfloat16()) is None


@pytest.mark.parametrize("then", ["none", "gelu"])
def test_a_packed_map_gives_what_the_map_gives(embedder, then):
    dense = embedder._model[0].auto_model.encoder.layer[0].intermediate.dense
    weight, bias = dense.weight.bfloat16(), dense.bias.bfloat16()
    assert packed(weight.float(), bias.float(), then) is None  # only what has half precision is packed
    found = packed(weight, bias, then)
    if found is None:
        pytest.skip("this torch does not pack")
    with torch.inference_mode():
        states = torch.linspace(-2, 2, 8 * 384).reshape(2, 4, 384).bfloat16()
        plain = torch.nn.functional.linear(states, weight, bias)
        plain = torch.nn.functional.gelu(plain) if then == "gelu" else plain
        assert torch.allclose(found(states).float(), plain.float(), atol=0.05)


def test_a_model_that_is_not_pooled_by_the_mean_encodes_spans_by_themselves(embedder, tmp_path):
    import json
    import shutil

    from ingest.embed import Embedder

    shutil.copytree(embedder._folder, tmp_path / "cls")
    path = tmp_path / "cls" / "1_Pooling" / "config.json"
    config = json.loads(path.read_text())
    config.update({key: False for key in config if key.startswith("pooling_mode_")})
    config["pooling_mode_cls_token"] = True
    path.write_text(json.dumps(config))
    other = Embedder(str(tmp_path / "cls"))
    (found,) = other.encode_with_spans([piece(*SENTENCES)])
    alone = other.encode(list(SENTENCES))
    assert (found.spans * alone).sum(axis=1).min() > 0.99
    assert embedder.encode([SENTENCES[0]])[0] @ alone[0] < 0.99
