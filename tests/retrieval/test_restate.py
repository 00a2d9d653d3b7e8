"""What a story or a few words after others come to is said in a line, where names and kind say it whole."""

import pytest

from corpus.lexicon import load_lexicon
from retrieval.question.restate import asked_last, asked_plainly, comes_to
from tests.retrieval.test_understand import read

LEXICON = load_lexicon()


@pytest.mark.parametrize(
    ("turns", "line"),
    [
        (
            ["when does withdrawal begin after the last dose of lorazepam", "And diazepam?"],
            "When do withdrawal symptoms begin after stopping diazepam?",
        ),
        (
            ["can people get hooked on diazepam", "how quick"],
            "How quickly can dependence on diazepam develop?",
        ),
        (
            ["electric jolts in my head after finishing venlafaxine, how long till that goes away"],
            "How long do withdrawal symptoms last after stopping venlafaxine?",
        ),
        (["how long does withdrawal from sertraline last"], None),  # says so itself
        (["how does sertraline withdrawal feel", "and its half life?"], None),
        (["how fast does sertraline work", "and valium"], None),
    ],
)
def test_what_is_asked_of_withdrawal_says_so(turns, line):
    *earlier, question = turns
    assert comes_to(read(question, *earlier), LEXICON) == line


@pytest.mark.parametrize(
    ("turns", "line"),
    [
        (
            ["my husband is on priadel and now they gave him water tablets for his ankles, do they mix"],
            "Can lithium be taken with diuretics?",
        ),
        (["can lithium be taken with water tablets"], None),
        (
            ["I am nursing, sertraline or escitalopram?", "is the first one fine", "and the other one"],
            "Is escitalopram safe when breastfeeding?",
        ),
        (["what is sertraline"], None),
    ],
)
def test_what_else_a_story_asks_is_said_where_the_names_say_it(turns, line):
    *earlier, question = turns
    assert asked_plainly(read(question, *earlier), LEXICON) == line


def test_a_story_about_two_gets_what_is_said_of_both(citewell):
    answer = citewell.ask(
        "my husbands been stable on priadel for yrs and now theyve given him water tablets for his ankles. "
        "should he mention the lithium, do they mix badly"
    )
    assert "diuretics" in answer.statements[0].text
    assert answer.statements[0].citations


@pytest.mark.parametrize(
    ("question", "last"),
    [
        (
            "I've been on Xanax and they started me on the pill. Does birth control make Xanax last longer?",
            "Does birth control make Xanax last longer?",
        ),
        ("I've been on Xanax and they started me on the pill. Does it make Xanax last longer?", None),
        ("I sleep badly. What is it?", None),
        ("does birth control make xanax last longer?", None),
    ],
)
def test_the_question_after_a_story_stands_alone_where_it_names_everything(question, last):
    assert asked_last(read(question), LEXICON) == last


def test_a_story_does_not_hide_the_question_after_it(citewell):
    answer = citewell.ask(
        "I've been on Xanax for a while and my gynecologist just started me on the pill. "
        "Does birth control make Xanax hang around in the body longer?"
    )
    assert "alprazolam" in answer.statements[0].text
    assert answer.statements[0].citations
