"""The pairs that the reader of questions with sentences is learnt from, and that it is learnt at all."""

from random import Random

import numpy as np
import pytest

from corpus.errors import RecordError
from corpus.expected import load_expected
from corpus.lexicon import load_lexicon
from evals.answering import data
from evals.answering.data import (
    PARTLY,
    STANCES,
    TO_MEASURE,
    TO_WEIGH,
    Pair,
    Sentences,
    is_kept_apart,
    likeness,
    read_pairs,
)
from evals.answering.learn import Learnt, Method, as_said, learn, mixed
from evals.answering.measure import auc
from ingest.adapt import Base
from retrieval.evidence.answering import PairReader

SHORT = {"asked_46.txt", "asked_47.txt"}  # of writers of 65 questions each


def test_the_pairs_are_of_sentences_of_the_corpus_and_one_source_in_eight_is_kept_apart():
    pairs = read_pairs(load_lexicon())
    known = [each for each in pairs if each.source]
    assert len(known) / len(pairs) > 0.9
    apart = {source for source in load_expected().by_source if is_kept_apart(source)}
    assert 0.08 < len(apart) / len(load_expected().by_source) < 0.18
    assert {each.answers for each in pairs} == {1.0, PARTLY, 0.0, None}
    assert {each.stance for each in pairs} == {None, *range(len(STANCES))}


def test_yes_and_no_answer_and_some_writers_are_kept_apart():
    pairs = read_pairs(load_lexicon())
    assert {each.answers for each in pairs if each.stance in {0, 1, 2}} == {1.0}
    for file in TO_WEIGH | TO_MEASURE:
        unseen = [each for each in pairs if each.file == file]
        least = 60 if file in SHORT else 200
        assert len({each.question for each in unseen}) > least
        assert all(each.is_kept_apart for each in unseen)


def test_a_line_without_a_mark_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(data, "PAIRS", tmp_path)
    (tmp_path / "pairs.txt").write_text("A sentence.\n+ a question\nno mark here\n", encoding="utf-8")
    with pytest.raises(RecordError, match=r"pairs\.txt: 'no mark here'"):
        read_pairs(load_lexicon())


def test_likeness_is_that_of_the_likest_question_of_a_sentence():
    vectors = np.eye(3, dtype=np.float32)
    found = likeness([[0, 1], [2]], vectors, np.array([[0.6, 0.8, 0.0]], dtype=np.float32))
    assert np.allclose(found, [[0.8, 0.0]])


def test_the_area_under_the_curve_counts_ties_half():
    assert auc(np.array([0.9, 0.5, 0.5, 0.1]), np.array([True, True, False, False])) == 0.875


def test_it_learns_to_tell_two_topics_apart():
    """A few steps on two plain topics: what is learnt tells new questions of them apart."""
    sleep, law = "this medicine can cause drowsiness.", "this medicine is a controlled drug by law."
    asked = {
        sleep: ["does it make you sleepy", "will i be tired", "is it sedating", "does it knock you out"],
        law: ["is it legal", "is it a controlled drug", "can i be arrested for it", "which schedule is it"],
    }
    pairs = [
        Pair(question, sentence, "", sentence == own)
        for own, questions in asked.items()
        for question in questions
        for sentence in asked
    ]
    told = [Pair(question, sleep, "", None, 0) for question in asked[sleep]]
    told += [Pair(question, sleep, "", None, 3) for question in asked[law]]
    none = Sentences([], [], [], [], [], np.zeros((0, 1), np.int32))
    method = Method(epochs=30, expected=0, batch=8, first_layer=4, rank=4, rate=5e-3)
    learnt = learn([*pairs, *told], none, Base(), method)
    reader = PairReader(learnt.low_rank, learnt.head, learnt.bias)
    drowsy, legal = reader.read("does this medicine make people sleepy", [sleep, law])
    assert drowsy.answers > legal.answers


@pytest.mark.parametrize(
    ("sentence", "bare"),
    [
        ("the us label of this medicine says that it can cause fits.", "it can cause fits."),
        ("it can cause fits, its us label warns.", "it can cause fits."),
        ("in a trial of 50 people it caused no fits.", "in a trial of 50 people it caused no fits."),
    ],
)
def test_a_sentence_is_learnt_with_its_source_and_without(sentence, bare):
    said = {as_said(sentence, Random(seed)) for seed in range(30)}
    assert said == {sentence, bare}


def test_what_was_learnt_is_mixed_with_what_it_was_learnt_on_from():
    one, other = (
        Learnt(
            {"a": (np.full((2, 3), value), np.full((3, 2), -value))},
            np.full((5, 3), value),
            np.full(5, value),
        )
        for value in (1.0, 2.0)
    )
    between = mixed(one, other, 0.25)
    down, up = between.low_rank["a"]
    assert np.allclose(down, 1.25)
    assert np.allclose(up, -1.25)
    assert np.allclose(between.head, 1.25)
    assert np.allclose(between.bias, 1.25)
