"""A cry for help in another language reaches the network in English words; English stays as it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.danger.data import read_sentences
from retrieval.safety.danger import read_parts
from retrieval.safety.gloss import gloss, load_glosses


@pytest.mark.parametrize(
    ("question", "english"),
    [
        ("he tomado todas las pastillas", "I have took all the pills"),
        ("j'ai avalé tous les cachets", "I have took all the pills"),
        ("ich habe zu viele Tabletten genommen", "I have too many pills took"),
        ("non voglio più vivere", "not want more live"),
        ("ik heb te veel pillen ingenomen", "I have too many pills took"),
        ("maine saari goliyan kha li", "I all pills ate"),
        ("połknęłam całe opakowanie tabletek", "swallowed whole package pills"),
        ("он выпил целую пачку таблеток", "он drank whole package pills"),
        ("annem uyanmıyor", "my mother does not wake"),
    ],
)
def test_gives_word_for_word(question, english):
    assert gloss(question) == english


def test_english_is_left_alone():
    texts = [each.text for each in read_sentences() if each.of_patterns]
    changed = [text for text in texts if gloss(text) != text]
    assert len(changed) < 0.02 * len(texts)
    assert gloss("make me a taper plan") == "make me a taper plan"
    assert gloss("is it true that a man can die of it?") == "is it true that a man can die of it?"


def test_every_language_has_the_words_of_danger():
    for language, glosses in load_glosses().items():
        words = set(glosses.values())
        assert {"not", "want"} <= words, language
        assert words & {"die", "dead"}, language
        assert words & {"pills", "tablets"}, language


def test_what_is_denied_is_not_read():
    assert read_parts("No chest pain, no dizziness, just a dry mouth.") == ["just a dry mouth"]
    assert "klonopin" in read_parts("I have not taken my klonopin for three days")[0]


@settings(deadline=None)
@given(st.text(max_size=80))
def test_never_fails(text):
    gloss(text)
