"""What is not said again: of what was asked the same, beside a medicine that nobody asked about."""

from dataclasses import replace

import numpy as np
import pytest

from corpus.lexicon import load_lexicon
from retrieval.composing.compose import _speaks_of_others_too
from retrieval.question.slot import IN_SHORT, Slot
from tests.retrieval.test_answering import evidence

LEXICON = load_lexicon()
SAID = "Alcohol is to be avoided during treatment with buspirone, its US label says."
TOO = "Alcohol is to be avoided with buspirone, and alcohol with pregabalin can kill."
SLOT = Slot(IN_SHORT, (), ("buspirone",), 3, direct=True)


def told(text, angle=0.0):
    vector = np.array([np.cos(angle), np.sin(angle)], dtype=np.float32)
    return replace(evidence(text, 1.0), vector=vector, entities=LEXICON.entities_in(text))


@pytest.mark.parametrize(
    ("said", "text", "angle", "subjects", "is_left_out"),
    [
        (SAID, TOO, 0.6, ("buspirone",), True),
        (SAID, TOO, 0.9, ("buspirone",), False),  # it says something else of buspirone
        (SAID, TOO, 0.6, ("buspirone", "pregabalin"), False),  # both are asked about
        (TOO, TOO, 0.6, ("buspirone",), False),  # what is said speaks of the other already
        (SAID, TOO.replace("can kill", "killed 12"), 0.6, ("buspirone",), False),  # a number is news
        (SAID, "Alcohol with pregabalin can kill.", 0.6, ("buspirone",), False),  # judged elsewhere
    ],
)
def test_what_is_said_already_is_not_said_again_beside_another_medicine(
    said, text, angle, subjects, is_left_out
):
    slot = replace(SLOT, subjects=subjects)
    assert _speaks_of_others_too(told(text, angle), [told(said)], slot, LEXICON) is is_left_out


def test_on_the_shipped_corpus_nobody_is_told_of_another_medicine_beside(citewell):
    answer = citewell.ask("and with alcohol?", ["is buspirone addictive"])
    texts = [each.text for each in answer.statements]
    assert any("buspirone" in each.lower() for each in texts)
    assert not any("pregabalin" in each for each in texts)
