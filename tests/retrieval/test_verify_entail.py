"""An entailment model is combined with the checks and overrules none; a real, untrained CrossEncoder."""

from pathlib import Path

import numpy as np
import pytest

from corpus.errors import ModelError
from corpus.lexicon import load_lexicon
from ingest.settings import load_settings
from retrieval.support.entail import CrossEncoderEntailment, Judgement, make_entailment
from retrieval.support.verify import support_together, supports

LEXICON = load_lexicon()
SPAN = "Stopping diazepam suddenly can cause seizures and confusion."
STATEMENT = "Stopping diazepam suddenly can cause seizures."


class Fixed:
    """Says the same of every pair, and remembers what it was asked."""

    def __init__(self, entailed: float, contradicted: float) -> None:
        self.judgement = Judgement(entailed, contradicted)
        self.asked: list[tuple[str, str]] = []

    def probabilities(self, pairs):
        one = self.judgement
        row = [one.entailment, 1 - one.entailment - one.contradiction, one.contradiction]
        return np.array([row] * len(pairs))

    def judge(self, span, statement):
        self.asked.append((span, statement))
        return self.judgement


def save_model(folder: Path, labels: list[str]) -> Path:
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    words = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        "diazepam",
        "stopping",
        "can",
        "cause",
        "seizures",
        ".",
    ]
    vocabulary = folder / "words.txt"
    vocabulary.write_text("\n".join(words), encoding="utf-8")
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=len(labels),
        id2label=dict(enumerate(labels)),
        label2id={label: at for at, label in enumerate(labels)},
    )
    BertForSequenceClassification(config).save_pretrained(folder / "model")
    BertTokenizerFast(str(vocabulary), model_max_length=64).save_pretrained(folder / "model")
    return folder / "model"


def test_there_is_none_unless_one_is_configured():
    assert make_entailment(load_settings()) is None


def test_a_real_cross_encoder_gives_probabilities_in_the_order_that_is_promised(tmp_path):
    names = save_model(tmp_path, ["contradiction", "entailment", "neutral"])
    model = make_entailment(load_settings(nli_model=str(names)))
    assert model is not None
    found = model.probabilities([(SPAN, STATEMENT), ("diazepam .", "seizures .")])
    assert found.shape == (2, 3)
    assert np.allclose(found.sum(axis=1), 1.0)
    raw = model._model.predict([[SPAN, STATEMENT]], apply_softmax=True)[0]
    assert np.allclose(found[0], [raw[1], raw[2], raw[0]], atol=1e-5)
    judged = model.judge(SPAN, STATEMENT)
    assert judged.entailment == pytest.approx(found[0, 0], abs=1e-5)
    assert (
        supports(STATEMENT, SPAN, 0.9, LEXICON, model).reason
        != supports(STATEMENT, SPAN, 0.9, LEXICON).reason
    )
    assert model.probabilities([]).shape == (0, 3)


def test_a_model_with_other_labels_is_refused_with_a_remedy(tmp_path):
    model = CrossEncoderEntailment(str(save_model(tmp_path, ["good", "bad", "so-so"])))
    with pytest.raises(ModelError, match=r"labels bad, good, so-so"):
        model.judge(SPAN, STATEMENT)


def test_a_folder_without_a_model_is_refused_with_a_remedy(tmp_path):
    with pytest.raises(ModelError, match="CITEWELL_NLI_MODEL"):
        CrossEncoderEntailment(str(tmp_path)).judge(SPAN, STATEMENT)


def test_entailment_raises_support_and_contradiction_vetoes_it():
    alone = supports(STATEMENT, SPAN, 0.7, LEXICON).score
    assert supports(STATEMENT, SPAN, 0.7, LEXICON, Fixed(0.999, 0.0)).score > alone
    assert supports(STATEMENT, SPAN, 0.7, LEXICON, Fixed(0.01, 0.2)).score < alone
    vetoed = supports(STATEMENT, SPAN, 0.9, LEXICON, Fixed(0.1, 0.8))
    assert vetoed.score == 0.0
    assert "contradicts" in vetoed.reason
    assert support_together(STATEMENT, [(SPAN, 0.9)], LEXICON, Fixed(0.1, 0.8)) is None


def test_entailment_overrules_no_check_and_is_not_asked_then():
    sure = Fixed(1.0, 0.0)
    assert supports("Stopping lorazepam suddenly can cause seizures.", SPAN, 0.99, LEXICON, sure).score == 0.0
    assert sure.asked == []
