"""A span supports a statement only with every number, name, denial and direction of it."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.lexicon import load_lexicon
from retrieval.support.likeness import FEATURES, load_combiner
from retrieval.support.verify import LEAST_SUPPORT, SUPPORTED, carries, support_together, supports

LEXICON = load_lexicon()
SPAN = "In 230 patients, diazepam improved anxiety more than placebo in the first two weeks."
PAIRS = yaml.safe_load(
    (Path(__file__).parents[2] / "evals" / "verification" / "pairs.yaml").read_text(encoding="utf-8")
)


def test_the_same_words_support_fully():
    assert supports(SPAN, SPAN, 0.2, LEXICON).score == 1.0


@pytest.mark.parametrize(
    ("statement", "span", "missing"),
    [
        (SPAN.replace("230", "320"), SPAN, "320"),
        (SPAN.replace("diazepam", "lorazepam"), SPAN, "lorazepam"),
        (SPAN.replace("improved", "did not improve"), SPAN, "den"),
        (SPAN.replace("more", "less"), SPAN, "direction"),
        (SPAN.replace("In 230 patients", "In 230 children"), SPAN, "children"),
        (
            "Omeprazole increased the clearance of diazepam.",
            "Omeprazole lowered the clearance of diazepam.",
            "direction",
        ),
        ("Diazepam harms the unborn child.", "Diazepam may harm the unborn child.", "less certain"),
        ("The dose of diazepam is 5 g.", "The dose of diazepam is 5 mg.", "5 g"),
        ("Sertraline helped 20%.", "Sertraline helped 40%, and imipramine helped 20%.", "something else"),
        ("Sertraline is faster than diazepam.", "Diazepam is faster than sertraline.", "exchanged"),
        ("Fluoxetine was raised by alprazolam.", "Alprazolam was raised by fluoxetine.", "exchanged"),
        ("Kava lowers anxiety.", "Kava lowers anxiety in rats.", "animals"),
        ("Diazepam causes falls.", "Diazepam was associated with falls.", "association"),
        ("Diazepam is unsafe.", "Diazepam is safe.", "direction"),
        ("Weight is unrelated to diazepam.", "Weight is related to diazepam.", "opposite"),
        ("All patients on diazepam slept.", "Patients on diazepam slept.", "all"),
        ("Diazepam relieves pain.", "The aim was to test whether diazepam relieves pain.", "asks"),
        ("Sertraline is the most effective drug.", "Sertraline is an effective drug.", "most effect"),
        ("Only diazepam was given.", "Diazepam was given.", "only"),
        ("The half-life of diazepam is 20 hours.", "The half-life of diazepam is 20-50 hours.", "range"),
        ("Sertraline can cause severe bleeding.", "Sertraline can cause bleeding.", "severity"),
        ("Diazepam helps mild anxiety disorder.", "Diazepam helps anxiety disorder.", "severity"),
    ],
)
def test_what_is_missing_or_contradicts_is_named_and_scores_nothing(statement, span, missing):
    found = supports(statement, span, 0.99, LEXICON)
    assert found.score == 0.0
    assert missing in found.reason


@pytest.mark.parametrize("written", ["5 mg", "5mg", "five mg", "0.005 g", "5000 micrograms"])
def test_a_number_may_be_written_in_other_ways(written):
    assert (
        supports("Diazepam 5 mg was given.", f"Diazepam {written} was given.", 0.95, LEXICON).score
        > LEAST_SUPPORT
    )


@pytest.mark.parametrize(
    ("statement", "span"),
    [
        ("Fluoxetine raises the level of alprazolam.", "The level of alprazolam is raised by fluoxetine."),
        ("Sertraline is slower than diazepam.", "Diazepam is faster than sertraline."),
        ("Alprazolam is unsafe with opioids.", "Alprazolam is not safe with opioids."),
        ("Diazepam did not work better than placebo.", "Diazepam failed to work better than placebo."),
        ("The blood level of diazepam fell by a third.", "The blood level of diazepam fell by 33%."),
    ],
)
def test_what_says_the_same_in_other_words_passes_every_check(statement, span):
    assert supports(statement, span, 0.95, LEXICON).score > 0.0


def test_a_near_paraphrase_holds_and_an_unrelated_sentence_does_not():
    statement = "Stopping diazepam suddenly can cause seizures."
    assert supports(
        statement, "Stopping diazepam suddenly can cause seizures and confusion.", 0.9, LEXICON
    ).holds
    assert not supports(statement, "Diazepam can be given for seizures.", 0.6, LEXICON).holds


def test_several_spans_may_carry_a_statement_together_but_none_may_be_missing():
    statement = "Benzodiazepines strengthen GABA, whereas SSRIs block the reuptake of serotonin."
    first = ("Benzodiazepines strengthen the effect of GABA.", 0.7)
    second = ("SSRIs are potent inhibitors of serotonin reuptake.", 0.7)
    given_ = support_together(statement, [first, second], LEXICON)
    assert given_ is not None
    assert all(LEAST_SUPPORT <= each.score < SUPPORTED and not each.holds for each in given_)
    assert support_together(statement, [first], LEXICON) is None
    assert support_together(statement, [first, (second[0], 0.3)], LEXICON) is None
    assert support_together("In 99 people " + statement, [first, second], LEXICON) is None
    assert support_together(statement, [], LEXICON) is None


def test_an_assertion_that_no_span_carries_is_not_let_through():
    spans = [("Diazepam can cause drowsiness and fatigue.", 0.9)]
    assert support_together("Diazepam can cause drowsiness and fatigue.", spans, LEXICON) is not None
    statement = "Diazepam can cause drowsiness, blindness, cancer and fatigue."
    assert support_together(statement, spans, LEXICON) is None


def test_of_the_pairs_written_by_hand_nearly_all_that_should_not_pass_do_not():
    strangers = [
        row for row in PAIRS["not_supported"] if supports(**row, similarity=0.97, lexicon=LEXICON).holds
    ]
    assert len(PAIRS["not_supported"]) >= 60
    assert len(PAIRS["supported"]) >= 60
    assert len(strangers) <= 1
    friends = [
        row for row in PAIRS["supported"] if supports(**row, similarity=0.97, lexicon=LEXICON).score > 0
    ]
    assert len(friends) >= 0.95 * len(PAIRS["supported"])


def test_more_likeness_never_makes_support_less_probable():
    combiner = load_combiner()
    assert min(combiner.weights) >= 0
    assert combiner.probability((1.0,) * len(FEATURES)) > combiner.probability((0.0,) * len(FEATURES))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120), st.text(max_size=120), st.floats(-1, 1))
def test_any_text_is_judged(statement, span, similarity):
    found = supports(statement, span, similarity, LEXICON)
    assert 0.0 <= found.score <= 1.0
    assert found.reason
    assert 0.0 <= carries(statement, span) <= 0.6


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 5000), st.integers(1, 5000))
def test_another_number_never_supports(one, other):
    found = supports(
        f"Nausea struck {one} mice on diazepam.", f"Nausea struck {other} mice on diazepam.", 0.99, LEXICON
    )
    assert (found.score > 0) == (one == other)
