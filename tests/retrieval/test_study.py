"""A study is asked about by its name alone, and answered by the sentences that bear it."""

import pytest

from retrieval.answer import Outcome
from retrieval.question.study import bears_name, study_named


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("What did the RAMPART trial find?", "RAMPART"),
        ("star*d results", "star*d"),
        ("summary of the empower study", "empower"),
        ("what did the study find", None),
        ("what did RAMPART find in children", None),
        ("is it", None),
        ("", None),
    ],
)
def test_a_study_is_named_by_one_word(text, name):
    assert study_named(text) == name


@pytest.mark.parametrize(
    ("sentence", "borne"),
    [
        ("In the STAR*D study, one in three remitted.", True),
        ("The STAR*DX study is another.", False),
        ("They reached for a star*d in the sky.", False),
    ],
)
def test_a_name_stands_alone_and_in_capitals(sentence, borne):
    assert bears_name(sentence, "star*d") is borne


def test_every_sentence_of_the_answer_bears_the_name(citewell):
    answer = citewell.ask("What did the RAMPART trial find?")
    assert answer.outcome is Outcome.ANSWERED
    assert all("RAMPART" in each.text and each.citations for each in answer.statements)


@pytest.mark.parametrize("question", ["What did the QUIXOTE trial find?", "robots", "weather"])
def test_a_word_that_names_no_study_finds_nothing(question, citewell):
    assert citewell.ask(question).outcome is Outcome.ABSTAINED
