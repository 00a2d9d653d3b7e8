"""Two that are compared: what compares them comes alone; where nothing does, that comes first."""

import pytest

from retrieval.prepare import parts, understood
from retrieval.verdict.stance_words import load_stance_words

_BACKGROUND = {"What each is", "How each works", "What each is used for", "How long each lasts"}


def _headings(answer):
    return {each.heading for each in answer.statements}


def test_a_comparison_that_a_trial_made_is_given_without_what_each_is(citewell):
    answer = citewell.ask("IV lorazepam versus IV diazepam in status epilepticus: which controlled more?")
    assert "89%" in answer.statements[0].text
    assert not _headings(answer) & _BACKGROUND


def test_a_question_without_a_respect_gets_what_each_is(citewell):
    assert _headings(citewell.ask("difference between Lexapro and Celexa")) >= {"What each is"}


@pytest.mark.parametrize("question", ["is xanax stronger than valium", "Lexapro vs Celexa"])
def test_that_nothing_compares_them_is_said_first(citewell, question):
    answer = citewell.ask(question)
    assert answer.statements[0].lead == load_stance_words().leads["not_compared"]
    assert answer.statements[0].citations
    assert not any("directly" in each for each in answer.notes), "said twice"


def test_where_a_source_compares_them_none_is_said_not_to(citewell):
    answer = citewell.ask(
        "How did it compare with Seroxat in that study, when one looks at the lower dose of 10 mg?",
        ("Has Cipralex been tested against a dummy pill in people who worry all the time?",),
    )
    assert answer.statements[0].citations
    assert answer.statements[0].lead != load_stance_words().leads["not_compared"]
    assert not any("directly" in each for each in answer.notes)


def test_two_that_are_taken_together_are_not_compared(citewell):
    answer = citewell.ask("is it worse to take tramadol when on sertraline")
    assert answer.statements
    assert all(each.lead != load_stance_words().leads["not_compared"] for each in answer.statements)


def test_a_side_that_no_caution_speaks_of_is_not_left_to_seem_harmless(citewell):
    answer = citewell.ask("propranolol or diazepam for a fear of flying")
    cautions = [each.text for each in answer.statements if each.heading == "Cautions"]
    assert "What each is used for" in _headings(answer), "for a condition, what each is used for is said"
    assert cautions
    assert not any("propranolol" in each.casefold() for each in cautions)
    assert any("propranolol" in each and "caution" in each for each in answer.notes)


def test_how_each_works_is_left_out_where_only_one_side_has_it(citewell):
    answer = citewell.ask("propranolol or diazepam for a fear of flying")
    assert "How each works" not in _headings(answer)


def test_where_each_side_is_answered_for_the_answer_begins_with_it(citewell):
    answer = citewell.ask("Which is more dangerous in overdose, amitriptyline or sertraline?")
    told = " ".join(each.text for each in answer.statements[:2])
    assert "mitriptyline is dangerous in overdose" in told
    assert "verdose of sertraline" in told
    assert not answer.statements[0].lead
    assert any("directly" in each for each in answer.notes)


def test_two_conditions_are_not_told_apart_by_what_treats_them(citewell):
    answer = citewell.ask("whats the difference between a panic attack and anxiety")
    assert answer.statements[0].text.startswith("A panic attack is")
    assert not any("benzodiazepine" in each.text for each in answer.statements)


@pytest.mark.parametrize(
    "question",
    [
        "how many times stronger is clonazepam than diazepam milligram for milligram",
        "which is more likely to turn your wee green, sertraline or bupropion",
    ],
)
def test_what_each_is_sets_nothing_apart_in_something_else(citewell, question):
    planned = {slot.heading for slot in parts(understood(question, [], citewell.desk), citewell.desk)}
    assert "In short" in planned
    assert not planned & _BACKGROUND


@pytest.mark.parametrize(
    "question",
    [
        "what is the biggest difference between Xanax and Valium",
        "difference between Xanax and Valium explained",
    ],
)
def test_a_stray_word_asks_for_nothing_in_particular(citewell, question):
    assert _headings(citewell.ask(question)) >= {"What each is", "Cautions"}


def test_cautions_alone_compare_nothing(citewell):
    answer = citewell.ask("valium vs baclofen for spasms")
    assert not any(each.citations for each in answer.statements)


def test_more_than_three_are_compared_as_far_as_there_is_room(citewell):
    assert citewell.ask("compare Xanax, Valium, Ativan and Klonopin").outcome == "answered"


def test_nothing_is_said_of_two_where_the_sources_know_one_of_them(citewell):
    answer = citewell.ask("is melatonin stronger than zopiclone")
    assert answer.outcome == "abstained"
    assert not any(each.citations for each in answer.statements)


@pytest.mark.parametrize(
    ("question", "is_outlined"),
    [
        ("why does Valium work for me when SSRIs didn't?", True),
        ("why did valium help my nerves when prozac did nothing", True),
        ("why does Xanax calm me down within half an hour when six weeks of Lexapro did nothing?", True),
        ("Why did Effexor work for me when Zoloft didn't?", True),
        ("why does hydroxyzine dry your mouth out but buspirone doesnt", False),
        ("why do they still bother with librium when lorazepam works", False),
        ("Why is lithium blood tested every few months whereas nobody tests fluoxetine levels?", False),
    ],
)
def test_only_why_one_of_another_kind_helps_has_an_outline(citewell, question, is_outlined):
    slots = parts(understood(question, [], citewell.desk), citewell.desk)
    assert all(slot.outlined for slot in slots) is is_outlined
