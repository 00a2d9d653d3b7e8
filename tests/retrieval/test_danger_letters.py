"""Runs of letters and words: the same for the same text, near for a misspelt one, learnt from examples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.danger.data import HARMLESS, Sentence
from evals.danger.learn_linear import learn_letters
from retrieval.safety.danger_letters import BUCKETS, Linear, letter_shares, letter_values
from retrieval.safety.triage import Level

DANGER = (Level.EMERGENCY, "suicidal")


def filled(text):
    vector = np.zeros(BUCKETS, dtype=np.float32)
    at, values = letter_values(text)
    vector[at] = values
    return vector


@given(st.text(max_size=60))
def test_any_text_fills_a_vector_of_length_one_or_nothing(text):
    length = np.linalg.norm(filled(text))
    assert length == pytest.approx(1, abs=1e-4) or length == 0
    shares = letter_shares(Linear(np.ones((3, BUCKETS), np.float32), np.zeros(3, np.float32)), [text])
    assert shares == pytest.approx(np.full((1, 3), 1 / 3))


def test_capitals_and_accents_change_nothing():
    assert np.array_equal(filled("No quiero vivir m\u00e1s"), filled("NO QUIERO VIVIR MAS"))


def test_a_misspelt_word_is_nearer_than_another():
    right, misspelt, other = map(filled, ("suicidal", "suicidial", "sertraline"))
    assert right @ misspelt > 0.5 > right @ other


def test_learns_from_examples_and_reads_what_it_learnt():
    sentences = [Sentence(f"{start} want to die", DANGER) for start in ("I", "we", "they really", "you all")]
    sentences += [Sentence(f"how does {drug} work", HARMLESS) for drug in ("zoloft", "it", "this", "that")]
    linear = learn_letters(sentences, [DANGER, HARMLESS])
    shares = letter_shares(linear, ["she wnats to die", "how do they work"])
    assert shares[0, 0] > 0.5 > shares[1, 0]
    assert letter_shares(linear, []).shape == (0, 2)
