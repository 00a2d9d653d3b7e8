"""Whether a sentence is about what was asked: the medicine, its class, a pair, or something else."""

from dataclasses import replace

import pytest

from corpus.lexicon import load_lexicon
from retrieval.evidence.about import is_about_any, subject_fit
from retrieval.evidence.may import is_worth_reading
from retrieval.evidence.spoken import speaks_of_names
from retrieval.question.slot import IN_SHORT, Slot
from retrieval.question.understand import understand
from tests.retrieval.test_answering import evidence

LEXICON = load_lexicon()


def fit(question, sentence, **slot):
    asked = understand(question, LEXICON, lambda _: True)
    part = Slot(IN_SHORT, (), asked.subjects, 3, **slot)
    return subject_fit(said(sentence), part, asked, LEXICON)


def said(sentence):
    return replace(evidence(sentence, 0.5), entities=LEXICON.entities_in(sentence))


def test_what_stands_in_one_list_with_a_medicine_is_no_stranger_to_it():
    question = "legal driving limit of temazepam"
    listed = "The limit is 1000 micrograms per litre for temazepam, 300 for oxazepam and 50 for clonazepam."
    apart = "The limit for clonazepam is 50 and was set long after temazepam got its own."
    assert fit(question, listed, direct=True) is not None
    assert fit(question, apart, direct=True) is None


@pytest.mark.parametrize(
    "sentence",
    [
        "Temazepam, oxazepam (Serax) and lorazepam have no active metabolite.",
        "Lorazepam, oxazepam, and temazepam are conjugated directly.",
        "Neither lorazepam nor temazepam has an active metabolite.",
    ],
)
def test_a_list_may_begin_with_another_of_its_members(sentence):
    assert fit("does temazepam have active metabolites", sentence) is not None


def test_two_asked_about_together_need_a_sentence_about_both_that_no_third_leads():
    question = "can I take sertraline with alprazolam"
    both = "Sertraline raised the level of alprazolam little."
    third = "Fluvoxamine, unlike sertraline, doubled the level of alprazolam."
    assert fit(question, both, together=True) is not None
    assert fit(question, "Sertraline raises the level of some drugs.", together=True) is None
    assert fit(question, third, together=True) is None


def test_where_two_are_compared_a_third_is_a_stranger_in_any_company():
    question = "is sertraline better than fluoxetine"
    two = "Sertraline did better than fluoxetine in the trials."
    three = "Sertraline did better than fluoxetine, paroxetine and citalopram in the trials."
    assert fit(question, two, together=True) > fit(question, three, together=True)


def test_a_class_as_wide_as_antidepressants_says_nothing_of_what_each_has_for_itself():
    wide = "Antidepressants are used in pregnancy when the benefit is greater."
    assert fit("can I take sertraline in pregnancy", wide) is None
    assert fit("can I take an antidepressant in pregnancy", wide) is not None
    assert fit("does sertraline raise the risk of falls", wide) is not None


def test_a_sentence_is_about_a_medicine_or_its_class_or_neither():
    assert is_about_any(said("SSRIs can cause nausea."), ("sertraline",), LEXICON)
    assert not is_about_any(said("Anxiety can cause nausea."), ("sertraline",), LEXICON)


@pytest.mark.parametrize(
    ("question", "speaks"),
    [
        ("sertraline and zorbixol together", False),
        ("does sertraline help with zorbixol tablets", False),
        ("sertraline makes my head feel zorbixolish today", True),
        ("is sertraline and nausea causal or confounded", True),
    ],
)
def test_a_name_that_nothing_knows_must_be_spoken_of_where_a_name_stands(question, speaks, citewell):
    asked = understand(question, LEXICON, lambda word: True)
    about = said("Sertraline can cause nausea, headache and a strange feeling in the head.")
    assert speaks_of_names(about, asked, citewell.desk) is speaks


def test_a_third_in_the_place_of_one_of_the_two_says_nothing_of_them():
    question = "is it ok if i take paracetamol with diazepam"
    third = "Interactions between venlafaxine and diazepam were small."
    assert fit(question, third) is None
    assert fit(question, third, sure=True) is None
    assert fit(question, "Diazepam interacts with other medicines.", sure=True) is None
    assert fit("does venlafaxine interact with diazepam", third, sure=True) is not None
    # Asked about one, after the other was named.
    assert fit("im on paracetamol, does diazepam make you sleepy", "Diazepam causes sleepiness.") is not None


@pytest.mark.parametrize(
    ("question", "sentence", "worth"),
    [
        (
            "can i take melatonin with sertraline",
            "SSRIs such as sertraline with aspirin raise bleeding.",
            False,
        ),
        (
            "can i take ibuprofen with sertraline",
            "SSRIs such as sertraline with NSAIDs raise bleeding.",
            True,
        ),
        ("is sertraline addictive", "SSRIs like sertraline with aspirin raise bleeding.", True),
    ],
)
def test_what_nothing_else_answers_is_read_only_where_it_is_about_both(question, sentence, worth):
    asked = understand(question, LEXICON, lambda _: True)
    each = replace(said(f"{sentence} It was found so."), foreseen=0.9)
    assert is_worth_reading(each, asked, LEXICON) is worth


@pytest.mark.parametrize("name", ["dapoxetine", "brotizolam", "tetrazepam", "valsartan"])
def test_a_medicine_is_not_read_as_another_of_nearly_its_name(name):
    asked = understand(f"is it ok to take {name} with sertraline", LEXICON, lambda _: True)
    assert name in asked.subjects
    assert not asked.corrections
