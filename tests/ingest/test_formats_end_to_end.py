# ruff: noqa: E501 - the samples stand as such files do
"""Files of several formats through the whole of ingest, with the real model, and what search then finds."""

from retrieval.evidence.search import Filters, search
from tests.ingest.formats import JATS, LABEL, article, article_set, write

RETRACTED = "<PublicationType>Retracted Publication</PublicationType>"
CONCERN = '<CommentsCorrectionsList><CommentsCorrections RefType="ExpressionOfConcernIn"/></CommentsCorrectionsList>'


def found(home, query: str, **filters) -> set[str]:
    index = home.open()
    hits = search(index, query, home.embedder.encode([query])[0], 10, Filters(**filters))
    index.close()
    return {str(hit.passage.source_id) for hit in hits}


def sources(home) -> dict:
    index = home.open()
    stored = {each.id: each for each in index.sources()}
    index.close()
    return stored


def test_what_was_left_out_is_told_and_the_rest_is_kept(home, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    write(folder, "set.xml.gz", article_set(article(1), article(2, abstract=""), article(1), article(3)))
    write(folder, "label.xml", LABEL)
    report = home.ingest(folder)
    outcomes = {each.name: each for each in report.outcomes}
    assert report.names("skipped") == []
    assert "1 left out: without an abstract in English, so with no text to cite (PMID 2)" in (
        outcomes["set.xml.gz"].why
    )
    assert "1 of its 3 records were left out" in outcomes["set.xml.gz"].why
    assert outcomes["label.xml"].why == ""
    stored = sources(home)
    assert set(stored) == {"pmid-1", "pmid-3", "label-aaaaaaaa-0000-4000-8000-000000000001"}
    label = stored["label-aaaaaaaa-0000-4000-8000-000000000001"]
    assert (label.names[0], label.names_kind, label.version) == ("alphazolam", "drug", "3")
    assert home.ingest(folder).names("unchanged") == [
        type(outcomes["label.xml"])(name, "unchanged") for name in ("label.xml", "set.xml.gz")
    ]


def test_a_retracted_work_is_not_found_unless_it_is_asked_for(home, tmp_path):
    content = article_set(article(1), article(2, types=RETRACTED), article(3, citation=CONCERN))
    home.ingest(write(tmp_path, "set.xml", content))
    query = "Did alpha lower the score?"
    assert found(home, query) == {"pmid-1", "pmid-3"}
    assert found(home, query, retracted=True) == {"pmid-1", "pmid-2", "pmid-3"}
    assert sources(home)["pmid-3"].concern


def test_a_later_record_of_a_retraction_holds_for_every_copy(home, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    write(folder, "a.xml", article_set(article(31), article(5)))
    write(folder, "full.nxml", JATS.replace("{related}", ""))
    home.ingest(folder)
    assert {"pmid-31", "pmc-77"} <= found(home, "alpha in adults")
    write(folder, "update.xml", article_set(article(31, types=RETRACTED), article(6)))
    for _ in range(2):  # the second time, all is taken over from the index
        home.ingest(folder)
        stored = sources(home)
        assert {name for name, each in stored.items() if each.retracted} == {"pmid-31", "pmc-77"}
        assert found(home, "alpha in adults") == {"pmid-5", "pmid-6"}
    write(folder, "a.xml", article_set(article(31), article(5), article(7)))
    home.ingest(folder)
    assert sources(home)["pmid-31"].retracted


def test_a_page_of_a_kind_without_names_leaves_an_index_that_can_be_asked(home, tmp_path):
    text = "---\nid: page\nkind: reference-page\ntitle: how vaccines work\nnames_kind: condition\n---\n\nVaccines train the body.\n"
    home.ingest(write(tmp_path, "page.md", text))
    index = home.open()
    assert index.names() == []
    index.close()
