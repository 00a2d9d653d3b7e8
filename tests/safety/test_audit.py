"""The audit log: off by default, whole lines whoever writes, and never in the way of an answer."""

import json
import os
import resource
import stat
import subprocess
import sys
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import AuditError
from ingest.settings import load_settings
from retrieval.answer import Answer, Citation, Outcome, Receipt, SourceRef, Statement
from retrieval.audit import Entry, append, audited, delete, entries
from retrieval.pipeline import Citewell

EMERGENCY = "i took 30 xanax and feel weird"


def answer(question="how does it work", outcome=Outcome.ANSWERED) -> Answer:
    cited = Citation(number=1, source_id="s", passage_id="p-1", start=0, end=4, quote="Calm", support=1.0)
    shown = outcome is Outcome.ANSWERED
    return Answer(
        question=question,
        outcome=outcome,
        statements=(Statement(heading="x", text="Calm.", citations=(cited, cited)),) if shown else (),
        sources=(SourceRef(number=1, id="s", kind="label", title="T"),) if shown else (),
        disclaimer="This is not medical advice at all.",
        receipt=Receipt(settings="abc", took_ms=1.5, passages=("p-1", "p-2"), triage="some-rule"),
    )


@pytest.fixture
def path(tmp_path):
    return tmp_path / "logs" / "audit.jsonl"


def test_off_unless_it_is_turned_on(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = answer()
    assert audited(given, load_settings(home=tmp_path)) is given
    Citewell(load_settings(home=tmp_path / "home")).ask(EMERGENCY)
    assert list(tmp_path.rglob("*")) == []


def test_keeps_what_the_docs_say_and_nothing_else(path):
    audited(answer(), load_settings(audit_log=path))
    line = json.loads(path.read_text())
    assert set(line) == {"at", "outcome", "triage", "question", "passages", "receipt"}
    assert (line["outcome"], line["triage"], line["question"]) == (
        "answered",
        "some-rule",
        "how does it work",
    )
    assert line["passages"] == ["p-1"]
    assert line["receipt"]["passages"] == ["p-1", "p-2"]
    assert "Calm" not in path.read_text()


def test_every_outcome_of_the_pipeline_is_recorded(path, tmp_path):
    asked = [EMERGENCY, "how does diazepam work"]  # the second is an error: there is no index
    citewell = Citewell(load_settings(home=tmp_path, audit_log=path))
    for question in asked:
        citewell.ask(question)
    found = list(entries(path))
    assert [each.question for each in found] == asked
    assert [each.outcome for each in found] == ["emergency", "error"]
    assert found[0].triage == "took-too-many"


def test_warming_up_is_no_question(citewell, path):
    recording = Citewell(citewell.settings.model_copy(update={"audit_log": path}))
    recording.warm_up()
    assert not path.exists()


def test_only_the_owner_can_read_it(path):
    path.parent.mkdir()
    path.touch(mode=0o644)
    append(Entry.of(answer()), path)
    for each in path.parent.iterdir():
        assert stat.S_IMODE(each.stat().st_mode) & 0o077 == 0, each


@settings(max_examples=40)
@given(
    question=st.text(
        alphabet=st.characters(categories=None) | st.sampled_from("\r\n\u2028\u2029\x1b\0\udc80")
    )
)
def test_any_question_is_one_line(question, tmp_path_factory):
    path = tmp_path_factory.mktemp("any") / "audit.jsonl"
    append(Entry.of(answer(question)), path)
    append(Entry.of(answer("next")), path)
    assert path.read_bytes().count(b"\n") == 2
    first, second = entries(path)
    assert first.question == question.encode("utf-8", "replace").decode()
    assert second.question == "next"


def test_many_writers_lose_and_mix_nothing(path):
    script = (
        "import sys; from pathlib import Path; from tests.safety.test_audit import *\n"
        "log, name = Path(sys.argv[1]), sys.argv[2]\n"
        "for n in range(20): append(Entry.of(answer(f'{name}-{n}' + 'x' * 5000)), log)"
    )
    writers = [subprocess.Popen([sys.executable, "-c", script, str(path), f"w{each}"]) for each in range(3)]
    threads = [
        threading.Thread(target=lambda: [append(Entry.of(answer("t" * 5000)), path) for _ in range(20)])
        for _ in range(3)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [each.wait() for each in writers] == [0, 0, 0]
    found = [each.question.rstrip("x") for each in entries(path)]
    assert len(path.read_bytes().splitlines()) == len(found) == 120
    assert {f"w{w}-{n}" for w in range(3) for n in range(20)} < set(found)


def test_a_line_that_was_cut_off_spoils_no_other(path):
    append(Entry.of(answer("one")), path)
    with path.open("ab") as file:
        file.write(b'{"at": "2026')
    append(Entry.of(answer("two")), path)
    assert [each.question for each in entries(path)] == ["one", "two"]


def test_a_full_disk_leaves_the_file_as_it_was(path):
    append(Entry.of(answer("one")), path)
    before = path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 100, limits[1]))
    try:
        given = audited(answer("two" * 1000), load_settings(audit_log=path))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "could not be added to the audit log" in given.notes[-1]
    assert path.read_bytes() == before


@pytest.mark.parametrize("kind", ["folder", "pipe", "link", "device", "under a file"])
def test_what_cannot_be_written_never_stops_an_answer(kind, tmp_path, caplog):
    path = tmp_path / "log"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "link":
        (tmp_path / "secret").write_text("mine")
        path.symlink_to(tmp_path / "secret")
    elif kind == "device":
        path = type(path)("/dev/full")
    else:
        (tmp_path / "file").write_text("x")
        path = tmp_path / "file" / "log"
    given = Citewell(load_settings(home=tmp_path / "home", audit_log=path)).ask(EMERGENCY)
    assert given.outcome is Outcome.EMERGENCY
    assert "audit log" in given.notes[-1]
    assert str(path) not in given.notes[-1]
    assert str(path) in caplog.text
    assert EMERGENCY not in caplog.text
    if kind == "link":
        assert (tmp_path / "secret").read_text() == "mine"
    with pytest.raises(AuditError, match="CITEWELL_AUDIT_LOG"):
        append(Entry.of(answer()), path)


def test_is_deleted_whole(path):
    assert not delete(path)
    append(Entry.of(answer()), path)
    assert delete(path)
    assert not path.exists()
    append(Entry.of(answer("again")), path)
    assert [each.question for each in entries(path)] == ["again"]
