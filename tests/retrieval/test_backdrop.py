"""What a medicine was added to is no stranger in an answer about that medicine."""

import pytest

from corpus.lexicon import load_lexicon
from retrieval.answer import Outcome
from retrieval.evidence.backdrop import backdrop

LEXICON = load_lexicon()


@pytest.mark.parametrize(
    ("text", "subject", "found"),
    [
        ("In patients who were on naproxen, adding diazepam was no better.", "diazepam", {"naproxen"}),
        ("In people on sertraline, 41% had responded with added clonazepam.", "clonazepam", {"sertraline"}),
        ("Adding lithium to an antidepressant is an option.", "lithium", {"antidepressants"}),
        ("A benzodiazepine added to an antidepressant may help.", "benzodiazepines", {"antidepressants"}),
        ("Adding diazepam to naproxen was no better.", "benzodiazepines", {"naproxen"}),
        ("In patients who were on naproxen, adding diazepam was no better.", "sertraline", set()),
        ("Fluvoxamine raised diazepam in people on warfarin.", "diazepam", set()),
    ],
)
def test_what_a_subject_was_added_to_is_found(text, subject, found):
    assert backdrop(text, [subject], LEXICON) == found


def test_a_trial_of_an_added_medicine_answers_for_it(citewell):
    answer = citewell.ask("does valium help back pain")
    assert answer.outcome is Outcome.ANSWERED
    assert any("adding diazepam was no better" in each.text for each in answer.statements)
