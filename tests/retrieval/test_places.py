"""Whether a sentence is about another country than was asked about."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.lexicon import load_lexicon
from corpus.record import Kind
from retrieval.evidence.places import is_elsewhere, places_in
from retrieval.question.understand import understand
from tests.retrieval.test_answering import evidence


def of_law(text):
    found = evidence(text, 0.5)
    return replace(found, passage=replace(found.passage, facet="legal"))


US = of_law("In the United States, alprazolam is a Schedule IV controlled substance.")


def asked(question):
    return understand(question, load_lexicon(), lambda _: True)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("is it sold in the US", {"us"}),
        ("tell us about it", set()),
        ("what do the English say, and in Scotland", {"uk"}),
        ("may I take it to Dubai or Japan", {"emirates", "japan"}),
        ("stopping it cold turkey", set()),
        ("sold in Northern Ireland", {"uk"}),
    ],
)
def test_countries_are_found_by_their_names(text, places):
    assert places_in(text) == places


def test_the_law_of_one_country_says_nothing_of_another():
    assert is_elsewhere(US, asked("can I bring my xanax into japan"))
    assert not is_elsewhere(US, asked("is xanax a controlled drug in america"))
    assert not is_elsewhere(US, asked("is xanax a controlled drug"))
    german = of_law("In Germany, alprazolam is sold on prescription only.")
    assert not is_elsewhere(german, asked("is xanax sold in europe"))
    european = of_law("In the European Union, pregabalin is licensed for generalised anxiety.")
    assert not is_elsewhere(european, asked("is pregabalin licensed for anxiety in germany"))
    assert is_elsewhere(european, asked("is pregabalin licensed for anxiety in the US"))


@pytest.mark.parametrize(
    "question",
    ["explain in plain english what xanax is in law", "swiss cheese on phenelzine", "my Polish mother"],
)
def test_a_word_for_a_people_is_no_country_asked_about(question):
    assert not is_elsewhere(US, asked(question))


def test_what_a_medicine_does_is_everywhere_the_same():
    harm = replace(US, passage=replace(US.passage, facet="interactions"))
    assert not is_elsewhere(harm, asked("is xanax with opioids dangerous in england"))


def test_what_was_found_in_one_country_may_hold_in_another():
    study = replace(US, source=US.source.model_copy(update={"kind": Kind.COHORT}))
    assert not is_elsewhere(study, asked("does xanax cause falls in japan"))


@given(st.text(), st.sampled_from(["Japan", "the US", "new zealand", "Dubai"]))
def test_a_country_is_found_after_any_text(text, place):
    assert places_in(f"{text} in {place}") >= places_in(place) != frozenset()
