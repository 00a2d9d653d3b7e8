"""The expected questions: read as written, held to the sentences of their sources, medicines masked."""

import pytest

from corpus.errors import RecordError
from corpus.expected import ANY_MEDICINE, Expected, load_expected, masked, read_expected, without_sentence
from corpus.lexicon import load_lexicon

WRITTEN = """\
Diazepam is a benzodiazepine.
? what is valium
? is diazepam a benzo

Withdrawal starts within days.
? when does withdrawal start
"""


def test_each_sentence_has_the_questions_below_it(tmp_path):
    (tmp_path / "one.txt").write_text(WRITTEN, encoding="utf-8")
    assert read_expected(tmp_path).by_source == {
        "one": {
            "Diazepam is a benzodiazepine.": ("what is valium", "is diazepam a benzo"),
            "Withdrawal starts within days.": ("when does withdrawal start",),
        }
    }


@pytest.mark.parametrize(
    "text", ["? a question without a sentence\n", "Twice.\n? one\n\nTwice.\n? two\n"], ids=["first", "twice"]
)
def test_what_cannot_be_meant_names_the_file(tmp_path, text):
    (tmp_path / "one.txt").write_text(text, encoding="utf-8")
    with pytest.raises(RecordError, match=r"one\.txt, line"):
        read_expected(tmp_path)


def test_another_question_gives_another_id():
    one = Expected({"a": {"A sentence.": ("a question",)}})
    assert one.id != Expected({"a": {"A sentence.": ("another question",)}}).id
    assert one.id == Expected({"a": {"A sentence.": ("a question",)}}).id


def test_a_sentence_that_was_changed_is_found():
    expected = Expected({"a": {"As it was.": ("why",), "Bare.": ()}, "gone": {"A sentence.": ("why",)}})
    found = [str(each) for each in without_sentence(expected, {"a": ["As it is.", "Bare."]})]
    assert len(found) == 3
    assert "As it was." in found[0]
    assert "Bare." in found[1]
    assert "gone.txt" in found[2]


def test_medicines_are_masked_and_all_else_is_not():
    lexicon = load_lexicon()
    asked = [
        masked(text, lexicon) for text in ("Does Zoloft make you sleepy", "does diazepam make you sleepy")
    ]
    assert asked[0] == asked[1] == f"does {ANY_MEDICINE} make you sleepy"
    assert masked("can you drink alcohol with panic disorder", lexicon) == (
        "can you drink alcohol with panic disorder"
    )


def test_nearly_every_sentence_of_the_corpus_has_questions_of_its_own():
    expected = load_expected()
    sentences = [questions for each in expected.by_source.values() for questions in each.values()]
    assert len(sentences) > 4000
    assert all(2 < len(question) < 200 for questions in sentences for question in questions)
