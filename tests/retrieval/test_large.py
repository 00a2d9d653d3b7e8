"""A question for all that stands under one heading is answered from that heading."""

import pytest

from retrieval.prepare import understood
from retrieval.question.large import asks_at_large
from retrieval.question.wording import questions_in


@pytest.mark.parametrize(
    ("question", "is_large"),
    [
        ("what are the serious risks of trazodone", True),
        ("interactions of lithium", True),
        ("trazodone side effects in children", False),
        ("does trazodone have serious risks", False),
        ("does mirtazapine cause weight gain", False),
        ("side effects of trazodone and lithium", False),
        ("what is trazodone", False),
    ],
)
def test_what_asks_at_large(citewell, question, is_large):
    assert asks_at_large(understood(question, (), citewell.desk)) is is_large


def test_what_stands_under_the_heading_answers(citewell):
    answer = citewell.ask(
        "and what are the serious risks of the other one?",
        ("My doctor gave me a choice of Remeron or trazodone. Does Remeron cause weight gain?",),
    )
    assert answer.outcome == "answered"
    assert "Trazodone" in answer.statements[0].text


def test_a_story_before_the_question_does_not_hide_it(citewell):
    answer = citewell.ask(
        "My mum has just been started on lithium, what side effects should we be looking out for?"
    )
    assert "tremor" in answer.statements[0].text


def test_a_sound_before_a_follow_up_changes_nothing(citewell):
    earlier = ("does luvox affect ativan levels",)
    plain, hesitant = (citewell.ask(each, earlier) for each in ("and xanax?", "hmm and xanax?"))
    assert [each.text for each in hesitant.statements] == [each.text for each in plain.statements]
    assert "alprazolam" in plain.statements[0].text


def test_what_adds_nothing_is_not_said_again(citewell):
    texts = [each.text for each in citewell.ask("Can you drive while taking clonazepam?").statements]
    assert (
        sum("all of which can impair driving" in each or "All benzodiazepines" in each for each in texts) == 1
    )


@pytest.mark.parametrize(
    "question", ["when do trazodone side effects start", "why do trazodone side effects happen"]
)
def test_one_thing_about_a_heading_is_not_all_of_it(citewell, question):
    assert not asks_at_large(understood(question, (), citewell.desk))


def test_ok_is_no_sound_where_it_asks(citewell):
    assert understood("ok to take sertraline?", (), citewell.desk).facets == ("serious_harms",)
    assert understood("ok, is sertraline addictive?", (), citewell.desk).text == "is sertraline addictive?"


def test_a_case_that_is_asked_about_is_no_story(citewell):
    lexicon = citewell.desk.lexicon
    case = understood(
        "When I stop taking sertraline, how long does it take to feel normal", (), citewell.desk
    )
    story = understood("Mum was given lithium, what side effects should we look out for", (), citewell.desk)
    assert len(questions_in(case, lexicon)) == 1
    assert "what side effects should we look out for with this medicine" in questions_in(story, lexicon)


def test_the_same_of_another_medicine_is_said(citewell):
    texts = " ".join(
        each.text
        for each in citewell.ask("how quickly does fluoxetine work compared to venlafaxine").statements
    )
    assert "venlafaxine" in texts.casefold()
    assert "fluoxetine" in texts.casefold()
