"""What can be read without the text around it."""

import numpy as np
import pytest

from corpus.record import Kind, Source
from ingest.document import Passage, Span
from retrieval.evidence.desk import Evidence
from retrieval.evidence.standing import burden, hides_its_animals, stands_alone


@pytest.mark.parametrize(
    "text",
    [
        "It strengthens the action of GABA in the brain.",
        "However, diazepam can be addictive for some people.",
        "Diazepam was better than placebo in these patients.",
        "The former was better tolerated than diazepam was.",
        "In this study, sertraline was better than placebo.",
        "Sertraline is better",
        "See below.",
    ],
)
def test_a_sentence_that_points_elsewhere_does_not_stand_alone(text):
    assert not stands_alone(text)


@pytest.mark.parametrize(
    "text",
    [
        "Diazepam, sold as Valium, is a benzodiazepine.",
        "In adults with panic disorder, sertraline was better than placebo.",
        "The second-line drugs are listed in the label.",
    ],
)
def test_a_sentence_that_names_what_it_is_about_stands_alone(text):
    assert stands_alone(text)


def evidence(text, kind):
    source = Source(id="study", kind=kind, title="A study")
    whole = Span(0, len(text))
    passage = Passage("p-1", "study", (), None, text, whole, None, "A study", (whole,))
    return Evidence(0, passage, source, whole, text, np.zeros(2), frozenset(), 0.0)


def test_a_finding_in_animals_must_say_so():
    hidden = "Diazepam relieved anxiety within an hour."
    assert hides_its_animals(evidence(hidden, Kind.ANIMAL_STUDY))
    assert hides_its_animals(evidence(hidden, Kind.IN_VITRO))
    assert not hides_its_animals(evidence("Diazepam relieved anxiety in mice.", Kind.ANIMAL_STUDY))
    assert not hides_its_animals(evidence(hidden, Kind.TRIAL))


def test_length_and_numbers_are_a_burden():
    assert burden("Diazepam is a benzodiazepine.") == 0
    assert burden("In 12 of 30 people 4 to 5 improved by 6%.") > 0
