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

US = evidence("In the United States, alprazolam is a Schedule IV controlled substance.", 0.5)


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
    german = evidence("In Germany, alprazolam is sold on prescription only.", 0.5)
    assert not is_elsewhere(german, asked("is xanax sold in europe"))
    study = replace(US, source=US.source.model_copy(update={"kind": Kind.COHORT}))
    assert not is_elsewhere(study, asked("does xanax cause falls in japan"))


@given(st.text())
def test_any_text_is_read(text):
    assert places_in(text) <= {*places_in(text + " japan")}
