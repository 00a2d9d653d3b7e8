"""Reading a question and a sentence closely."""

import numpy as np
import pytest

from corpus.lexicon import load_lexicon
from retrieval.evidence import closely
from retrieval.evidence.closely import CloseReader, load_close_reader
from retrieval.evidence.weed import read_closely, weed
from retrieval.evidence.weigh import FEATURES_CLOSELY, answering, features_of
from retrieval.question.slot import IN_SHORT, Slot
from retrieval.question.wording import Whole
from tests.retrieval.test_answering import evidence

LEXICON = load_lexicon()
DROWSY = "The US label of diazepam lists drowsiness and dizziness as common side effects."
ASKED = Whole("does this medicine make you sleepy", "does diazepam make you sleepy")


@pytest.mark.parametrize(
    ("sentence", "answered", "unanswered"),
    [
        (DROWSY, "does diazepam make you sleepy", "does diazepam make your hair fall out"),
        (
            "Diazepam is about 98% bound to plasma proteins.",
            "how much of diazepam is protein bound",
            "how much does diazepam cost",
        ),
        (
            "Sertraline usually takes 2 to 4 weeks to work.",
            "how long till sertraline kicks in",
            "how long do withdrawal symptoms of sertraline last",
        ),
    ],
)
def test_what_a_sentence_answers_is_told_from_what_it_does_not(sentence, answered, unanswered):
    reader = load_close_reader()
    yes, no = (reader.read(question, [sentence])[0] for question in (answered, unanswered))
    assert yes > no + 1


def test_a_reading_does_not_depend_on_what_is_read_beside():
    reader = load_close_reader()
    sentences = [DROWSY, "Diazepam is a benzodiazepine.", "It was studied in 40 people. " * 40]
    together = reader.read(ASKED.named, sentences)
    alone = [reader.read(ASKED.named, [each])[0] for each in sentences]
    assert np.allclose(together, alone, atol=0.25)
    assert reader.read(ASKED.named, []) == []


def test_where_the_package_is_missing_the_rest_is_weighed(monkeypatch):
    drowsy = evidence(DROWSY, 1.0, foreseen=0.8)
    with_it = weed([(drowsy,)], [Slot(IN_SHORT, (), (), 3, direct=True)], ASKED, LEXICON)
    assert with_it[0][0].text == DROWSY
    load_close_reader.cache_clear()
    monkeypatch.setattr(closely, "is_installed", lambda: False)
    try:
        assert load_close_reader() is None
        assert read_closely([drowsy], ASKED, LEXICON) == [None]
        without = weed([(drowsy,)], [Slot(IN_SHORT, (), (), 3, direct=True)], ASKED, LEXICON)
        assert without[0][0].text == DROWSY
    finally:
        load_close_reader.cache_clear()


def test_what_is_read_closely_is_weighed_too():
    drowsy = evidence(DROWSY, 1.0, foreseen=0.7)
    assert len(features_of(drowsy, 0.5, 1.0)) == len(FEATURES_CLOSELY)
    assert answering(drowsy, 0.5, -3.0) < answering(drowsy, 0.5, 3.0) - 0.2


def test_the_reader_gives_log_odds_of_a_linear_output():
    even = CloseReader({}, np.zeros(576, np.float32), 0.5)
    assert even.read(ASKED.named, [DROWSY]) == [0.5]
