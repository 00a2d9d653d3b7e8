"""Files of questions as people make them: each delimiter, encoding, mistake; no row takes another with it."""

import csv
import io
import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ui.batch_rows import LONGEST_QUESTION, QuestionsError, Row, read_questions

HOW = "how does diazepam work"


def read(tmp_path, data, name="questions.csv"):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return list(read_questions(path).rows)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_csv_as_spreadsheets_write_it(tmp_path, delimiter, encoding, end):
    lines = ["Id;Question;Earlier", 'a;"what, and; why | ""when""?\t";', "", "b;Wie wirkt Äther;one"]
    data = end.join(line.replace(";", delimiter) for line in lines)
    first, second = read(tmp_path, data.encode(encoding))
    assert first == Row(2, f'what, and{delimiter} why | "when"?', "a")
    assert second == Row(4, "Wie wirkt Äther", "b", ("one",))


def test_excels_first_line_names_the_delimiter(tmp_path):
    assert read(tmp_path, f"sep=;\nquestion;id\n{HOW};7\n") == [Row(3, HOW, "7")]


def test_one_column_may_hold_commas(tmp_path):
    assert read(tmp_path, "question\nis it safe, and why; or not?\n") == [
        Row(2, "is it safe, and why; or not?")
    ]


def test_several_lines_in_a_cell_count_as_lines_of_the_file(tmp_path):
    found = read(tmp_path, f'question,earlier\n"{HOW}","one\n\ntwo"\nnext,"[""a"", ""b""]"\n')
    assert found == [Row(2, HOW, None, ("one", "two")), Row(5, "next", None, ("a", "b"))]


def test_a_bad_row_is_told_with_its_line_and_takes_no_other_with_it(tmp_path):
    data = (
        b"id,question\n"
        b'1,"a quote that nobody closes\n'
        b"2,a good one\n"
        b"3,too,many\n"
        b"4,\n"
        b"5,caf\xe9\n"
        b"6," + b"x" * (LONGEST_QUESTION + 1) + b"\n"
        b"7,another good one\n"
    )
    found = read(tmp_path, data)
    assert [row.line for row in found] == [2, 3, 4, 5, 6, 7, 8]
    assert [row.question for row in found if not row.problem] == ["a good one", "another good one"]
    problems = [row.problem.split(". ")[0] for row in found if row.problem]
    assert problems == [
        "Its quotes do not match", "It has 3 cells, not 2", "It has no question", "It is not UTF-8",
        "It is longer than 10,000 characters",
    ]  # fmt: skip
    assert [row.id for row in found] == [None, "2", "3", "4", "5", "6", "7"]


def test_json_lines(tmp_path):
    lines = [
        {"question": HOW, "id": 4, "earlier": ["one"], "note": "is passed over"},
        {"id": "x"},
        {"question": HOW, "earlier": 3},
        HOW,
    ]
    text = "\n\n".join(json.dumps(line) for line in lines) + "\nno json\n" + "[" * 100_000
    found = read(tmp_path, text, "questions.jsonl")
    assert [row.line for row in found] == [1, 3, 5, 7, 8, 9]
    assert found[0] == Row(1, HOW, "4", ("one",))
    assert found[3] == Row(7, HOW)
    assert [bool(row.problem) for row in found] == [False, True, True, False, True, True]


def test_text_has_a_question_a_line(tmp_path):
    assert read(tmp_path, f"\ufeff{HOW}\n\n  and then, why?  ", "q.txt") == [
        Row(1, HOW),
        Row(3, "and then, why?"),
    ]


@pytest.mark.parametrize(
    ("data", "line"),
    [('{"question": "a"}', 1), ("question\na", 2), ("a question\nb", 1), ("id\tquestion\n1\ta", 2)],
)
def test_a_form_is_known_by_what_stands_in_the_file(tmp_path, data, line):
    assert read(tmp_path, data, "questions")[0].line == line


@pytest.mark.parametrize(
    ("name", "data"), [("a.csv", "id,text\n1,2"), ("a.csv", ""), ("a.txt", "\n \n"), ("none", None)]
)
def test_a_file_that_asks_nothing_is_refused_with_a_remedy(tmp_path, name, data):
    if data is not None:
        (tmp_path / name).write_text(data)
    with pytest.raises(QuestionsError, match=r"[.:] (Name the column|Put one question|Check the path)"):
        read_questions(tmp_path / name)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=60), min_size=1
    )
)
@example(["=1+1", '"', "a,b", "a\nb", "\ufeffx", "x\u2028y", "\x1c"])
def test_what_a_spreadsheet_writes_is_read_back(tmp_path_factory, questions):
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(["id", "question"])
    writer.writerows((str(number), each) for number, each in enumerate(questions))
    path = tmp_path_factory.mktemp("rows") / "q.csv"
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    found = read_questions(path).rows
    assert [row.id for row in found] == [str(number) for number in range(len(questions))]
    assert [row.question for row in found] == [each.strip() for each in questions]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["q.csv", "q.jsonl", "q.txt", "q"]))
def test_no_file_breaks_the_reader(tmp_path_factory, data, name):
    path = tmp_path_factory.mktemp("wild") / name
    path.write_bytes(data)
    try:
        rows = read_questions(path).rows
    except QuestionsError:
        return
    assert [row.line for row in rows] == sorted(row.line for row in rows)
    for row in rows:
        assert bool(row.question) != bool(row.problem)
        "".join((row.question, *row.earlier, row.id or "", row.problem)).encode()
