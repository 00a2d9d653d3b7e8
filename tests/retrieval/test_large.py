"""A question for all that stands under one heading is answered from that heading."""

import pytest

from retrieval.prepare import understood
from retrieval.question.large import asks_at_large


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
