import pytest

from corpus.errors import SourceUnreadableError
from tests.ingest.formats import MEDLINE, headings, read, says, write


def test_records_with_their_fields_and_the_parts_of_the_abstract(tmp_path):
    (first, third), (remark,) = read(write(tmp_path, "set.nbib", MEDLINE))
    source = first.source
    assert source.id == "pmid-11"
    assert source.title == "A randomised trial of alpha in adults."
    assert source.authors == ("Roe AB", "Alpha Study Group")
    assert (source.year, source.dated) == (1998, "1998 Dec-1999 Jan")
    assert (source.doi, source.pmcid, source.kind) == ("10.1000/alpha.11", "PMC77", "trial")
    assert source.retracted
    assert not source.concern
    assert headings(first) == ["BACKGROUND", "METHODS", "RESULTS", "CONCLUSIONS"]
    assert says(first)["METHODS"] == "We gave alpha (GABA: 2 mg) to 40 adults."
    assert (third.source.id, third.source.retracted, third.source.concern) == ("pmid-13", True, True)
    assert third.source.dated is None
    assert "1 left out: without an abstract" in remark
    assert "(PMID 12)" in remark


def test_line_ends_of_other_systems_and_a_compressed_file(tmp_path):
    plain, _ = read(write(tmp_path, "set.txt", MEDLINE))
    other, _ = read(write(tmp_path, "set.txt.gz", MEDLINE.replace("\n", "\r\n")))
    assert [each.text for each in plain] == [each.text for each in other]


@pytest.mark.parametrize("pmid", ["0", "12a", "1234567890"])
def test_a_record_without_a_usable_pmid_is_left_out(tmp_path, pmid):
    documents, (remark,) = read(write(tmp_path, "set.txt", MEDLINE.replace("PMID- 13", f"PMID- {pmid}")))
    assert len(documents) == 1
    assert f"without a PMID (PMID {pmid})" in remark


def test_a_file_without_abstracts_says_so(tmp_path):
    with pytest.raises(
        SourceUnreadableError, match=r"set\.txt: 1 left out: without an abstract .*\(PMID 3\)"
    ):
        read(write(tmp_path, "set.txt", "PMID- 3\nTI  - Alpha.\n"))
