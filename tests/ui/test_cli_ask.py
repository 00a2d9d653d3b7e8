"""`citewell ask`: what it prints, its exit codes, and that disclaimer and emergencies outlast every error.

Commands run against a real index of three small files, most in this process, some as real processes.
"""

import json
import os
import pty
import re
import signal
import subprocess
import time

import pytest

from retrieval.answer import Answer
from tests.ui.commands import DISCLAIMER, QUESTION, ROOT, RUN, in_terminal, invoke, run

EMERGENCY = "I took 60 diazepam tablets with vodka and I want to die"


def test_ask_answers_with_sources_and_disclaimer(home):
    result = invoke("ask", "how", "does", "diazepam", "work", "--home", home)
    assert result.exit_code == 0
    assert re.search(r"strengthens the\s+effect of GABA", result.stdout)
    assert re.search(r"\[1\] About Diazepam \(2020\)\.", result.stdout)
    assert DISCLAIMER in result.stdout.split("Sources")[1]
    assert "\x1b" not in result.stdout
    assert all(line == line.rstrip() for line in result.stdout.splitlines())


def test_ask_json_is_an_answer_and_nothing_else(home):
    # As a real process: whatever a library prints would break the JSON.
    result = run("ask", "--json", QUESTION, "--home", home)
    answer = Answer.model_validate_json(result.stdout)
    assert result.returncode == 0
    assert result.stderr == b""
    assert answer.question == QUESTION
    assert answer.statements[0].citations[0].source_id == "diazepam_source"
    assert DISCLAIMER in answer.disclaimer


@pytest.mark.parametrize("arguments", [["-"], []])
def test_question_from_standard_input(home, arguments):
    result = invoke("ask", "--json", *arguments, "--home", home, input=f"{QUESTION}\n")
    assert Answer.model_validate_json(result.stdout).question == QUESTION


def test_question_of_bytes_that_are_no_text(home):
    result = run("ask", "--json", "--home", home / "none", b"caf\xe9 \xff".decode("utf-8", "surrogateescape"))
    assert json.loads(result.stdout)["question"] == "caf� �"


def test_no_question_in_a_terminal_says_what_to_type():
    ours, theirs = pty.openpty()
    result = run("ask", stdin=theirs)
    os.close(ours)
    os.close(theirs)
    assert result.returncode == 2
    assert b'citewell ask "how does diazepam work"' in result.stderr


def test_json_holds_no_control_character(tmp_path):
    result = invoke("ask", "--json", "--home", tmp_path, "diazepam\x1b[31m \x9b2J \x7f \u202e?")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", result.stdout)
    assert json.loads(result.stdout)["question"] == "diazepam\x1b[31m \x9b2J \x7f \u202e?"


def test_missing_index_names_the_remedy_and_keeps_the_disclaimer(tmp_path):
    result = run("ask", QUESTION, "--home", tmp_path)
    assert result.returncode == 3
    shown = " ".join(result.stdout.decode().split())
    assert "Run 'citewell ingest' to build it." in shown
    assert DISCLAIMER in shown
    assert result.stderr == b""
    as_json = invoke("ask", "--json", QUESTION, "--home", tmp_path)
    assert as_json.exit_code == 3
    answer = Answer.model_validate_json(as_json.stdout)
    assert answer.outcome == "error"
    assert "citewell ingest" in answer.notes[0]


def test_emergency_is_answered_without_an_index(tmp_path):
    result = invoke("ask", EMERGENCY, "--home", tmp_path)
    assert result.exit_code == 0
    assert result.stdout.startswith("*** EMERGENCY ***\n")
    assert "emergency number" in result.stdout
    assert not list(tmp_path.iterdir())


def test_settings_that_cannot_be_read_keep_disclaimer_and_emergencies(monkeypatch, home):
    monkeypatch.setenv("CITEWELL_PASSAGE_TOKENS", "many")
    result = invoke("ask", QUESTION, "--home", home)
    assert result.exit_code == 7
    assert "Setting passage_tokens" in result.stdout
    assert DISCLAIMER in result.stdout
    assert invoke("ask", EMERGENCY, "--home", home).stdout.startswith("*** EMERGENCY ***")


def test_failure_within_is_told_without_a_traceback(monkeypatch, home):
    def break_down(*_):
        raise RuntimeError("out of\x1b[31m order")

    monkeypatch.setattr("retrieval.pipeline.assess", break_down)
    result = invoke("ask", QUESTION, "--home", home)
    assert result.exit_code == 1
    assert DISCLAIMER in result.stdout
    assert "Traceback" not in result.output
    assert "\x1b" not in result.output


def test_colour_only_in_a_terminal_that_wants_it(tmp_path):
    ask = ["ask", EMERGENCY, "--home", tmp_path]
    assert in_terminal(*ask).startswith("\x1b[1;37;41m*** EMERGENCY ***\x1b[0m")
    assert "\x1b" not in in_terminal(*ask, env={"NO_COLOR": "1"})


def test_terminal_without_unicode_gets_an_answer(tmp_path):
    result = run("ask", QUESTION + " – ≥ 5 µg", "--home", tmp_path, env={"PYTHONIOENCODING": "ascii"})
    assert DISCLAIMER.encode() in result.stdout
    assert b"Traceback" not in result.stderr


def test_interrupt_is_quiet():
    process = subprocess.Popen(
        [*RUN, "ask", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    )
    time.sleep(1.0)  # until it waits for the question
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, b"", b"")
