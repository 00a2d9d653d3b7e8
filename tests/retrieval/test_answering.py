"""Reading a question and a sentence together, and weeding out what does not answer."""

from dataclasses import replace

import numpy as np
import pytest

from corpus.errors import RecordError
from corpus.lexicon import load_lexicon
from corpus.record import Kind, Source
from ingest.asking import read_arrays, split_low_rank
from ingest.document import Passage, Span
from retrieval.evidence.answering import WEIGHTS, load_pair_reader
from retrieval.evidence.desk import Evidence
from retrieval.evidence.weed import heads_of, pick, weed
from retrieval.question.slot import IN_SHORT, Slot
from retrieval.question.wording import Whole

DROWSY = "the us label of this medicine lists drowsiness and dizziness as common side effects."
SLEEPY = Whole("does this medicine make you sleepy", "does diazepam make you sleepy")
DIRECT = Slot(IN_SHORT, (), (), 3, direct=True)


@pytest.mark.parametrize(
    ("sentence", "answered", "unanswered"),
    [
        (DROWSY, "does this medicine make you sleepy", "does this medicine make your hair fall out"),
        (
            "this medicine should be stored below 25 degrees, away from light.",
            "can i keep this medicine in a hot car",
            "can i drink on this medicine",
        ),
        (
            "this medicine usually takes 2 to 4 weeks to work.",
            "how long till this medicine kicks in",
            "how long do withdrawal symptoms of this medicine last",
        ),
    ],
)
def test_what_a_sentence_answers_is_told_from_what_it_does_not(sentence, answered, unanswered):
    reader = load_pair_reader()
    yes, no = (reader.read(question, [sentence])[0].answers for question in (answered, unanswered))
    assert yes > no + 0.2


@pytest.mark.parametrize(
    ("question", "sentence", "side"),
    [
        ("does this medicine cause drowsiness", DROWSY, "yes"),
        ("is this medicine addictive", "this medicine can lead to physical dependence and addiction.", "yes"),
        (
            "can i take this medicine every day for years",
            "this medicine is not recommended for longer than four weeks.",
            "no",
        ),
    ],
)
def test_yes_is_told_from_no(question, sentence, side):
    found = load_pair_reader().read(question, [sentence])[0]
    assert getattr(found, side) > 0.5
    assert found.yes + found.no + found.mixed <= 1.0001


def test_a_reading_does_not_depend_on_what_is_read_beside():
    reader = load_pair_reader()
    sentences = [DROWSY, "this medicine is a benzodiazepine.", "it was studied in 40 people. " * 8]
    together = reader.read("does this medicine make you sleepy", sentences)
    alone = [reader.read("does this medicine make you sleepy", [each])[0] for each in sentences]
    assert np.allclose([each.answers for each in together], [each.answers for each in alone], atol=0.05)
    assert reader.read("does this medicine make you sleepy", []) == []


def test_weights_that_lack_a_factor_are_named():
    arrays = read_arrays(WEIGHTS)
    name = next(name for name in arrays if name.endswith("/up"))
    del arrays[name]
    with pytest.raises(RecordError, match="lacks a factor"):
        split_low_rank(arrays)


def evidence(text, score, foreseen=0.6):
    source = Source(id="label", kind=Kind.LABEL, title="A label")
    whole = Span(0, len(text))
    passage = Passage(f"p-{text}", "label", (), None, text, whole, None, "", (whole,))
    return Evidence(0, passage, source, whole, text, np.zeros(2), frozenset(), 0.0, foreseen, score=score)


def test_what_answers_comes_first_where_nothing_does_nothing_stays_and_outlines_are_left_alone():
    drowsy = evidence("Diazepam can cause drowsiness and dizziness.", 0.9)
    law = evidence("Diazepam is a class C controlled drug in the United Kingdom.", 1.0)
    question = SLEEPY
    slots = [DIRECT, replace(DIRECT, outlined=True)]
    kept, untouched = weed([(law, drowsy), (law, drowsy)], slots, question, load_lexicon())
    assert kept[0].text == drowsy.text
    assert kept[0].reading is not None
    assert kept[0].reading.answers > 0.3
    assert untouched == (law, drowsy)
    onset = Whole("how long does this medicine take to work", "how long does diazepam take to work")
    assert weed([(law,)], [DIRECT], onset, load_lexicon()) == [()]
    own = evidence(law.text, 0.2, foreseen=None)
    assert weed([(own,)], [DIRECT], onset, load_lexicon()) == [(own,)]


def test_what_is_read_not_to_answer_does_not_stand_beside_what_does():
    drowsy = replace(
        evidence("Diazepam can cause drowsiness and dizziness.", 0.9), vector=np.array([1.0, 0.0])
    )
    # However well it fits its part: its score alone carries it over the threshold.
    law = evidence("Diazepam is a class C controlled drug in the United Kingdom.", 1.4)
    law = replace(law, vector=np.array([0.0, 1.0]))
    question = SLEEPY
    for foreseen, texts in ((0.6, {drowsy.text}), (0.95, {drowsy.text, law.text})):
        both = (replace(law, foreseen=foreseen), drowsy)
        kept = weed([both], [DIRECT], question, load_lexicon(), leans=True)[0]
        assert {each.text for each in kept} == texts


def test_what_says_the_same_is_read_once():
    same, turned = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    labels = [
        replace(
            evidence(f"Its US label {verb} drowsiness as a side effect of diazepam.", 0.5 - at / 9),
            vector=same,
        )
        for at, verb in enumerate(("lists", "names", "gives", "reports", "mentions"))
    ]
    other = replace(evidence("Diazepam can make people sleepy the next day.", 0.1), vector=turned)
    assert heads_of([(*labels, other)], [DIRECT]) == [labels[0], other]
    kept = weed([(*labels, other)], [DIRECT], SLEEPY, load_lexicon())[0]
    assert {each.text for each in kept} >= {each.text for each in labels}
    assert len({each.reading for each in kept if each.text != other.text}) == 1


def test_of_what_was_not_judged_only_what_surely_answers_is_picked():
    drowsy = evidence("Its US label lists drowsiness as a side effect of diazepam.", 0.0, foreseen=0.75)
    law = evidence("Diazepam is a class C controlled drug in the United Kingdom.", 0.0, foreseen=0.9)
    asked = SLEEPY
    assert [each.text for each in pick([law, drowsy], (), asked, load_lexicon())] == [drowsy.text]
    assert pick([law], (), asked, load_lexicon()) == ()
    # However it is read: what was written down to answer something else seldom answers.
    assert pick([replace(drowsy, foreseen=0.65)], (), asked, load_lexicon()) == ()


def test_of_two_that_are_asked_about_each_is_told_where_one_is_told_surely():
    """A sentence about one of them answers only half of the question, and is read so."""
    question = Whole(
        "which stays longer in the body, this medicine or this medicine",
        "which stays longer in the body, lorazepam or diazepam",
    )
    texts = ("Lorazepam has a half-life of about 12 hours.", "Diazepam has a half-life of 20-100 hours.")
    sure, unsure = (
        replace(evidence(text, score), vector=vector)
        for text, score, vector in zip(
            texts, (1.2, 0.4), (np.array([1.0, 0.0]), np.array([0.0, 1.0])), strict=True
        )
    )
    duration = replace(DIRECT, facets=("duration",), subjects=("lorazepam",))
    other = replace(duration, subjects=("diazepam",))
    kept = weed([(sure,), (unsure,)], [duration, other], question, load_lexicon())
    assert [[each.text for each in part] for part in kept] == [[texts[0]], [texts[1]]]
    # Under one heading for whatever answers, the same would not do.
    assert weed([(sure,), (unsure,)], [duration, DIRECT], question, load_lexicon())[1] == ()


def test_what_two_that_are_named_do_together_needs_less_to_be_said(citewell):
    """A reader is less sure of "for cramps"; that the sentence is on just these two says much by itself."""
    answer = citewell.ask("can u take advil w lexapro for cramps")
    assert answer.verdict == "caution"
    assert "escitalopram" in answer.statements[0].text
    assert "NSAIDs" in answer.statements[0].text


def test_what_fits_no_part_is_read_closely_before_nothing_is_said(citewell):
    answer = citewell.ask(
        "What share of Americans over 65 is prescribed or takes something with an alcohol interaction in a "
        "given year?"
    )
    assert any("80% of US adults aged 65" in each.text for each in answer.statements)


def test_the_answer_is_found_among_what_is_only_somewhat_like_the_question(citewell):
    """Nothing fits the parts that these ask for; the sentence that answers is not the likest."""
    old = "xanax vs the old type like elavil for realy heavy melancholy depression"
    leaving = "What can a person feel when he leaves the nortriptiline from one day to the other"
    for asked, told in (
        (f"{old}, which one worked better", "melancholic"),
        (f"{leaving}, without going down slowly?", "Stopping nortriptyline abruptly"),
    ):
        answer = citewell.ask(asked)
        assert any(told in each.text for each in answer.statements), asked


def test_without_a_close_reader_only_what_is_read_most_surely_is_picked(monkeypatch):
    monkeypatch.setattr("retrieval.evidence.weed.load_close_reader", lambda: None)
    drowsy = evidence("Its US label lists drowsiness as a side effect of diazepam.", 0.0, foreseen=0.75)
    [picked] = pick([drowsy], (), SLEEPY, load_lexicon())
    assert picked.reading is not None
    assert picked.reading.answers >= 0.8
    hardly = evidence("Diazepam can be given before operations.", 0.0, foreseen=0.95)
    assert pick([hardly], (), SLEEPY, load_lexicon()) == ()
