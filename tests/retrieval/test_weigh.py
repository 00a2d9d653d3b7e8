"""Weighing what speaks for a sentence."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import RecordError
from retrieval.evidence.weigh import FEATURES, WEIGHTS, answering, features_of, load_weights
from retrieval.logistic import read_logistic
from tests.retrieval.test_answering import evidence

SENTENCE = evidence("Diazepam can cause drowsiness.", 0.8, foreseen=0.7)
share = st.floats(0, 1)


@given(share, share, st.floats(0, 1), st.floats(-1, 3))
def test_more_of_anything_never_makes_it_less_probable(one, other, likeness, score):
    each = replace(SENTENCE, foreseen=likeness, score=score)
    less, more = sorted((one, other))
    assert 0 <= answering(each, less) <= answering(each, more) <= 1
    assert answering(each, one) <= answering(replace(each, foreseen=min(1.0, likeness + 0.1)), one)
    assert answering(each, one) <= answering(replace(each, score=score + 0.1), one)


def test_none_of_the_three_decides_alone():
    read_well, like, fits = 0.95, 0.85, 1.3
    poor = replace(SENTENCE, foreseen=0.5, score=0.4)
    assert answering(poor, read_well) < answering(replace(poor, foreseen=like, score=fits), read_well) - 0.1
    assert answering(replace(poor, foreseen=like, score=fits), 0.01) < 0.5


def test_a_reading_beyond_doubt_counts_for_no_more_than_all_else_can_outweigh():
    assert features_of(SENTENCE, 0.0)[0] == pytest.approx(-features_of(SENTENCE, 1.0)[0])
    assert features_of(replace(SENTENCE, foreseen=None), 0.5) == (0.0, 0.0, 0.8)


def test_damaged_weights_are_named(tmp_path):
    path = tmp_path / "weighing.json"
    path.write_text(json.dumps({"weights": {FEATURES[0]: 1}, "bias": 0}), encoding="utf-8")
    with pytest.raises(RecordError, match=r"weighing\.json.*likeness"):
        read_logistic(path, FEATURES, "learn")
    path.write_text("{", encoding="utf-8")
    with pytest.raises(RecordError, match=r"Run 'learn'"):
        read_logistic(path, FEATURES, "learn")
    path.write_text(json.dumps({"weights": {"a": -1}, "bias": 0}), encoding="utf-8")
    with pytest.raises(RecordError, match="negative"):
        read_logistic(path, ["a"], "learn")
    assert read_logistic(WEIGHTS, FEATURES, "learn")[0] == load_weights(closely=False)
