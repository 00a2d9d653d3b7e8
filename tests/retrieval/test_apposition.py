"""A class that only says what a named medicine is, or stands for it, is nothing asked about beside it."""

import pytest

from corpus.lexicon import load_lexicon
from retrieval.answer import Outcome
from retrieval.question.apposition import standing_for_a_member

LEXICON = load_lexicon()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("does the antidepressant Luvox help with covid", {"antidepressants"}),
        ("do antidepressants such as Zoloft cause weight gain", {"antidepressants"}),
        ("do SSRIs (e.g. sertraline) thin the blood", {"ssris"}),
        ("I take erythromycin with zopiclone, does the antibiotic make it stronger", {"antibiotics"}),
        ("is valium worse than other benzos", set()),
        ("are tricyclics safer than SSRIs like fluoxetine", set()),
        ("valium or another benzo", set()),
        ("which benzodiazepine is stronger, xanax or valium", set()),
        ("is Xanax like the benzos", set()),  # of more than one
        ("does the SSRI diazepam help", set()),  # it is none
        ("is the benzo xanax worse than other benzos", set()),  # the second time it is the others
    ],
)
def test_a_class_that_stands_for_its_member_is_told(text, found):
    assert set(standing_for_a_member(LEXICON.mentions(text), text, LEXICON)) == found


def test_of_a_medicine_and_its_class_by_its_side_the_medicine_is_asked_about(citewell):
    taking = "on erythromycin for my chest and feel drunk on my usual zopiclone."
    answer = citewell.ask(f"{taking} does the antibiotic make it stronger, by how much")
    assert answer.outcome is Outcome.ANSWERED
    assert "80%" in answer.statements[0].text
