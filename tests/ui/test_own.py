"""A visitor's documents: read, asked by that visitor alone, bounded, and gone after a time."""

import io
import os
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answer import Outcome
from retrieval.pipeline import Citewell
from ui import own as module
from ui.own import OwnDocuments, OwnError, _safe
from ui.page_parts import filters_html
from ui.page_replies import Replies
from ui.page_request import Asked

ME, OTHER = "a" * 32, "b" * 32
LEAFLET = (
    b"# Zeldoxin\n\n## How it works\n\nZeldoxin lowers the blood pressure by widening the blood vessels.\n"
)
QUESTION = "how does Zeldoxin work on the blood pressure"


class Here(Citewell):
    """The shared index, with a home of its own for visitors."""

    def __init__(self, citewell, home, **fields):
        super().__init__(citewell.settings.model_copy(update={"home": home, **fields}))
        self.real = citewell

    @property
    def desk(self):
        return self.real.desk


@pytest.fixture
def here(citewell, tmp_path):
    return Here(citewell, tmp_path)


@pytest.fixture
def own(here):
    return OwnDocuments(here)


def test_a_document_is_read_and_asked_by_its_visitor_alone(own, here, tmp_path):
    steps = []
    report = own._reporter
    own._reporter = lambda visitor: lambda *step: (steps.append(step), report(visitor)(*step))
    own.add(ME, "leaflet.md", LEAFLET)
    assert steps
    assert own.progress(ME) is None
    assert own.names(ME) == ["leaflet.md"]
    assert own.names(OTHER) == []

    replies = Replies(here, own)
    *_, mine = replies.turns(QUESTION, Asked(visitor=ME, own="only"))
    assert "widening the blood vessels" in mine.answer.statements[0].text
    assert "<mark>" in replies.html(mine, ME)
    *_, shared = replies.turns(QUESTION, Asked(visitor=ME))
    assert all("widening" not in each.text for each in shared.answer.statements)
    *_, theirs = replies.turns(QUESTION, Asked(visitor=OTHER, own="only"))
    assert theirs.answer.outcome is Outcome.ERROR
    assert "not here" in theirs.answer.notes[0]
    *_, urgent = replies.turns("i took 30 xanax and feel weird", Asked(visitor=OTHER, own="only"))
    assert urgent.answer.outcome is Outcome.EMERGENCY
    assert not any(ME in str(each) for each in tmp_path.rglob("*")), "the secret stands in a file name"

    own.add(ME, "more.txt", b"Zeldoxin is taken with water. It was first made in a laboratory.")
    assert own.names(ME) == ["leaflet.md", "more.txt"]
    assert len(own.citewell(ME).desk.index.sources()) == 2
    own.remove(ME)
    assert own.names(ME) == []
    with pytest.raises(OwnError):
        own.citewell(ME)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.exe", b"x", "'.exe' cannot be added"),
        ("a", b"x", "cannot be added"),
        ("a.txt", b"\x1f\x8bxx", "packed"),
        ("a.docx", b"no zip", "no Word document"),
        ("a.pdf", b"%PDF-1.4 broken", "cannot be read"),
        ("a.txt", b"", "cannot be read"),
        ("a.txt", b"x" * 2_000_001, "longer than 2 MB"),
    ],
)
def test_what_cannot_be_read_is_named_and_leaves_nothing_behind(citewell, tmp_path, name, content, said):
    own = OwnDocuments(Here(citewell, tmp_path, serve_upload_mb=2))
    with pytest.raises(OwnError, match=said) as caught:
        own.add(ME, name, content)
    assert str(tmp_path) not in str(caught.value)
    assert own.names(ME) == []


def test_a_bomb_is_refused(own):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("word/document.xml", b"0" * 60_000_000)
    with pytest.raises(OwnError, match="unpacks to far more"):
        own.add(ME, "a.docx", packed.getvalue())


def test_a_document_that_cannot_be_read_costs_no_other(own):
    own.add(ME, "leaflet.md", LEAFLET)
    with pytest.raises(OwnError):
        own.add(ME, "broken.pdf", b"%PDF-1.4 broken")
    assert own.names(ME) == ["leaflet.md"]
    assert own.citewell(ME).ask(QUESTION).statements


def test_where_the_operator_allows_it_everybody_is_answered_from_what_a_visitor_adds(citewell, tmp_path):
    here = Here(citewell, tmp_path, serve_upload_for="all")
    own = OwnDocuments(here)
    assert not own.any("")
    own.add(ME, "leaflet.md", LEAFLET)
    for visitor in (ME, OTHER, ""):
        assert own.any(visitor)
        *_, turn = Replies(here, own).turns(QUESTION, Asked(visitor=visitor, own="only"))
        assert "widening the blood vessels" in turn.answer.statements[0].text
        assert "<mark>" in Replies(here, own).html(turn, visitor)
    with pytest.raises(OwnError, match="of this name"):
        own.add(OTHER, "leaflet.md", b"Zeldoxin is harmless.")
    (used,) = tmp_path.glob("visitors/*/used")
    os.utime(used, (1, 1))
    Replies(here, own).html(turn, OTHER)  # what is only looked up is not used
    assert used.stat().st_mtime == 1
    with pytest.raises(OwnError, match="everybody's"):
        own.remove(OTHER)
    assert own.names(ME) == ["leaflet.md"]
    assert "Everybody who uses this page can read it" in filters_html(here.settings)
    assert "remove-own" not in filters_html(here.settings)
    assert "asked only by this browser" in filters_html(citewell.settings)


def test_files_bytes_and_turns_are_bounded(own, here, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_MOST_FILES", 1)
    own.add(ME, "leaflet.md", LEAFLET)
    own.add(ME, "leaflet.md", LEAFLET + b"\nIt is new.\n")  # the same again
    with pytest.raises(OwnError, match="Remove them first"):
        own.add(ME, "second.md", LEAFLET)
    monkeypatch.setattr(module, "_MOST_BYTES", 10)
    with pytest.raises(OwnError, match="no room"):
        own.add(OTHER, "leaflet.md", LEAFLET)
    with own._adding, pytest.raises(OwnError, match="Another document"):
        own.add(ME, "leaflet.md", LEAFLET)
    none = OwnDocuments(Here(here.real, tmp_path, serve_upload_mb=0))
    with pytest.raises(OwnError, match="cannot be added here"):
        none.add(ME, "leaflet.md", LEAFLET)


def test_what_was_not_used_for_hours_is_deleted(own, here, tmp_path):
    own.add(ME, "leaflet.md", LEAFLET)
    own.citewell(ME)
    (folder,) = (tmp_path / "visitors").iterdir()
    own.sweep()
    assert own.names(ME) == ["leaflet.md"]
    long_ago = time.time() - here.settings.serve_upload_hours * 3600 - 1
    os.utime(folder / "used", (long_ago, long_ago))
    own.sweep()
    assert own.names(ME) == []
    assert not own._open
    assert not folder.exists()


def test_few_indexes_are_open_at_once(own, monkeypatch):
    monkeypatch.setattr(module, "_OPEN_AT_ONCE", 1)
    for visitor in (ME, OTHER):
        own.add(visitor, "leaflet.md", LEAFLET)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda visitor: own.citewell(visitor).ask(QUESTION), [ME, OTHER] * 3))
    assert all(each.statements for each in answers)
    assert len(own._open) == 1


@pytest.mark.parametrize("visitor", ["", "../" * 10 + "aa", "A" * 32, "a" * 31, "a" * 32 + "\n"])
def test_only_a_secret_names_a_visitor(own, visitor):
    for use in (own.names, own.remove, own.citewell, lambda each: own.add(each, "leaflet.md", LEAFLET)):
        with pytest.raises(OwnError):
            use(visitor)


@given(st.text(max_size=200))
def test_a_name_leads_nowhere_else(name):
    safe = _safe(f"{name}.txt")
    assert "/" not in safe
    assert "\\" not in safe
    assert not safe.startswith(".")
    assert safe.endswith(".txt")
    assert len(safe.encode()) < 255
