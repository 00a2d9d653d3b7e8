"""What the close reader is learnt with: layers that learn, conversations put together, and a few steps."""

from random import Random

import numpy as np
import pytest

from evals.adapters import Mean, as_low_rank, resumed_factors
from evals.answering import learn_closely as learning
from evals.answering.data import Pair, Sentences
from evals.answering.learn_closely import CloseMethod, learn_closely
from evals.answering.turns import in_turns
from evals.causal_adapters import LearningLayers, new_causal_factors
from evals.danger import learn_closely as danger_learning
from evals.danger.data import HARMLESS, Sentence
from ingest.causal import MAPS, WIDTH, CausalBase, CausalLayers, is_installed
from retrieval.evidence.closely import tokens_of
from retrieval.question.wording import THEN
from retrieval.safety.triage import Level

NONE = Sentences([], [], [], [], [], np.zeros((0, 1), np.int32))
SLEEP, LAW = "Diazepam can cause drowsiness.", "Diazepam is a controlled drug by law."
ASKED = [
    "does it make you sleepy",
    "will i be tired",
    "is it sedating",
    "is it legal",
    "which schedule is it",
]
# Told by the sentence alone, which a few steps on a few layers can learn.
PAIRS = [
    Pair(question, sentence, "", float(sentence == SLEEP)) for question in ASKED for sentence in (SLEEP, LAW)
]

installed = pytest.mark.skipif(not is_installed(), reason="the language model's package is not installed")


@installed
def test_the_layers_that_learn_are_those_that_read():
    base = CausalBase()
    random = np.random.default_rng(1)
    low_rank = {
        name: (down, random.normal(0, 0.02, up.shape).astype(np.float32))
        for name, (down, up) in as_low_rank(new_causal_factors(base, 3, 4)).items()
    }
    before, after = tokens_of("does diazepam make you sleepy", [SLEEP, LAW], base)
    reading = CausalLayers(base, low_rank, 3).last(before, after)
    learnt = LearningLayers(base, resumed_factors(low_rank), 3).last([before + each for each in after])
    found = learnt.detach().float().numpy()
    alike = (reading * found).sum(1) / np.linalg.norm(reading, axis=1) / np.linalg.norm(found, axis=1)
    assert alike.min() > 0.999  # of bfloat16, which rounds each shape otherwise
    plain = CausalLayers(base, {}, 3).last(before, after)
    assert (reading * plain).sum() / np.linalg.norm(reading) / np.linalg.norm(plain) < 0.999


@installed
def test_a_few_steps_lower_the_loss_and_can_be_learnt_on_from(monkeypatch):
    monkeypatch.setattr(learning, "LAYERS", 2)
    losses: list[float] = []
    method = CloseMethod(epochs=16, rank=4, rate=2e-3, head_rate=1e-2, batch=8)
    base = CausalBase()
    learnt = learn_closely(PAIRS, NONE, base, method, tell=lambda step, steps, loss: losses.append(loss))
    assert len(losses) == 2 * len(PAIRS)
    assert np.mean(losses[-2:]) < np.mean(losses[:2]) - 0.2
    assert learnt.head.shape == (WIDTH,)
    assert {name.split(".")[1] for name in learnt.low_rank} == set(MAPS)
    once = CloseMethod(epochs=1, rank=4, rate=0.0, head_rate=0.0, decay=0.0, batch=8)
    on = learn_closely(PAIRS, NONE, base, once, learnt)
    assert np.allclose(on.head, learnt.head, atol=1e-2)
    assert np.allclose(on.low_rank["1.heard"][1], learnt.low_rank["1.heard"][1], atol=1e-2)


@installed
def test_of_the_weights_on_the_way_the_mean_is_kept(monkeypatch):
    monkeypatch.setattr(learning, "LAYERS", 1)
    base, kept = CausalBase(), []
    monkeypatch.setattr(learning.Mean, "put", lambda mean: kept.append((mean._count, mean._means[-1].item())))
    method = CloseMethod(epochs=8, rank=4, rate=2e-3, head_rate=1e-2, batch=8, mean_from=0.5)
    last = learn_closely(PAIRS, NONE, base, method)
    [(count, mean)] = kept
    assert count == 5  # of ten steps, without the first half
    assert mean != pytest.approx(float(last.bias[0]), abs=1e-4)


def test_a_mean_is_put_in_the_place_of_what_it_is_of():
    import torch

    weights = torch.tensor([1.0, 2.0], requires_grad=True)
    mean = Mean([weights])
    mean.put()  # of nothing: nothing is changed
    assert weights.tolist() == [1.0, 2.0]
    mean.add()
    weights.data += 2.0
    mean.add()
    weights.data += 9.0
    mean.put()
    assert weights.tolist() == [2.0, 3.0]


@installed
def test_dangers_are_learnt_in_a_few_steps(monkeypatch):
    monkeypatch.setattr(danger_learning, "LAYERS", 2)
    taken = (Level.EMERGENCY, "overdose_or_poisoning")
    sentences = [Sentence(f"I swallowed {number} tablets", taken) for number in range(20, 52)]
    sentences += [Sentence(f"How does medicine {number} work?", HARMLESS) for number in range(20, 52)]
    losses: list[float] = []
    learnt = danger_learning.learn_closely(
        sentences,
        [taken, HARMLESS],
        CausalBase(),
        danger_learning.CloseMethod(rounds=8, rank=4, rate=2e-3, head_rate=1e-2, batch=16),
        lambda step, steps, loss: losses.append(loss),
    )
    assert len(losses) == 32
    assert np.mean(losses[-4:]) < np.mean(losses[:2]) - 0.2
    assert (learnt.head.shape, learnt.bias.shape) == ((2, WIDTH), (2,))
    assert {name.split(".")[1] for name in learnt.low_rank} == set(MAPS)


def test_a_conversation_is_put_together_of_questions_of_one_source_that_different_sentences_answer():
    texts = [SLEEP, LAW, "Sertraline is an SSRI."]
    sentences = Sentences(
        texts,
        ["diazepam", "diazepam", "sertraline"],
        [[0, 1], [2], [3]],
        [],
        ["is it sedating", "will i be tired", "is it legal", "what is sertraline"],
        np.array([[1, 2], [1, 2], [0, 2], [0, 1]], np.int32),
    )
    pairs = list(in_turns(sentences, 9, Random(1)))
    assert len(pairs) == 6  # nothing else of its source is like what is asked of sertraline
    for right, wrong in zip(pairs[::2], pairs[1::2], strict=True):
        first, last = right.question.split(THEN)
        assert right.question == wrong.question
        assert (right.answers, wrong.answers) == (1.0, 0.0)
        assert last in {sentences.questions[row] for row in sentences.asked[texts.index(right.sentence)]}
        assert first in {sentences.questions[row] for row in sentences.asked[texts.index(wrong.sentence)]}
        assert {right.sentence, wrong.sentence} == {SLEEP, LAW}
        assert right.leans
