"""What is not said again: of what was asked the same, beside a medicine that nobody asked about."""

from dataclasses import replace

import numpy as np
import pytest

from corpus.lexicon import load_lexicon
from retrieval.composing.compose import _beside, _speaks_of_others_too
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


def read(text, answering, angle=0.0, **given):
    return replace(
        told(text, angle), answering=answering, score=given.pop("score", 1.0), foreseen=0.8, **given
    )


def test_beside_what_plainly_answers_stands_nothing_that_was_not_read_to():
    plain = [read("Lorazepam has a half-life of 12 hours.", 0.97)]
    hardly = read("Lorazepam is a benzodiazepine.", 0.2, 0.8)
    unread = read("Lorazepam is a tablet.", None, 1.6)
    fairly = read("The half-life of lorazepam is longer in some people.", 0.8, 2.4)
    own = replace(unread, foreseen=None)  # of somebody's own document, which nobody foresaw questions for
    of_lorazepam = Slot(IN_SHORT, (), ("lorazepam",), 3)
    assert _beside(plain, [*plain, hardly, unread, fairly, own], of_lorazepam) == [*plain, fairly, own]
    of_diazepam = replace(of_lorazepam, subjects=("diazepam",))
    assert _beside(plain, [hardly], of_diazepam) == [hardly]  # nothing that answers is about this
    assert _beside([], [hardly, unread], of_lorazepam) == [hardly, unread]


def test_an_outline_leaves_to_the_better_sentence_what_both_say():
    better = read("Flumazenil is contraindicated with tricyclics.", 0.99)
    worse = read("Flumazenil can bring seizures with tricyclics.", 0.95)
    outline = Slot(IN_SHORT, (), ("flumazenil",), 2, outlined=True)
    assert _beside([better, worse], [replace(worse, answering=None), better], outline) == [better]


def test_of_two_parts_the_first_leaves_to_the_second_what_that_answers_much_better():
    worse = read("In 81 episodes, seizures stopped in 89% on lorazepam.", 0.6)
    better = read("In 205 patients, seizures stopped in 59% on lorazepam.", 0.99)
    slot = Slot(IN_SHORT, (), ("lorazepam",), 2)
    assert _beside([better], [worse], slot) == []
    nearly = replace(worse, answering=0.9)
    assert _beside([better], [nearly], slot) == [nearly]


def test_a_study_that_is_asked_about_is_told_of_more_than_twice(citewell):
    answer = citewell.ask("what did the EMPOWER trial do and what share of the older people stopped")
    assert any("27%" in each.text for each in answer.statements)
