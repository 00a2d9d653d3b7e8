"""A question that asks for two things is answered for each of them, or says for which it is not."""

import pytest

from retrieval.question.compound import asked_apart


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "does nausea with trintellix wear off and how common is it",
            ("does nausea with trintellix wear off", "how common is it"),
        ),
        ("what is frisium? What is it for?", ("what is frisium?", "What is it for?")),
        (
            "Give the target level of lithium, and list the drugs that raise it.",
            ("Give the target level of lithium", "list the drugs that raise it."),
        ),
        ("is xanax addictive", ()),
        ("xanax and valium, which is stronger", ()),
        ("i was on it for years. is it addictive", ()),  # told, and asked once
        ("My son smokes weed and is on fluoxetine. Does the one spoil the other?", ()),  # goes on telling
        ("When I have to speak, my hands shake like crazy. Is Inderal used for that?", ()),
        ("What is it for. How long till it works", ("What is it for.", "How long till it works")),
        ("my dad is on both. How much worse is that vs. just one of them?", ()),
        ("do benzos cause dementia or is that a myth", ()),
        ("Is it safe? Is that true?", ()),
        ("", ()),
    ],
)
def test_a_question_is_taken_apart_where_it_asks_twice(text, parts):
    assert asked_apart(text) == parts


def test_what_the_whole_does_not_find_its_parts_do(citewell):
    answer = citewell.ask(
        "Give the usual lithium serum target range for maintenance and list the drugs that raise levels."
    )
    said = " ".join(each.text for each in answer.statements)
    assert "0.6 to 1.2 mEq/L" in said
    assert "diuretics" in said
    assert all(each.citations for each in answer.statements)


def test_the_part_that_nothing_answers_is_named(citewell):
    answer = citewell.ask(
        "Can a breastfeeding mother on paroxetine keep nursing, and what is the relative infant dose?"
    )
    assert answer.outcome.value == "partial"
    assert any("what is the relative infant dose" in note for note in answer.notes)


def test_of_two_that_exclude_each_other_none_is_said_to_be_unanswered(citewell):
    answer = citewell.ask(
        "My wife is finishing her talking therapy for worrying."
        " Does the good of it last, or is it gone again a year later?"
    )
    assert answer.outcome.value == "answered"
    assert not any("gone again" in note for note in answer.notes)


def test_two_questions_on_what_no_source_holds_are_not_answered(citewell):
    answer = citewell.ask("whats the dose of metformin for a type 2 diabetic and does it upset the stomach")
    assert answer.outcome.value == "abstained"
    assert not answer.sources


def test_nothing_is_said_where_nothing_names_what_was_asked_about(citewell):
    answer = citewell.ask("Does pregabalin really grab onto GABA receptors?")
    assert not any("GABA-A" in each.text for each in answer.statements)
