"""What a medicine is licensed for is told by labels, not by who advises it."""

import pytest


@pytest.mark.parametrize(
    ("question", "outcome", "told"),
    [
        # NICE names it first there, and no label does: that is no yes.
        (
            "is Zoloft licensed for generalised anxiety",
            "partial",
            "label of sertraline (Zoloft) covers depression",
        ),
        ("is Anafranil approved for depression in the States", "answered", "only for obsessive-compulsive"),
        ("is Wellbutrin approved for anxiety", "partial", "used for depression and to prevent seasonal"),
        (
            "is propranolol licensed for anxiety",
            "answered",
            "Yes. Propranolol is used for situational anxiety",
        ),
        (
            "efexor or cymbalta for diabetic nerve pain, which one has the licence",
            "partial",
            "diabetic nerve pain",
        ),
    ],
)
def test_what_it_is_licensed_for_is_told_by_its_label(citewell, question, outcome, told):
    answer = citewell.ask(question)
    assert answer.outcome.value == outcome
    assert told in answer.statements[0].text
    assert not any("NICE" in each.text or "guideline" in each.text for each in answer.statements)


def test_a_condition_that_no_label_names_is_said_to_be_missing(citewell):
    answer = citewell.ask("is mirtazapine licensed for insomnia")
    assert any("insomnia" in note for note in answer.notes)
    assert answer.statements
    assert not any(each.text.startswith(("Yes", "No")) for each in answer.statements)


@pytest.mark.parametrize(
    "question", ["when was Ambien approved", "can a bus driver hold a licence while taking nortriptyline"]
)
def test_other_licences_are_not_meant(citewell, question):
    answer = citewell.ask(question)
    assert not any("is used to relieve the symptoms" in each.text for each in answer.statements)
