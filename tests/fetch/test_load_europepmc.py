"""Abstracts as Europe PMC's search gives them; the articles are made up."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import SourceUnreadableError
from ingest.fetch.europepmc import _as_reply
from tests.fetch.works import europepmc_article
from tests.ingest.formats import headings, read, write


def reply(*articles):
    return json.dumps({"version": "6.9", "hitCount": len(articles), "resultList": {"result": list(articles)}})


def test_an_article_with_its_record(tmp_path):
    (document,), remarks = read(write(tmp_path, "a.json", _as_reply(europepmc_article(1, core=True), {})))
    source = document.source
    assert not remarks
    assert source.id == "europepmc-med-1"
    assert (source.pmid, source.doi, source.pmcid) == ("1", "10.5555/test.1", "PMC101")
    assert (source.title, source.authors, source.year) == ("Test article 1.", ("Tester A",), 2020)
    assert (source.journal, source.volume, source.issue) == ("Journal of tests", "1", "2")
    assert (source.licence, source.open_access) == ("CC BY", True)
    assert (source.retracted, source.concern) == (False, False)
    assert source.same_work_as == "pmid-1"
    assert headings(document) == ["Results"]


@pytest.mark.parametrize(
    ("more", "retracted", "concern"),
    [
        ({"pubTypeList": {"pubType": ["Retracted Publication", "Journal Article"]}}, True, False),
        (
            {"commentCorrectionList": {"commentCorrection": [{"type": "Retraction in", "id": "9"}]}},
            True,
            False,
        ),
        (
            {"commentCorrectionList": {"commentCorrection": [{"type": "Expression of concern in"}]}},
            False,
            True,
        ),
        ({"commentCorrectionList": {"commentCorrection": [{"type": "Comment in"}]}}, False, False),
    ],
)
def test_retractions_and_concerns(more, retracted, concern, tmp_path):
    (document,), _ = read(write(tmp_path, "a.json", reply(europepmc_article(1, core=True) | more)))
    assert (document.source.retracted, document.source.concern) == (retracted, concern)


def test_a_trial_is_a_trial(tmp_path):
    types = {"pubTypeList": {"pubType": ["Randomized Controlled Trial", "Journal Article"]}}
    (document,), _ = read(write(tmp_path, "a.json", reply(europepmc_article(1, core=True) | types)))
    assert document.source.kind == "trial"


def test_what_has_no_abstract_is_left_out_with_a_word(tmp_path):
    articles = [europepmc_article(1, core=True), europepmc_article(2, core=False)]
    documents, (remark,) = read(write(tmp_path, "a.json", reply(*articles)))
    assert [each.source.id for each in documents] == ["europepmc-med-1"]
    assert "without an abstract" in remark
    assert "MED 2" in remark


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(europepmc_article(1, core=True))), JSON, max_size=4))
def test_whatever_a_field_holds_the_others_are_read(tmp_path_factory, wild):
    path = tmp_path_factory.getbasetemp() / "wild.json"
    path.write_text(reply(europepmc_article(1, core=True) | wild, europepmc_article(2, core=True)))
    documents, _ = read(path)
    assert "europepmc-med-2" in {each.source.id for each in documents}


def test_a_reply_that_is_cut_off_is_told(tmp_path):
    with pytest.raises(SourceUnreadableError, match="no whole reply"):
        read(write(tmp_path, "a.json", reply(europepmc_article(1, core=True))[:-5]))
