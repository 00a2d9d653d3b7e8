"""`ask --sources`, `--stream`, exit codes; `show`, `search`, `settings`, `complete`; docs that are made."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from retrieval.answer import Answer
from tests.ui.commands import ROOT, invoke
from ui.cli_settings import settings_markdown

HOW = "how does diazepam work"
EMERGENCY = "I took 60 diazepam tablets with vodka and I want to die"


def words(text):
    return " ".join(text.split())


@pytest.fixture(scope="module")
def answer(small_home):
    return Answer.model_validate_json(invoke("ask", HOW, "--json", "--home", small_home).stdout)


@pytest.fixture(scope="module")
def cited(answer):
    return answer.statements[0].citations[0]


def test_sources_in_full_lead_to_their_passages(small_home, cited):
    shown = words(invoke("ask", HOW, "--sources", "--home", small_home).stdout)
    assert f"“{cited.quote}”" in shown
    assert f"citewell show {cited.passage_id} --span {cited.start}:{cited.end}" in shown
    assert "id diazepam_source" in shown
    assert "id diazepam_source" not in words(invoke("ask", HOW, "--home", small_home).stdout)


def test_a_stream_ends_as_the_whole_answer_does(small_home):
    whole = invoke("ask", HOW, "--home", small_home).stdout
    assert invoke("ask", HOW, "--stream", "--home", small_home).stdout == whole
    lines = invoke("ask", HOW, "--stream", "--json", "--home", small_home).stdout.splitlines()
    events = [json.loads(line) for line in lines]
    assert [each["event"] for each in events] == ["opening", *["statement"] * (len(events) - 2), "done"]
    last = Answer.model_validate(events[-1]["answer"])
    assert [each["statement"] for each in events[1:-1]] == last.model_dump(mode="json")["statements"]


def test_an_emergency_looks_the_same_when_streamed(small_home):
    result = invoke("ask", EMERGENCY, "--stream", "--home", small_home)
    assert result.stdout == invoke("ask", EMERGENCY, "--home", small_home).stdout
    assert result.stdout.startswith("*** EMERGENCY ***\n")


@pytest.mark.parametrize(
    ("question", "code"), [(HOW, 0), ("what is the capital of France", 10), (EMERGENCY, 12)]
)
def test_outcomes_have_exit_codes_when_a_script_asks_for_them(small_home, question, code):
    assert invoke("ask", question, "--exit-outcome", "--home", small_home).exit_code == code
    assert invoke("ask", question, "--home", small_home).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--kind", "poem"], "'poem' is no kind. There are guideline,"),
        (["--since", "2020", "--until", "2010"], "--since 2020 is later than --until 2010"),
        (["--since", "now"], "'now' is not a valid integer range"),
    ],
)
@pytest.mark.parametrize("command", ["ask", "search", "chat"])
def test_filters_that_cannot_be(command, arguments, said):
    result = invoke(command, *(["words"] if command != "chat" else []), *arguments)
    assert result.exit_code == 2
    assert said in words(result.stderr)


def test_years_narrow_down_what_may_be_used(small_home):
    for years, code in ((["--since", "2020", "--until", "2020"], 0), (["--until", "2019"], 10)):
        assert invoke("ask", HOW, *years, "--exit-outcome", "--home", small_home).exit_code == code


def test_show_marks_the_span_in_its_passage(small_home, cited):
    half = cited.quote[: cited.quote.index(" the ")]
    span = f"{cited.start}:{cited.start + len(half)}"
    result = invoke("show", cited.passage_id, "--span", span, "--home", small_home)
    shown = words(result.stdout)
    assert shown.startswith("About Diazepam (2020). label id diazepam_source How it works, characters ")
    assert f"⟦{half}⟧ the effect" in shown
    assert "medical advice" in shown
    assert "\x1b" not in result.stdout
    told = json.loads(invoke("show", cited.passage_id, "--span", span, "--json", "--home", small_home).stdout)
    assert told["marked"] == [{"start": cited.start, "end": cited.start + len(half), "text": half}]
    assert told["source"]["id"] == "diazepam_source"
    assert "medical advice" in told["disclaimer"]


def test_show_a_source_with_its_passages(small_home, cited):
    shown = words(invoke("show", "diazepam_source", "--home", small_home).stdout)
    assert "How it works p-" in shown
    assert f"{cited.passage_id} (" in shown
    assert "Stopping and withdrawal p-" in shown
    told = json.loads(invoke("show", "diazepam_source", "--json", "--home", small_home).stdout)
    assert [each["heading"] for each in told["sections"]] == [["How it works"], ["Stopping and withdrawal"]]


def test_show_what_is_not_there(small_home, cited, tmp_path):
    missing = invoke("show", "p-none\x1b[31m", "--home", small_home)
    assert missing.exit_code == 8
    assert missing.stderr.startswith("citewell: The index has no passage or source 'p-none")
    assert "\x1b" not in missing.stderr
    assert invoke("show", "p-none", "--home", tmp_path).exit_code == 3
    for span in ("5:2", "0:100000", "a:b"):
        wrong = invoke("show", cited.passage_id, "--span", span, "--home", small_home)
        assert wrong.exit_code == 2
    of_source = invoke("show", "diazepam_source", "--span", "0:5", "--home", small_home)
    assert "--span is of a passage" in of_source.stderr


def test_search_shows_hits_with_their_scores(small_home):
    shown = words(invoke("search", "reuptake of serotonin", "--limit", "2", "--home", small_home).stdout)
    assert shown.startswith("1. p-")
    assert "About Sertraline (2020). label How it works, characters" in shown
    assert shown.index("Sertraline blocks") < shown.index(" 2. p-")
    assert "medical advice" in shown
    told = json.loads(invoke("search", "reuptake", "--json", "--home", small_home, "--kind", "review").stdout)
    assert {each["passage"]["source"]["id"] for each in told["hits"]} == {"bupropion_source"}
    assert all({"score", "dense", "lexical"} <= each.keys() for each in told["hits"])
    nothing = invoke("search", "reuptake", "--since", "2099", "--home", small_home)
    assert nothing.exit_code == 8
    assert "Nothing was found. Use other words" in nothing.stderr


def test_settings_say_where_each_value_comes_from(tmp_path, monkeypatch):
    (tmp_path / "citewell.toml").write_text('region = "uk"\nport = 1234\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CITEWELL_PORT", "4321")
    monkeypatch.setenv("CITEWELL_NCBI_API_KEY", "a-secret")
    monkeypatch.setenv("CITEWELL_SERVE_API_KEYS", "another-secret-of-mine")
    result = invoke("settings", "--json", "--home", tmp_path)
    told = {each["name"]: each for each in json.loads(result.stdout)}
    origins = {
        name: (told[name]["value"], told[name]["origin"]) for name in ("home", "region", "port", "host")
    }
    assert origins == {
        "home": (str(tmp_path), "--home"),
        "region": ("uk", "citewell.toml"),
        "port": ("4321", "CITEWELL_PORT"),
        "host": ("127.0.0.1", "default"),
    }
    plain = invoke("settings", "--home", tmp_path).stdout
    assert "region = uk (citewell.toml)" in words(plain)
    assert "secret" not in plain + result.stdout
    assert all(each["meaning"] for each in told.values())


def test_the_table_of_settings_in_the_docs_is_up_to_date(monkeypatch):
    monkeypatch.setenv("CITEWELL_REGION", "uk")  # of this machine, and not of the table
    printed = invoke("settings", "--markdown").stdout
    assert printed == settings_markdown()
    kept = (Path(ROOT) / "docs" / "settings.md").read_text(encoding="utf-8")
    assert kept == printed, "run: citewell settings --markdown > docs/settings.md"


def test_help_of_ingest_names_every_format():
    shown = words(invoke("ingest", "--help").stdout)
    for name in (
        "PubMed",
        "MEDLINE",
        "JATS",
        "SPL",
        "openFDA",
        "MedlinePlus",
        "MedQuAD",
        "HTML",
        "PDF",
        "DOCX",
        "CSV",
    ):
        assert name in shown


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell):
    result = invoke("complete", shell)
    assert result.exit_code == 0
    assert f"_CITEWELL_COMPLETE={shell}_complete" in result.stdout
    assert invoke("complete", "tcsh").exit_code == 2


def completions(typed, small_home):
    parts = typed.split(" ")
    environment = {
        **os.environ, "_CITEWELL_COMPLETE": "bash_complete", "COMP_WORDS": typed,
        "COMP_CWORD": str(len(parts) - 1), "CITEWELL_HOME": str(small_home),
    }  # fmt: skip
    command = [sys.executable, "-c", "from ui.cli import main; main()"]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stderr == ""
    return [line.split(",")[1] for line in done.stdout.split()]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("citewell se", ["search", "serve", "settings"]),
        ("citewell show dia", ["diazepam_source"]),
        ("citewell ask --kind meta", ["meta-analysis"]),
        ("citewell show p-", None),
    ],
)
def test_what_a_shell_completes(typed, found, small_home, tmp_path):
    completed = completions(typed, small_home)
    assert completed == found if found is not None else len(completed) == 6
    if "show" in typed:
        assert completions(typed, tmp_path) == []
