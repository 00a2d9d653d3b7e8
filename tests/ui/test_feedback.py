"""Feedback is stored whole or not at all, for its owner alone, bounded; it can be exported and deleted."""

import csv
import json
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from tests.ui.test_export import made
from ui import feedback
from ui.cli import cli
from ui.feedback import Entry, FeedbackError, Remark, add, delete, entries, feedback_file, load_reasons


def remark(**fields):
    return Remark(**({"rating": "down", "reasons": ("wrong",), "said": "No.", "answer": made()} | fields))


def run(home, *arguments):
    return CliRunner().invoke(cli, ["feedback", *arguments, "--home", str(home)])


def test_a_remark_is_stored_whole_and_for_its_owner_alone(tmp_path):
    path = feedback_file(tmp_path / "home")
    add(remark(said="line\nbreak \u2028 é"), path)
    (entry,) = entries(path)
    assert entry.answer == made()
    assert (entry.rating, entry.reasons, entry.said) == ("down", ("wrong",), "line\nbreak \u2028 é")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_bytes().splitlines()) == 1


def test_remarks_sent_at_the_same_time_are_all_stored(tmp_path):
    path = feedback_file(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: add(remark(said=str(number)), path), range(40)))
    assert sorted(int(each.said) for each in entries(path)) == list(range(40))


def test_a_line_that_was_cut_off_spoils_no_other(tmp_path):
    path = feedback_file(tmp_path)
    add(remark(said="first"), path)
    path.write_bytes(path.read_bytes() + b'{"at": "half')
    add(remark(said="second"), path)
    assert [each.said for each in entries(path)] == ["first", "second"]


def test_there_is_a_limit_to_what_visitors_can_fill(tmp_path, monkeypatch):
    path = feedback_file(tmp_path)
    add(remark(), path)
    monkeypatch.setattr(feedback, "_LARGEST_FILE", path.stat().st_size + 10)
    with pytest.raises(FeedbackError, match="no room"):
        add(remark(), path)
    assert len(list(entries(path))) == 1
    with pytest.raises(FeedbackError, match="too long"):
        add(remark(answer=made(note="x" * 600_000)), path)


@pytest.mark.parametrize(
    "fields",
    [{"rating": "fine"}, {"reasons": ("because",)}, {"said": "x" * 1001}, {"answer": {}}, {"who": "me"}],
)
def test_what_the_page_does_not_send_is_refused(fields):
    with pytest.raises(ValidationError):
        remark(**fields)


def test_a_link_is_not_followed(tmp_path):
    target = tmp_path / "target"
    target.write_text("")
    feedback_file(tmp_path).symlink_to(target)
    with pytest.raises(FeedbackError):
        add(remark(), feedback_file(tmp_path))
    assert target.read_text() == ""


def test_every_rating_has_reasons_with_ids_of_their_own():
    ids = [each.id for group in load_reasons().values() for each in group]
    assert set(load_reasons()) == {"up", "down"}
    assert len(set(ids)) == len(ids)


def test_evaluators_list_export_and_delete(tmp_path):
    path = feedback_file(tmp_path)
    add(remark(rating="up", reasons=("clear",), said=""), path)
    add(remark(said="=1+1"), path)

    listed = run(tmp_path, "list", "--rating", "down")
    assert "wrong: =1+1" in listed.output
    assert "clear" not in listed.output
    assert [each["rating"] for each in json.loads(run(tmp_path, "list", "--json").output)] == ["up", "down"]

    table, lines = tmp_path / "out.csv", tmp_path / "out.jsonl"
    assert run(tmp_path, "export", str(table)).exit_code == 0
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["said"] for row in rows] == ["", "'=1+1"]
    assert rows[0]["passages"] == "p1"
    assert run(tmp_path, "export", str(lines)).exit_code == 0
    assert [Entry.model_validate_json(line).rating for line in lines.read_text().splitlines()] == [
        "up",
        "down",
    ]

    assert run(tmp_path, "delete").exit_code == 1
    assert path.exists()
    assert "Deleted" in run(tmp_path, "delete", "--yes").output
    assert not path.exists()
    assert delete(path) is False
    assert "0 remarks" in run(tmp_path, "list").output
