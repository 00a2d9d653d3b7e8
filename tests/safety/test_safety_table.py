"""docs/safety.md is what the data files say, whole."""

import pytest

from corpus.errors import RecordError
from evals.safety_table import PAGE, page_with_tables
from retrieval.safety.triage import load_rules


def test_the_page_is_up_to_date():
    page = PAGE.read_text(encoding="utf-8")
    assert page == page_with_tables(page), "run 'python -m evals.safety_table'"


def test_every_rule_stands_there_with_its_reason_and_its_tests():
    page = PAGE.read_text(encoding="utf-8")
    for rule in load_rules().rules:
        assert f"### {rule.id}\n" in page
        assert " ".join(rule.why.split()) in page
        for question in (*rule.matches, *rule.spares):
            assert " ".join(question.replace("|", "\\|").split()) in page


def test_what_is_written_by_hand_stays():
    page = PAGE.read_text(encoding="utf-8")
    head = page.partition("<!-- begin")[0]
    assert "What it does not do" in head
    assert page_with_tables(f"mine {page}").startswith(f"mine {head}")


def test_a_page_without_marks_is_told():
    with pytest.raises(RecordError, match="lacks the marks"):
        page_with_tables("# Safety")
