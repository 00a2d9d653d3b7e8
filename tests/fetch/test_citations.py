"""The works that a source cites: from its keys, its reference list, a bibliography or Europe PMC."""

import pytest

from corpus.errors import SourceUnreadableError
from corpus.files import SOURCES
from ingest.fetch import fetch
from ingest.fetch.citations import cited_here
from ingest.fetch.fetch import Wish
from ingest.pipeline import ingest
from tests.fetch import faults, works


def pmids(settings) -> list[str]:
    return sorted(path.stem for path in (settings.fetched_dir / "pubmed").glob("*.xml"))


def bibliography(tmp_path, text):
    path = tmp_path / "refs.txt"
    path.write_text(text)
    return str(path)


def test_a_bibliography_gives_abstracts_by_pmid_and_doi(settings, places, waits, tmp_path):
    refs = bibliography(tmp_path, "10.5555/test.2\nPMID: 3\n10.5555/test.99\n")
    fetched = fetch.fetch_citations(settings, refs, Wish(), full_text=False)
    assert pmids(settings) == ["2", "3"]
    assert fetched.notes == ["Not in PubMed: doi 10.5555/test.99."]


def test_a_phrase_that_pubmed_does_not_know_is_no_match(settings, places, waits, tmp_path):
    """PubMed then searches word by word, and finds some other work."""
    refs = bibliography(tmp_path, "10.5555/unknown\n")
    fetched = fetch.fetch_citations(settings, refs, Wish(), full_text=False)
    assert places.hits["/pubmed/esearch.fcgi"] == 1
    assert pmids(settings) == []
    assert "10.5555/unknown" in fetched.notes[0]


def test_what_europe_pmc_cannot_tell_pubmed_is_asked(settings, places, waits, tmp_path):
    places.faults["/europepmc/search"] = [faults.status(500)] * 5
    refs = bibliography(tmp_path, "10.5555/test.2\n10.5555/test.5\n")
    fetch.fetch_citations(settings, refs, Wish(), full_text=False)
    assert pmids(settings) == ["2", "5"]
    assert places.hits["/pubmed/esearch.fcgi"] == 2


def test_full_texts_are_fetched_where_they_are_open(settings, waits, tmp_path):
    refs = bibliography(tmp_path, "PMID: 2\nPMID: 3\n")
    fetched = fetch.fetch_citations(settings, refs, Wish(), full_text=True)
    assert pmids(settings) == ["2", "3"]
    texts = settings.fetched_dir / "europepmc/full-texts"
    assert [path.name for path in texts.glob("*.xml")] == ["pmc303.xml"]
    assert [tally.new for tally in fetched.tallies] == [2, 1]


def test_the_reference_list_of_an_article(settings, waits, tmp_path):
    path = tmp_path / "article.xml"
    path.write_text(works.jats(1))
    fetch.fetch_citations(settings, str(path), Wish(), full_text=False)
    assert pmids(settings) == ["4", "5"]


def test_a_work_by_its_identifier_cites_what_europe_pmc_knows(settings, places, waits):
    for source in ("1", "pmid:1", "10.5555/test.1"):
        fetch.fetch_citations(settings, source, Wish(), full_text=False)
        assert pmids(settings) == ["2", "3"]
    assert places.hits["/europepmc/MED/1/references"] == 3


@pytest.mark.parametrize("source", ["no_such_source", "notes.txt"])
def test_a_source_that_there_is_not(source, settings, waits):
    with pytest.raises(SourceUnreadableError, match=source):
        fetch.fetch_citations(settings, source, Wish(), full_text=False)


def test_a_summary_cites_the_works_of_its_keys(tmp_path):
    summary = next(path for path in sorted(SOURCES.glob("summaries/*.md")) if "[@" in path.read_text())
    record, names = cited_here(summary.stem, tmp_path)
    assert record is not None
    assert names
    assert all(each.doi or each.pmid or each.pmcid for each in names)


RECORD = "---\nid: {id}\nkind: {kind}\ntitle: Test {id}\n{more}---\n\n## How it works\n{text}\n"


def test_a_summary_of_the_index_cites_the_works_of_its_keys(settings, tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    text = "Testamine eases test anxiety within two weeks of the first dose."
    (folder / "own_paper.md").write_text(
        RECORD.format(id="own_paper", kind="trial", more="doi: 10.5555/test.6\n", text=text)
    )
    (folder / "own_summary.md").write_text(
        RECORD.format(id="own_summary", kind="summary", more="words: summary\n", text=f"{text} [@own_paper]")
    )
    ingest([folder], settings)
    _, names = cited_here("own_summary", settings.index_dir)
    assert [each.doi for each in names] == ["10.5555/test.6"]
