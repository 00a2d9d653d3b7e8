"""The command line: what it prints, its exit codes, and that errors end in one line with a remedy.

Commands run against a real index of three small files, most in this process, some as real processes.
"""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import pytest

from corpus.errors import IndexBusyError
from retrieval.answer import Answer
from tests.ui.commands import ROOT, RUN, SOURCES, in_terminal, invoke, run, write_sources
from ui.cli import cli

EMERGENCY = "I took 60 diazepam tablets with vodka and I want to die"
QUESTION = "how does diazepam work"
DISCLAIMER = "medical advice"


@pytest.fixture(scope="module")
def home(small_home) -> Path:
    return small_home


# Help


def test_help_imports_nothing_heavy():
    heavy = "{'pydantic', 'yaml', 'numpy', 'rich', 'faiss', 'tantivy', 'langchain_core', 'torch', 'gradio'}"
    script = (
        "import sys, time; begun = time.perf_counter()\n"
        "from ui.cli import main\n"
        "sys.argv = ['citewell', '--help']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print('heavy:', sorted({heavy} & set(sys.modules)), file=sys.stderr)\n"
        "print('took:', time.perf_counter() - begun, file=sys.stderr)"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert "Usage: citewell" in result.stdout
    assert "heavy: []" in result.stderr
    assert float(re.search(r"took: (\S+)", result.stderr)[1]) < 0.5


def commands(group=cli, path=()):
    for name, command in group.commands.items():
        yield (*path, name)
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))


@pytest.mark.parametrize("path", [(), *commands()], ids=" ".join)
def test_every_command_explains_itself_with_an_example(path):
    result = invoke(*path, "--help")
    assert result.exit_code == 0
    assert re.search(r"Example:\n +(?:echo .* \| )?citewell", result.stdout)


def test_commands_are_listed_in_the_order_of_need():
    listed = re.findall(r"^  (\w+)  ", invoke("--help").stdout.split("Commands:")[1], re.MULTILINE)
    owned = ["ask", "chat", "ingest", "fetch", "search", "show", "sources", "settings", "corpus", "index"]
    assert [each for each in listed if each in owned] == owned
    assert {" ".join(each) for each in commands()} >= {"corpus check", "index status", "index verify"}


def test_version():
    result = invoke("--version")
    assert version("citewell") in result.stdout


# ask


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

    monkeypatch.setattr("retrieval.pipeline.triage", break_down)
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


# ingest


def test_ingest_tells_what_changed_and_why_something_was_skipped(tmp_path):
    docs, home = write_sources(tmp_path / "docs"), tmp_path / "home"
    (docs / "broken\x1b[31m.md").write_text("---\nid: [\n---\nText.", encoding="utf-8")
    (docs / "table.xlsx").write_bytes(b"PK\x00\x00")
    first = invoke("ingest", docs, "--home", home)
    assert first.exit_code == 1
    assert "Files: 3 added, 0 changed, 0 removed, 0 unchanged, 2 skipped." in first.stdout
    assert re.search(r"Index g-\w+: 3 sources, \d+ passages; \d+ embedded, 0 reused", first.stdout)
    assert "skipped: table.xlsx: is a binary file of a kind that is not supported. Convert it" in first.stderr
    assert "the front matter is not valid YAML" in first.stderr
    assert "\x1b" not in first.output
    for name in ("broken\x1b[31m.md", "table.xlsx", "bupropion.md"):
        (docs / name).unlink()
    (docs / "diazepam.md").write_text(
        "## How it works\nDiazepam acts on GABA in the brain.\n", encoding="utf-8"
    )
    second = invoke("ingest", docs, "--home", home)
    assert second.exit_code == 0
    assert "changed: diazepam.md\nremoved: bupropion.md\n" in second.stdout
    assert "Files: 0 added, 1 changed, 1 removed, 1 unchanged, 0 skipped." in second.stdout
    third = invoke("ingest", docs, "--home", home)
    assert "2 unchanged, 0 skipped." in third.stdout
    assert "0 embedded" in third.stdout


def test_ingest_of_a_path_that_is_not_there(tmp_path):
    result = invoke("ingest", tmp_path / "no\x1bwhere", "--home", tmp_path / "home")
    assert result.exit_code == 1
    assert re.fullmatch(
        r"citewell: .*where: there is no such file or folder\. Check the path\.\n", result.stderr
    )
    assert "\x1b" not in result.stderr


def test_errors_have_their_own_exit_codes(monkeypatch, tmp_path):
    def busy(*_, **__):
        raise IndexBusyError("Another ingest is running.", "Wait until it has\nfinished.")

    monkeypatch.setattr("ingest.pipeline.ingest", busy)
    result = invoke("ingest", "--home", tmp_path)
    assert result.exit_code == 5
    assert result.stderr == "citewell: Another ingest is running. Wait until it has finished.\n"


def test_home_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").touch()
    result = invoke("ingest", write_sources(tmp_path / "docs"), "--home", tmp_path / "file" / "home")
    assert result.exit_code == 1
    assert re.fullmatch(r"citewell: .*file.* Check .*\n", result.stderr)


def test_error_of_the_operating_system_is_one_line(monkeypatch, tmp_path):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied", "/data/index")

    monkeypatch.setattr("ingest.pipeline.ingest", refuse)
    result = invoke("ingest", "--home", tmp_path)
    assert result.exit_code == 1
    assert result.stderr.startswith(
        "citewell: /data/index: Permission denied. Check the path, its permissions"
    )
    assert result.stderr.count("\n") == 1


def test_progress_goes_to_a_terminal_on_standard_error_only(tmp_path):
    script = (
        "import ingest.pipeline\n"
        "def ingest_quickly(roots, settings, on_progress, *_, **__):\n"
        "    on_progress('Embedding', 3, 4)\n"
        "    return ingest.pipeline.Report()\n"
        "ingest.pipeline.ingest = ingest_quickly\n"
        "from ui.cli import main; main()"
    )
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", script, "ingest", "--home", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=theirs,
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
    )
    out, _ = process.communicate(timeout=60)
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert re.search(r"Embedding .*3/4", shown)
    assert out == b"Files: 0 added, 0 changed, 0 removed, 0 unchanged, 0 skipped.\n"


# sources, index, corpus, ui


def test_sources_as_tab_separated_lines(home):
    result = invoke("sources", "--home", home)
    assert result.stdout.splitlines() == [
        "passages\tkind\tyear\ttitle\tid",
        "2\tlabel\t2020\tAbout Diazepam\tdiazepam_source",
        "2\tlabel\t2020\tAbout Sertraline\tsertraline_source",
        "2\treview\t2020\tAbout Bupropion\tbupropion_source",
    ]
    assert result.stderr == "3 sources, 6 passages.\n"


def test_sources_as_a_table_in_a_terminal(home):
    shown = in_terminal("sources", "--home", home, env={"COLUMNS": "80"}).replace("\r\n", "\n")
    assert shown.splitlines()[:2] == [
        "passages  kind    year  title             id",
        "       2  label   2020  About Diazepam    diazepam_source",
    ]


def test_sources_of_a_kind_as_json(home):
    (record,) = json.loads(invoke("sources", "--json", "--kind", "review", "--home", home).stdout)
    assert (record["id"], record["kind"], record["passages"]) == ("bupropion_source", "review", 2)
    assert (
        len(
            json.loads(
                invoke("sources", "--json", "--kind", "review", "--kind", "label", "--home", home).stdout
            )
        )
        == 3
    )
    wrong = invoke("sources", "--kind", "poem", "--home", home)
    assert wrong.exit_code == 2
    assert "'poem' is no kind. There are guideline," in wrong.stderr


def test_reader_that_goes_away_is_no_error(home):
    process = subprocess.Popen(
        [*RUN, "sources", "--home", str(home)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    )
    process.stdout.close()
    assert process.stderr.read() in {b"", b"3 sources, 6 passages.\n"}
    process.wait(timeout=60)


def test_index_status(home):
    result = invoke("index", "status", "--home", home)
    assert result.exit_code == 0
    assert re.search(r"^generation +g-\w+$", result.stdout, re.MULTILINE)
    assert re.search(r"^model +all-MiniLM-L6-v2", result.stdout, re.MULTILINE)
    assert re.search(r"^sources +3$", result.stdout, re.MULTILINE)
    assert json.loads(invoke("index", "status", "--json", "--home", home).stdout)["passages"] == 6


@pytest.mark.parametrize("command", [("sources",), ("index", "status"), ("index", "verify")])
def test_missing_index_has_its_own_exit_code(command, tmp_path):
    result = invoke(*command, "--home", tmp_path)
    assert result.exit_code == 3
    assert result.stderr.startswith("citewell: There is no index at ")
    assert result.stderr.endswith("Run 'citewell ingest' to build it.\n")


def test_verify_finds_a_flipped_byte(tmp_path):
    home = tmp_path / "home"
    assert invoke("ingest", write_sources(tmp_path / "docs"), "--home", home).exit_code == 0
    whole = invoke("index", "verify", "--home", home)
    assert whole.exit_code == 0
    assert re.match(r"Index g-\w+ is whole: \d+ files match their checksums\.", whole.stdout)
    (records,) = home.rglob("*.sqlite*")
    data = bytearray(records.read_bytes())
    data[len(data) // 2] ^= 1
    records.write_bytes(data)
    damaged = invoke("index", "verify", "--home", home)
    assert damaged.exit_code == 4
    assert re.fullmatch(
        r"citewell: The index at .* is damaged: .* Run 'citewell ingest' .*\n", damaged.stderr
    )
    asked = invoke("ask", QUESTION, "--home", home)
    assert asked.exit_code == 4
    assert "is damaged" in asked.stdout
    assert DISCLAIMER in asked.stdout


def test_corpus_check(tmp_path):
    sources = write_sources(tmp_path / "mine")
    result = invoke("corpus", "check", sources)
    assert result.exit_code == 1
    assert "diazepam.md: its id is 'diazepam_source'. Name the file diazepam_source.md" in result.stdout
    assert result.stdout.endswith(f"3 problems in {sources}.\n")
    for drug in SOURCES:
        (sources / f"{drug}.md").rename(sources / f"{drug}_source.md")
    mended = invoke("corpus", "check", sources)
    assert (mended.exit_code, mended.stdout) == (0, "No problems found.\n")
    assert invoke("corpus", "check", tmp_path / "nowhere").stderr.endswith("Check the path.\n")


def test_ui_passes_the_settings_on_and_prints_the_address(monkeypatch, tmp_path):
    served = []

    def launch(settings, on_ready):
        served.append(settings)
        on_ready("http://127.0.0.2:8080/")

    monkeypatch.setattr("ui.serve.launch", launch)
    result = invoke("ui", "--host", "127.0.0.2", "--port", "8080", "--home", tmp_path)
    assert result.exit_code == 0
    assert "http://127.0.0.2:8080/" in result.stdout
    (settings,) = served
    assert (settings.host, settings.port, settings.home) == ("127.0.0.2", 8080, tmp_path)
