"""Records held against Crossref and PubMed: what differs is told, what was not asked is no "no problem"."""

import json

import pytest
from click.testing import CliRunner

from corpus.record import Kind, Source
from ingest.fetch.compare import compare, is_same_title
from ingest.fetch.crossref import Notice, RegisteredWork, read_work
from ingest.fetch.verify_records import check_online
from tests.fetch import faults, works
from ui.cli import cli

DOI = "10.5555/test.1"
TITLE = "Testamine for test anxiety in adults"
RETRACTED = {"updated-by": [
    {"DOI": "10.5555/notice", "type": "retraction", "label": "Retraction", "source": "retraction-watch",
     "updated": {"date-parts": [[2021, 7, 26]]}, "record-id": "1"},
    {"DOI": "10.5555/notice", "type": "retraction", "label": "Retraction", "source": "publisher"},
]}  # fmt: skip
CONCERN = {"updated-by": [{"DOI": "10.5555/c", "type": "expression-of-concern", "source": "publisher"}]}


def corpus(tmp_path, **records: str):
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name, fields in records.items():
        text = (
            f"---\nid: {name}\nkind: trial\n{fields}---\n\n## How well it works\nTestamine eased anxiety.\n"
        )
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


def record(title=TITLE, author="Tester A", year=2020, doi=DOI, more="") -> str:
    return f"title: {title}\nauthors: [{author}]\nyear: {year}\ndoi: {doi}\n{more}"


@pytest.fixture
def crossref(places):
    places.crossref_works[DOI] = works.crossref_work(DOI, TITLE, "Tester", 2020)
    return places.crossref_works


def found(folder, settings):
    return [str(each) for each in check_online(folder, settings).problems]


def test_a_right_record_has_no_problem(crossref, settings, waits, tmp_path):
    checked = check_online(corpus(tmp_path, one=record(), two=record(year=2019)), settings)
    assert (checked.problems, checked.compared, checked.unasked) == ([], 2, {})


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        (record(title="Another thing altogether in children"), "the title is 'Another thing"),
        (record(author="Somebody B"), "the first author is 'Somebody B', but Crossref has 'Tester'"),
        (record(year=2011), "the year is 2011, but Crossref has 2019 or 2020"),
        (record(doi="10.5555/unknown"), "doi 10.5555/unknown is not known to Crossref"),
    ],
)
def test_each_difference_is_one_line_with_a_remedy(fields, says, crossref, settings, waits, tmp_path):
    (line,) = found(corpus(tmp_path, one=fields), settings)
    assert line.startswith("one.md: ")
    assert says in line
    assert "Correct" in line


@pytest.mark.parametrize(
    ("notices", "more", "says"),
    [
        (RETRACTED, "", "notice of retraction (doi 10.5555/notice)"), (RETRACTED, "retracted: true\n", ""),
        (CONCERN, "", "expression of concern (doi 10.5555/c)"), (CONCERN, "concern: true\n", ""),
    ],
)  # fmt: skip
def test_notices_are_told_unless_the_record_says_so(notices, more, says, crossref, settings, waits, tmp_path):
    crossref[DOI] |= notices
    lines = found(corpus(tmp_path, one=record(more=more)), settings)
    assert len(lines) == bool(says)
    assert says in "".join(lines)


def test_a_doi_of_another_registry_is_no_problem(places, settings, waits, tmp_path):
    places.elsewhere["10.5555/data"] = "DataCite"
    checked = check_online(corpus(tmp_path, one=record(doi="10.5555/data")), settings)
    assert (checked.problems, checked.elsewhere) == ([], 1)


def test_a_pmid_is_held_against_pubmed(crossref, places, settings, waits, tmp_path):
    right = "title: Test article 2\nauthors: [Tester A]\nyear: 2020\npmid: '2'\n"
    wrong = "title: Another work in full\nauthors: [Other B]\nyear: 1999\npmid: '3'\n"
    lines = found(
        corpus(tmp_path, right=right, wrong=wrong, unknown="title: Test article 99\npmid: '99'\n",
               other=record(more="pmid: '4'\n")), settings,
    )  # fmt: skip
    assert not [line for line in lines if line.startswith("right")]
    assert len([line for line in lines if line.startswith("wrong")]) == 3
    assert any("pmid 99 is not known to PubMed" in line for line in lines)
    assert any("pmid 4 is that of doi 10.5555/test.4, not of 10.5555/test.1" in line for line in lines)
    assert places.hits["/pubmed/esummary.fcgi"] == 1


def test_what_was_asked_today_is_not_asked_again(crossref, places, settings, waits, tmp_path):
    folder = corpus(tmp_path, one=record(year=2011))
    first = found(folder, settings)
    assert found(folder, settings) == first != []
    assert places.hits[f"/crossref/works/{DOI.replace('/', '%2F')}"] == 1
    check_online(folder, settings, refresh=True)
    assert places.hits[f"/crossref/works/{DOI.replace('/', '%2F')}"] == 2


def check(folder, settings, monkeypatch, **places):
    monkeypatch.setenv("CITEWELL_PLACES", json.dumps({**settings.places, **places}))
    monkeypatch.setenv("CITEWELL_HOME", str(settings.home))
    return CliRunner().invoke(cli, ["corpus", "check", "--online", str(folder)])


def test_the_command_tells_problems_and_ends_with_1(crossref, settings, waits, tmp_path, monkeypatch):
    fine = "title: A book of tests\n"
    ran = check(corpus(tmp_path, one=record(year=2011), two=fine), settings, monkeypatch)
    assert ran.exit_code == 1
    assert "one.md: the year is 2011" in ran.stdout
    assert "1 problems in 1 records that were compared; 1 have neither DOI nor PMID." in ran.stdout


def test_without_the_net_no_record_is_called_right(crossref, settings, waits, tmp_path, monkeypatch):
    folder = corpus(tmp_path, one=record(), two=record(), three="title: Test article 2\npmid: '2'\n")
    ran = check(folder, settings, monkeypatch, crossref="http://127.0.0.1:9", pubmed="http://127.0.0.1:9")
    assert ran.exit_code == 6
    assert "0 problems in 0 records that were compared; 3 could not be asked about." in ran.stdout
    assert "not checked: 2 records, such as one.md: Crossref cannot be reached" in ran.stderr
    assert "No problems" not in ran.output


def test_a_place_that_fails_now_and_then_is_counted(crossref, places, settings, waits, tmp_path, monkeypatch):
    places.faults[f"/crossref/works/{DOI.replace('/', '%2F')}"] = [faults.login_page]
    ran = check(corpus(tmp_path, one=record(), two=record()), settings, monkeypatch)
    assert ran.exit_code == 6
    assert "1 could not be asked about" in ran.stdout


SOURCE = Source(id="x", kind=Kind.TRIAL, title=TITLE, authors=("van der Tester J",), year=2020)


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        (TITLE, "TESTAMINE FOR TEST ANXIETY IN ADULTS.", True),
        (TITLE, "<i>Testamine</i> for Test&amp;nbsp;Anxiety in Adults: A Randomised Trial", True),
        (TITLE, "RETRACTED: Testamine for test anxiety in adults", True),
        ("Größe und Angst der Prüfung", "Grosse und Angst der Prufung", True),
        (TITLE, "Testamine for depression in children and adolescents", False),
        ("Anxiety", "Anxiety disorders in old age", False),
    ],
)
def test_titles_are_compared_by_their_words(ours, theirs, same):
    assert is_same_title(ours, theirs) is same


@pytest.mark.parametrize("theirs", ["van der Tester", "Tester", "TÉSTER"])
def test_surnames_are_compared_without_marks_and_particles(theirs):
    assert not list(compare(SOURCE, RegisteredWork("", (TITLE,), theirs, frozenset()), "Crossref"))


def test_a_work_is_read_from_a_reply():
    message = works.crossref_work(DOI, TITLE, "Tester", 2020, subtitle=["A trial"], **RETRACTED)
    work = read_work(message)
    assert work.titles == (TITLE, f"{TITLE}: A trial")
    assert (work.first_author, work.years) == ("Tester", {2019, 2020})
    assert work.notices == (
        Notice("retraction", "10.5555/notice", "publisher"),
        Notice("retraction", "10.5555/notice", "retraction-watch"),
    )
    assert read_work({}).titles == ()
