"""A file of questions becomes a file of answers: bad rows, kills, other indexes, and spreadsheets."""

import csv
import io
import json
import signal
import subprocess
import time

import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from evals.batch_kills import killed_and_resumed, write_questions
from retrieval.answer import Answer
from tests.ui.commands import ROOT, RUN, invoke, write_sources
from ui.batch_csv import COLUMNS, inert_cell

HOW = "how does diazepam work"
EMERGENCY = "I took 60 diazepam tablets with vodka and I want to die"
ROWS = f'id;question;earlier\na;{HOW};\nb;and when I stop it?;{HOW}\nc;"open\nd;{EMERGENCY};\ne;=1+1;\n'


@pytest.fixture
def questions(tmp_path):
    path = tmp_path / "questions.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def batch(questions, out, home, *more):
    return invoke("ask", "--batch", questions, "--out", out, "--home", home, *more)


def records(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


def test_each_row_becomes_a_line_with_a_whole_answer(questions, small_home, tmp_path):
    out = tmp_path / "answers.jsonl"
    result = batch(questions, out, small_home)
    told = records(out)
    answers = [Answer.model_validate(each["answer"]) for each in told]
    assert [each["line"] for each in told] == [2, 3, 4, 5, 6]
    assert [each["id"] for each in told] == ["a", "b", None, "d", "e"]
    assert [each.outcome for each in answers] == [
        "answered",
        answers[1].outcome,
        "error",
        "emergency",
        "abstained",
    ]
    assert "withdrawal" in answers[1].statements[0].text  # what was asked before is known
    assert all("medical advice" in each.disclaimer for each in answers)
    assert {each.receipt.took_ms for each in answers} == {0.0}
    # What is bad is told with its line, and does not hide what is good.
    assert result.exit_code == 1
    assert "Line 4: Its quotes do not match. Close them" in result.stderr
    assert "5 questions: 1 abstained, " in result.stderr
    assert result.stdout == ""
    assert sorted(each.name for each in tmp_path.iterdir()) == ["answers.jsonl", "questions.csv"]
    asked = Answer.model_validate_json(invoke("ask", HOW, "--json", "--home", small_home).stdout)
    assert answers[0].model_dump(exclude={"receipt"}) == asked.model_dump(exclude={"receipt"})


def test_the_options_of_ask_hold_for_each_row(questions, small_home, tmp_path):
    batch(questions, tmp_path / "out.jsonl", small_home, "--kind", "review")
    first = Answer.model_validate(records(tmp_path / "out.jsonl")[0]["answer"])
    assert {source.kind.value for source in first.sources} <= {"review"}
    assert "diazepam_source" not in {source.id for source in first.sources}


def test_a_spreadsheet_has_one_row_a_question(questions, small_home, tmp_path):
    batch(questions, tmp_path / "out.csv", small_home)
    data = (tmp_path / "out.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfline;id;")  # semicolons, as the questions have
    head, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";")
    assert tuple(head) == COLUMNS
    first = dict(zip(head, rows[0], strict=True))
    assert first["outcome"] == "answered"
    assert "strengthens the effect of GABA" in first["answer"]
    assert "[1] About Diazepam (2020)." in first["references"]
    assert len(rows) == 5
    assert all("medical advice" in row[head.index("disclaimer")] for row in rows)
    assert rows[4][head.index("question")] == "'=1+1"
    same = batch(questions, tmp_path / "forced", small_home, "--format", "csv")
    assert same.exit_code == 1
    assert (tmp_path / "forced").read_bytes() == data


@given(st.text(max_size=80))
def test_no_cell_is_a_formula_or_hides_anything(text):
    cell = inert_cell(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
    assert not set(cell) & set("\x00\x1b\x9b\u202e\u200b")


def test_a_cell_is_never_longer_than_excel_takes():
    assert len(inert_cell("=" + "x" * 40_000)) == 32_767
    assert inert_cell("  =1") == "'  =1"
    assert inert_cell("a\n=b") == "a\n=b"


@pytest.mark.slow
def test_several_processes_give_the_same_file(questions, small_home, tmp_path):
    assert batch(questions, tmp_path / "one.jsonl", small_home).exit_code == 1
    assert batch(questions, tmp_path / "two.jsonl", small_home, "--workers", "2").exit_code == 1
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()


@pytest.mark.slow
def test_killed_and_resumed_gives_the_file_of_a_run_that_was_not_killed(small_home, tmp_path):
    questions = write_questions(tmp_path / "questions.csv", 120, seed=3)
    stood = killed_and_resumed(questions, small_home, times=2, seed=int(time.time()))
    assert stood == sorted(stood)
    assert 0 < stood[0] <= stood[-1] < 120
    killed, whole = (tmp_path / f"{name}.jsonl" for name in ("killed", "whole"))
    assert len(records(whole)) == 120
    assert killed.read_bytes() == whole.read_bytes()


def test_ctrl_c_says_how_to_go_on_and_keeps_what_is_there(small_home, tmp_path):
    questions = write_questions(tmp_path / "questions.csv", 5000, seed=3)
    out = tmp_path / "out.jsonl"
    process = subprocess.Popen(
        [*RUN, "ask", "--batch", questions, "--out", out, "--home", small_home],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    journal = tmp_path / "out.jsonl.part"
    while process.poll() is None and (not journal.exists() or journal.read_bytes().count(b"\n") < 3):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out_text, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Run the same command again to go on" in err
    assert out_text == b""
    assert not out.exists()
    assert journal.read_bytes().count(b"\n") >= 3


def interrupted(questions, out, home, monkeypatch, after=2):
    """A run that ends in an error after some answers."""
    from retrieval.pipeline import Citewell

    real, asked = Citewell.ask, []

    def ask(self, question, *more):
        asked.append(question)
        if len(asked) > after:
            raise OSError(28, "No space left on device", str(out))
        return real(self, question, *more)

    monkeypatch.setattr(Citewell, "ask", ask)
    result = batch(questions, out, home)
    monkeypatch.setattr(Citewell, "ask", real)
    assert result.exit_code == 1
    assert "No space left on device" in result.stderr
    assert not out.exists()


def test_it_goes_on_where_it_stopped_and_not_with_what_has_changed(
    questions, small_home, tmp_path, monkeypatch
):
    out, whole = tmp_path / "out.jsonl", tmp_path / "whole.jsonl"
    batch(questions, whole, small_home)
    interrupted(questions, out, small_home, monkeypatch)
    journal = tmp_path / "out.jsonl.part"
    journal.write_bytes(journal.read_bytes() + b'{"line": 5, "id"')  # a line that was cut off
    result = batch(questions, out, small_home)
    assert "3 of 5 questions of questions.csv are answered: going on." in result.stderr
    assert out.read_bytes() == whole.read_bytes()
    # Another question in the second row: the first answer is kept, the others are not.
    out.unlink()
    interrupted(questions, out, small_home, monkeypatch)
    questions.write_text(ROWS.replace("and when I stop it?", "is it a label?"), encoding="utf-8")
    result = batch(questions, out, small_home)
    assert "1 of 5 questions" in result.stderr
    assert records(out)[1]["answer"]["question"] == "is it a label?"
    # --restart keeps nothing.
    interrupted(questions, out.with_name("new.jsonl"), small_home, monkeypatch)
    assert "going on" not in batch(questions, out.with_name("new.jsonl"), small_home, "--restart").stderr


def test_another_index_or_other_options_begin_anew(questions, small_home, tmp_path, monkeypatch):
    out = tmp_path / "out.jsonl"
    interrupted(questions, out, small_home, monkeypatch)
    result = batch(questions, out, small_home, "--since", "2019")
    assert (
        "The earlier run had another index, other settings or other options: beginning anew." in result.stderr
    )
    assert "going on" not in result.stderr
    assert len(records(out)) == 5


def test_two_batches_never_write_the_same_file(questions, small_home, tmp_path):
    with FileLock(tmp_path / "out.jsonl.lock"):
        result = batch(questions, tmp_path / "out.jsonl", small_home)
    assert result.exit_code == 5
    assert result.stderr.startswith("citewell: Another batch is writing ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--batch", "q.csv"], "--batch needs --out FILE"),
        (["--out", "a.jsonl", HOW], "belong to --batch"),
        (["--batch", "q.csv", "--out", "q.csv"], "is the file of questions"),
        (["--batch", "q.csv", "--out", "a.jsonl", HOW], "--batch takes no QUESTION"),
        (["--batch", "none.csv", "--out", "a.jsonl"], "none.csv: No such file or directory. Check the path."),
    ],
)
def test_what_does_not_go_together_is_a_usage_error(arguments, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "q.csv").write_text("question\nwhy\n")
    result = invoke("ask", *arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())


def test_without_an_index_nothing_is_begun(questions, tmp_path):
    result = batch(questions, tmp_path / "out.jsonl", write_sources(tmp_path / "docs"))
    assert result.exit_code == 3
    assert "Run 'citewell ingest'" in result.stderr
    assert not list(tmp_path.glob("out*"))
