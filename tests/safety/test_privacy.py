"""Questions stay where they are: in no log, on no disk; and what leaves is said beforehand."""

import logging

import pytest
from click.testing import CliRunner

from ingest.settings import load_settings
from retrieval.answer import Outcome
from retrieval.pipeline import Citewell
from retrieval.privacy import privacy_lines, whereabouts
from ui.cli import cli
from ui.page import build_page

SECRET = "my-very-private-illness"


def test_nothing_is_said_where_nothing_leaves(tmp_path):
    assert privacy_lines(load_settings(home=tmp_path)) == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"llm": "ollama:llama3.2"}, "worded by llama3.2 at ollama: your question is sent there"),
        ({"llm": "openai:m", "llm_base_url": "http://box:8000/v1?key=s3"}, "worded by m at box:8000: your"),
        ({"audit_log": "log"}, "Questions are recorded"),
    ],
)
def test_page_and_terminal_say_where_a_question_goes(options, expected, tmp_path, monkeypatch):
    settings = load_settings(home=tmp_path, **options)
    assert expected in " ".join(privacy_lines(settings))
    assert "s3" not in " ".join(privacy_lines(settings))
    parts = build_page(Citewell(settings)).config["components"]
    assert any(expected in str(each.get("props", {}).get("value", "")) for each in parts)
    monkeypatch.chdir(tmp_path)
    for name, value in options.items():
        monkeypatch.setenv(f"CITEWELL_{name.upper()}", str(value))
    result = CliRunner().invoke(cli, ["ask", "i took 30 xanax and feel weird", "--home", str(tmp_path)])
    assert expected in " ".join(result.output.split())


def test_an_error_never_tells_the_question_to_the_log(tmp_path, caplog):
    class Broken(Citewell):
        @property
        def desk(self):
            raise ValueError(f"cannot read {SECRET}")

    caplog.set_level(logging.DEBUG)
    answer = Broken(load_settings(home=tmp_path)).ask(f"what helps with {SECRET}")
    assert answer.outcome is Outcome.ERROR
    assert "ValueError" in caplog.text
    assert "could not be answered" in caplog.text
    assert SECRET not in caplog.text
    assert SECRET not in " ".join(answer.notes)


def test_ordinary_questions_are_not_logged(citewell, caplog):
    caplog.set_level(logging.DEBUG)
    citewell.ask(f"how does diazepam help with {SECRET}")
    citewell.ask("i want to die")
    assert SECRET not in caplog.text
    assert "i want to die" not in caplog.text


def test_whereabouts_names_places_only():
    try:
        raise RuntimeError(SECRET)
    except RuntimeError as error:
        text = whereabouts(error)
    assert text.startswith("RuntimeError <- ")
    assert "test_privacy.py" in text
    assert SECRET not in text
