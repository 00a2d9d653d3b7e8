"""Questions in other languages are recognised, and English ones never taken for them."""

import pytest
import yaml

from evals.questions import CORE
from retrieval.question.language import foreign_language, load_replies


def language(text):
    return foreign_language(tuple(text.casefold().split()))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("wie wirkt dieses medikament gegen angst", "de"),
        ("puedo beber alcohol con este medicamento", "es"),
        ("est ce que ce médicament est dangereux", "fr"),
        ("posso prendere questo farmaco con alcool", "it"),
        ("quanto tempo dura o efeito no corpo", "pt"),
        ("как работает это лекарство", "ru"),
        ("czy ten lek uzależnia", "pl"),
        ("地西泮如何起作用", "zh"),
        ("bu ilacın yan etkileri nelerdir", "tr"),
    ],
)
def test_a_language_that_is_not_supported_is_recognised(text, code):
    assert language(text) == code
    assert code in load_replies()


def test_no_english_question_is_taken_for_another_language():
    questions = [row["question"] for row in yaml.safe_load(CORE.read_text(encoding="utf-8"))]
    assert len(questions) > 100
    assert [each for each in questions if language(each) is not None] == []


def test_nothing_is_claimed_of_a_bare_name():
    assert foreign_language(()) is None
    assert language("5 10") is None


def test_the_reader_is_told_in_that_language_and_nothing_is_cited(citewell):
    answer = citewell.ask("¿Puedo beber alcohol con lorazepam?")
    assert answer.outcome == "abstained"
    assert load_replies()["es"] in answer.statements[0].text
    assert not answer.sources
    assert answer.disclaimer
