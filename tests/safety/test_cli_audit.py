"""`citewell audit`: what it prints, and that it deletes only when told to."""

import json

import pytest
from click.testing import CliRunner

from retrieval.audit import Entry, append
from tests.safety.test_audit import answer
from ui.cli import cli


@pytest.fixture
def log(tmp_path, monkeypatch):
    path = tmp_path / "audit.jsonl"
    monkeypatch.setenv("CITEWELL_AUDIT_LOG", str(path))
    return path


def invoke(*arguments, **kwargs):
    return CliRunner().invoke(cli, ["audit", *arguments], **kwargs)


def test_says_that_it_is_off(monkeypatch):
    monkeypatch.delenv("CITEWELL_AUDIT_LOG", raising=False)
    result = invoke("where")
    assert result.exit_code == 0
    assert "off" in result.output
    for command in (["show"], ["delete", "--yes"]):
        result = invoke(*command)
        assert result.exit_code == 7
        assert "CITEWELL_AUDIT_LOG" in result.output


def test_where_show_and_delete(log):
    assert "nothing recorded yet" in invoke("where").output
    assert invoke("show").exit_code == 0
    for number in range(3):
        append(Entry.of(answer(f"question {number} \x1b[31m")), log)
    assert f"{log} (3 answers" in invoke("where").output
    shown = invoke("show", "--last", "2").output
    assert "question 0" not in shown
    assert "question 2" in shown
    assert "\x1b" not in shown
    assert [each["question"][:10] for each in json.loads(invoke("show", "--json").stdout)] == [
        "question 0",
        "question 1",
        "question 2",
    ]
    assert invoke("delete", input="n\n").exit_code == 1
    assert log.exists()
    assert invoke("delete", "--yes").exit_code == 0
    assert not log.exists()
    assert invoke("delete", "--yes").exit_code == 0


def test_help_says_what_is_stored():
    text = " ".join(invoke("--help").output.split())
    assert "off unless CITEWELL_AUDIT_LOG names a file" in text
    assert "the question as it was typed" in text
