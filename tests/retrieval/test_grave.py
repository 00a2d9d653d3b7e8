"""Grave harm stands beside the mild, and beside the fact that it explains."""

import pytest

from retrieval.evidence.grave import speaks_gravely


def _under(answer, heading):
    return [each for each in answer.statements if each.heading == heading]


@pytest.mark.parametrize("drug", ["lithium", "fluoxetine", "zolpidem"])
def test_side_effects_at_large_include_the_grave(citewell, drug):
    answer = citewell.ask(f"{drug} side effects")
    harms = _under(answer, "Serious harms")
    assert answer.statements[0].heading == "In short"
    assert harms
    assert all(each.citations for each in harms)


def test_one_side_effect_is_answered_alone(citewell):
    assert not _under(citewell.ask("does mirtazapine make you gain weight"), "Serious harms")


def test_what_a_list_is_for_is_said_beside_it(citewell):
    answer = citewell.ask("phenelzine what foods to avoid")
    [harm] = _under(answer, "Serious harms")
    assert "fatal" in harm.text
    assert harm.citations


def test_where_the_answer_speaks_of_it_nothing_is_added(citewell):
    answer = citewell.ask("what can't i eat on nardil")
    assert any(speaks_gravely(each.text) for each in answer.statements)
    assert not _under(answer, "Serious harms")


def test_what_reassures_is_no_harm(citewell):
    harms = _under(citewell.ask("venlafaxine side effects"), "Serious harms")
    assert harms
    assert not any("fewer" in each.text or "lower" in each.text for each in harms)


@pytest.mark.parametrize(
    ("text", "is_grave"),
    [
        ("It can be fatal.", True),
        ("Lithium toxicity needs care.", True),
        ("It can cause drowsiness.", False),
        ("It is used for panic.", False),
    ],
)
def test_grave_words(text, is_grave):
    assert speaks_gravely(text) is is_grave


def test_a_not_that_denies_no_harm_is_no_denial(citewell):
    texts = [each.text for each in _under(citewell.ask("zolpidem side effects"), "Serious harms")]
    assert any("sleep" in each.casefold() for each in texts), "its boxed warning says: while not fully awake"
