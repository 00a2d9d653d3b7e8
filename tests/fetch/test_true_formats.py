"""Replies as the places gave them, from the folder of test data, where it is there."""

import re

import pytest

from corpus.errors import FetchError
from ingest.fetch.bibliography import named_works
from ingest.fetch.medlineplus import _each_topic
from ingest.fetch.pubmed import _each_record, _search_result
from ingest.fetch.reply import BrokenReplyError, Reply, xml_of
from ingest.fetch.store import Store
from ingest.find import SourceFile
from ingest.load import load
from ingest.xml import words_at
from tests.ingest.formats import DATA

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the folder of test data is not there")


def reply(path):
    return Reply("http://127.0.0.1/x", 200, "text/xml", path.read_bytes())


def paths(pattern):
    found = sorted(DATA.glob(pattern))
    assert found or not DATA.is_dir()
    return [pytest.param(path, id=path.name) for path in found]


@pytest.mark.parametrize("path", paths("pubmed_xml/*.xml"))
def test_each_record_of_a_set_is_read_alone_as_in_the_set(path, tmp_path):
    whole = documents(path)
    kept = _each_record(reply(path))
    store = Store(tmp_path, ".xml")
    for pmid, data in kept.items():
        store.keep(pmid, data)
    alone = [document for pmid in kept for document in documents(store.path(pmid))]
    assert sorted(alone, key=lambda each: each.source.id) == sorted(whole, key=lambda each: each.source.id)


@pytest.mark.parametrize("path", paths("eutils/*esearch*.xml"))
def test_search_results(path):
    result = _search_result(reply(path))
    ids = [words_at(each) for each in result.iterfind("IdList/Id")]
    assert ids == re.findall(r"<Id>(\d+)</Id>", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", paths("medlineplus/*.xml"))
def test_each_topic_of_a_reply_is_read_alone_as_in_the_reply(path, tmp_path):
    data = reply(path)
    topics = _each_topic(data, xml_of(data, {"nlmSearchResult"}))
    alone = []
    for name, topic in topics.items():
        (tmp_path / f"{name}.xml").write_bytes(topic)
        alone += documents(tmp_path / f"{name}.xml")
    assert alone == (documents(path) if topics else [])


@pytest.mark.parametrize("path", paths("pmc_jats/*xml"))
def test_full_texts_are_taken_and_their_references_read(path):
    root = xml_of(reply(path), {"article", "pmc-articleset", "eFetchResult"})
    identified = [each for each in root.iter("pub-id") if each.get("pub-id-type") in {"pmid", "doi"}]
    in_references = [each for ref in root.iter("ref") for each in ref.iter("pub-id")]
    if root.tag == "article" and in_references:
        assert 0 < len(named_works(path)) <= len(identified) + len(list(root.iter("ext-link")))


@pytest.mark.parametrize("path", paths("fda_spl/*.xml"))
def test_labels_are_taken_whole_and_never_in_part(path):
    assert xml_of(reply(path), {"document"}).tag == "document"
    data = path.read_bytes()
    for cut in (len(data) // 3, len(data) - 20):
        with pytest.raises(BrokenReplyError):
            xml_of(Reply("x", 200, "text/xml", data[:cut]), {"document"})
    with pytest.raises(FetchError):
        xml_of(reply(path), {"PubmedArticleSet"})


def test_the_shared_bibliography_names_its_works():
    path = DATA.parents[1] / "bibliography.yaml"
    text = path.read_text(encoding="utf-8")
    works = named_works(path)
    assert {each.doi for each in works if each.doi} <= {
        doi.casefold() for doi in re.findall(r"10\.\d{4,9}/[^\s'\"]+", text)
    }
    assert len(works) > 100


def documents(path):
    file = SourceFile(path.parent, path, path.name)
    return list(load(file, file.sha256()))
