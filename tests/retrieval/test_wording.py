"""A question as it is held against expected questions, and as it is read with sentences."""

import pytest

from corpus.lexicon import load_lexicon
from retrieval.question.wording import as_read, questions_in
from retrieval.support.wording import stem_of
from retrieval.words import respelled
from tests.retrieval.test_understand import read

LEXICON = load_lexicon()


def test_a_follow_up_is_read_after_the_questions_that_it_leans_on():
    asked = read("and the worst ones?", "does Zoloft have side effects", "which of them pass")
    assert as_read(asked, LEXICON) == (
        "does this medicine have side effects which of them pass and the worst ones?",
        "does sertraline have side effects\nThen: which of them pass\nThen: and the worst ones?",
    )
    assert questions_in(asked, LEXICON)[-1] == "which of them pass and the worst ones?"
    assert asked.in_conversation.startswith("does Zoloft")


def test_what_stands_by_itself_is_read_alone():
    asked = read("what is the half-life of diazepam", "does Zoloft have side effects")
    assert asked.leans_on == ()
    assert as_read(asked, LEXICON) == (
        "what is the half-life of this medicine",
        "what is the half-life of diazepam",
    )


def test_at_most_two_earlier_questions_are_read_with_it():
    asked = read("and then?", "is Valium addictive", "why is it", "how would i know", "what helps with it")
    assert asked.leans_on == ("how would i know", "what helps with it")


def test_a_follow_up_said_in_full_loses_only_the_word_it_begins_with():
    asked = read("and 60 mg or 120?", "does Cymbalta work for nerve pain")
    assert asked.wording.startswith("60 mg or 120")


def test_a_story_is_held_against_them_by_its_parts():
    asked = read("My mum takes Valium. How long does it last?")
    assert questions_in(asked, LEXICON)[1:] == [
        "my mum takes this medicine.",
        "how long does this medicine last?",
    ]


@pytest.mark.parametrize("word", ["snores", "handover", "hoarding"])
def test_a_rare_word_of_english_is_not_taken_for_a_slip(word):
    assert respelled(word) is None
    assert word in read(f"my husband asks about {word}").text


def test_a_slip_is_mended_all_the_same():
    assert respelled("diffrent") == "different"


@pytest.mark.parametrize(
    ("word", "small"),
    [("severe", "several"), ("personality", "person"), ("informed", "information"), ("authority", "author")],
)
def test_a_word_that_says_something_has_no_stem_of_one_that_says_nothing(word, small):
    assert stem_of(word) != stem_of(small)


def test_an_inflection_has_the_stem_of_its_word():
    assert stem_of("reporting") == stem_of("reports") == stem_of("report")
    assert stem_of("severely") == stem_of("severe")
    assert stem_of("antidepressants") == stem_of("antidepressant")
