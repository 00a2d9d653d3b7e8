"""Who asks for figures is told figures, and two figures are not one for being told in like words."""

import pytest

from retrieval.evidence.figures import asks_for_figures, gives_figures, gives_other_figures


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("how many people get withdrawal", True),
        ("week-1 responder rates in the two arms?", True),
        ("fluvoxamine and diazepam half-life, from what to what", True),
        ("relapse proportions on placebo", True),
        ("what share of them gets well", True),
        ("out of 100 who stop, how does it go", True),
        ("magnitude of the fall in trazodone levels", True),
        ("how soon does it work", False),
        ("is diazepam first rate", False),
        ("what is the dose for", False),
    ],
)
def test_a_question_for_figures_is_known_by_its_words(question, asks):
    assert asks_for_figures(question) is asks


@pytest.mark.parametrize(
    ("sentence", "gives"),
    [
        ("Relapse occurred in 19% on escitalopram.", True),
        ("It lasted 2 to 4 weeks.", True),
        ("A 2019 review says that relapse is common.", False),
        ("Fluvoxamine inhibits CYP2C19 and CYP3A4.", False),
        ("SSRIs act on the serotonin 5-HT system.", False),
        ("Relapse is common.", False),
    ],
)
def test_a_year_or_the_number_in_a_name_is_no_figure(sentence, gives):
    assert gives_figures(sentence) is gives


def test_figures_are_others_where_none_is_shared():
    one, other = "It fell by 38% in a 1995 study.", "In a 1995 study, it fell by 21%."
    assert gives_other_figures(one, other)
    assert not gives_other_figures(one, "It fell by 38% and by 21%.")
    assert not gives_other_figures(one, "It fell.")


def test_on_the_shipped_corpus_figures_are_told_that_stand_in_like_words(citewell):
    answer = citewell.ask(
        "IV lorazepam, IV diazepam or placebo given by paramedics for status epilepticus, termination rates?"
    )
    assert any("59.1%" in each.text and "42.6%" in each.text for each in answer.statements)
    assert not any("addict" in each.text for each in answer.statements)
