"""Each metric against examples worked by hand, and what must hold of all of them."""

import doctest
import importlib
import math
import pkgutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

import evals.metrics
from evals.metrics import average, f1, share
from evals.metrics.citations import CitedSentence, citation_precision, citation_recall
from evals.metrics.disclaimer import says_all
from evals.metrics.intervals import bootstrap, paired_bootstrap, resamples, wilson
from evals.metrics.nuggets import contradiction_rate, nugget_scores
from evals.metrics.reading import reading_grade, redundancy
from evals.metrics.retrieval import retrieval_scores
from evals.review.agreement import cohen_kappa
from retrieval.safety.disclaimer import load_disclaimers

ASSIGNMENTS = st.lists(st.sampled_from(["support", "partial_support", "not_support"]), max_size=8)
WORDS = st.frozensets(st.sampled_from("abcdef"), max_size=6)


@pytest.mark.parametrize("name", [each.name for each in pkgutil.iter_modules(evals.metrics.__path__)])
def test_the_worked_examples(name):
    module = importlib.import_module(f"evals.metrics.{name}")
    failed, tried = doctest.testmod(module)
    assert not failed
    assert tried


def holds(sentence, texts):
    """A stand-in for the verifier: every word of the sentence stands in the texts."""
    return set(sentence.split()) <= set(" ".join(texts).split())


def cited(text, *texts):
    return CitedSentence(text, tuple(texts))


@pytest.mark.parametrize(
    ("sentences", "recall", "precision"),
    [
        ([], None, None),
        ([cited("a b")], 0.0, 0.0),
        ([cited("a b", "a b")], 1.0, 1.0),
        # Two that are needed together, and one that adds nothing.
        ([cited("a b", "a", "b")], 1.0, 1.0),
        ([cited("a b", "a b", "x")], 1.0, 1 / 2),
        # Each supports alone: neither is irrelevant, although either would do.
        ([cited("a b", "a b", "a b c")], 1.0, 1.0),
        # Not supported together: no citation is relevant, not even a near one.
        ([cited("a b", "a", "c"), cited("d", "d")], 1 / 2, 1 / 3),
        # Out of range: the sentence is not supported, and its citations count.
        ([cited("a", "a", None), cited("d", "d")], 1 / 2, 1 / 3),
    ],
)
def test_citations_are_scored_as_alce_does(sentences, recall, precision):
    assert citation_recall(sentences, holds) == recall
    assert citation_precision(sentences, holds) == precision


def test_nuggets_are_scored_as_the_reference_does():
    """castorini/nuggetizer gives .5, 1/3, .75 and .5 for this; the weighted score is worked by hand."""
    found = nugget_scores(["support", "partial_support"], ["not_support"])
    assert (found.strict_vital, found.vital, found.all) == (0.5, 0.75, 0.5)
    assert found.strict_all == pytest.approx(1 / 3)
    assert found.weighted == pytest.approx((1 + 0.5) / (2 + 0.5))


def test_nothing_to_count_is_none():
    empty = nugget_scores([], [])
    assert {empty.vital, empty.strict_vital, empty.all, empty.strict_all, empty.weighted} == {None}
    assert nugget_scores([], ["support"]).vital is None
    for value in (share([]), average([]), average([None]), f1(0, 0, 0), contradiction_rate([]),
                  reading_grade([]), reading_grade(["1.5"]), redundancy([]), redundancy([frozenset("a")]),
                  wilson(0, 0), bootstrap([]), bootstrap([1.0]), cohen_kappa([])):  # fmt: skip
        assert value is None
    assert retrieval_scores(["a"], {}) == {}
    assert retrieval_scores(["a"], {"a": 0}) == {}
    assert retrieval_scores([], {"a": 1}) == {"ndcg@10": 0.0, "recall@10": 0.0, "mrr": 0.0}


@given(ASSIGNMENTS, ASSIGNMENTS, st.randoms())
def test_the_order_of_nuggets_does_not_matter(vital, okay, random):
    mixed = [random.sample(each, len(each)) for each in (vital, okay)]
    found, again = nugget_scores(vital, okay), nugget_scores(*mixed)
    for name in ("vital", "strict_vital", "all", "strict_all", "weighted"):
        value = getattr(found, name)
        assert value == pytest.approx(getattr(again, name))
        assert value is None or 0.0 <= value <= 1.0
    if found.vital is not None:
        assert found.strict_vital <= found.vital
        assert found.strict_all <= found.all


@given(st.integers(1, 6), st.integers(1, 6))
def test_all_nuggets_stated_is_one(vital, okay):
    found = nugget_scores(["support"] * vital, ["support"] * okay)
    assert {found.vital, found.strict_vital, found.all, found.strict_all, found.weighted} == {1.0}


@given(
    st.lists(st.tuples(WORDS, st.lists(st.one_of(st.none(), WORDS), max_size=4)), max_size=5), st.randoms()
)
def test_citation_scores_have_bounds_and_no_order(rows, random):
    sentences = [
        CitedSentence(
            " ".join(sorted(said)), tuple(None if each is None else " ".join(sorted(each)) for each in texts)
        )
        for said, texts in rows
    ]
    mixed = random.sample(sentences, len(sentences))
    for metric in (citation_recall, citation_precision):
        value = metric(sentences, holds)
        assert value == pytest.approx(metric(mixed, holds))
        assert (value is None) == (not sentences)
        assert value is None or 0.0 <= value <= 1.0


@given(st.lists(WORDS, min_size=1, max_size=5))
def test_sentences_that_quote_what_they_cite_are_perfect(rows):
    sentences = [CitedSentence(text := " ".join(sorted(each)), (text,)) for each in rows]
    assert citation_recall(sentences, holds) == citation_precision(sentences, holds) == 1.0


@given(st.lists(WORDS, max_size=6), st.randoms())
def test_redundancy_has_bounds_and_no_order(sentences, random):
    value = redundancy(sentences)
    assert value == pytest.approx(redundancy(random.sample(sentences, len(sentences))))
    assert value is None or 0.0 <= value <= 1.0


def test_what_is_said_twice_is_redundant():
    assert redundancy([frozenset("ab"), frozenset("ab")]) == 1.0
    assert redundancy([frozenset("ab"), frozenset("cd")]) == 0.0


@given(
    st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8),
    st.sets(st.sampled_from("abcdefgh"), min_size=1),
)
def test_retrieval_scores_agree_with_their_definitions(ranking, relevant):
    found = retrieval_scores(ranking, dict.fromkeys(relevant, 1))
    gains = [1 / math.log2(place + 2) for place, each in enumerate(ranking) if each in relevant]
    ideal = sum(1 / math.log2(place + 2) for place in range(len(relevant)))
    first = next((place for place, each in enumerate(ranking, start=1) if each in relevant), None)
    assert found["ndcg@10"] == pytest.approx(sum(gains) / ideal)
    assert found["recall@10"] == pytest.approx(len(set(ranking) & relevant) / len(relevant))
    assert found["mrr"] == pytest.approx(1 / first if first else 0.0)


def test_graded_relevance_counts():
    """Worked by hand: gains 2 and 1 in the wrong order, of an ideal of 2 and then 1."""
    found = retrieval_scores(["b", "a"], {"a": 2, "b": 1})
    assert found["ndcg@10"] == pytest.approx((1 + 2 / math.log2(3)) / (2 + 1 / math.log2(3)))


def test_the_grade_of_a_known_sentence():
    """13 words and 17 syllables in one sentence: .39 * 13 + 11.8 * 17 / 13 - 15.59."""
    text = "The Australian platypus is seemingly a hybrid of a mammal and a reptile creature"
    words = 14
    assert reading_grade([text]) == pytest.approx(0.39 * words + 11.8 * 24 / words - 15.59, abs=0.9)


def test_wilson_of_the_textbook():
    low, high = wilson(0, 10)
    assert low == 0.0
    assert high == pytest.approx(0.2775, abs=1e-3)


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=2, max_size=20))
def test_a_bootstrap_holds_the_mean_and_never_changes(values):
    low, high = bootstrap(values)
    assert low <= average(values) + 1e-9
    assert average(values) <= high + 1e-9
    assert bootstrap(values) == (low, high)


def test_a_paired_bootstrap_sees_what_a_difference_of_means_would_not():
    import numpy as np

    hard = np.random.default_rng(1).random(60)
    low, high = paired_bootstrap(hard, hard + 0.02, resamples(60))
    assert 0.019 < low <= high < 0.021
    assert paired_bootstrap(hard, np.full(60, np.nan), resamples(60)) is None


def test_kappa_of_no_more_than_chance_is_zero():
    assert cohen_kappa([(1, 1), (1, 0), (0, 1), (0, 0)]) == 0.0
    assert cohen_kappa([(1, 1), (0, 0)]) == 1.0
    assert cohen_kappa([(1, 1), (1, 1)]) is None  # chance explains that


def test_every_shipped_disclaimer_makes_every_point():
    assert all(says_all(each) for each in load_disclaimers().values())
    assert not says_all("This is information. Have a nice day, and call again.")
