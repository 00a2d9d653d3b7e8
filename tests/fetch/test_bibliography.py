# ruff: noqa: E501 - the samples stand as such files do
"""Bibliographies as people keep them. The works are made up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import SourceUnreadableError
from ingest.fetch.bibliography import Named, named, named_works
from tests.fetch.works import jats

FILES = {
    "refs.txt": "Test A. doi:10.5555/test.1.\n123\nPMID: 456 Test\nhttps://doi.org/10.5555/(test)78.2)\nno work\nPMC777777\n",
    "refs.yaml": "- doi: 10.5555/TEST.1\n  pmid: '123'\n- pmid: 456\n- 10.5555/test.3\n- references: [{doi: 10.5555/test.4}]\n",
    "refs.json": '[{"DOI": "10.5555/test.1", "PMID": "123", "title": "Test article 1"}, {"DOI": "10.5555/test.2"}]',
    "refs.csv": "Title,DOI,PMID\nTest article 1,https://doi.org/10.5555/test.1,\nTest article 2,,456\n",
    "refs.bib": "@article{a1,\n title={Test article 1},\n doi = {10.5555/test.1},\n pmid = {123}\n}\n\n@book{b2, title={B}}\n"
    "@article{c3, doi={10.5555/test.3}, year=2020}\n",
    "refs.ris": "TY  - JOUR\nTI  - Test article 1\nDO  - 10.5555/test.1\nER  - \n\nTY  - JOUR\nAN  - 1234567\n"
    "DB  - PubMed\nER  - \n",
    "refs.nbib": "PMID- 123\nTI  - Test article 1\nLID - 10.5555/test.1 [doi]\n\nPMID- 456\nTI  - Test article 2\n",
    "refs.xml": jats(1),
}
WORKS = {
    "refs.txt": [Named("10.5555/test.1"), Named("", "123"), Named("", "456"), Named("10.5555/(test)78.2"),
                 Named("", "", "PMC777777")],
    "refs.yaml": [Named("10.5555/test.1", "123"), Named("", "456"), Named("10.5555/test.3"), Named("10.5555/test.4")],
    "refs.json": [Named("10.5555/test.1", "123"), Named("10.5555/test.2")],
    "refs.csv": [Named("10.5555/test.1"), Named("", "456")],
    "refs.bib": [Named("10.5555/test.1", "123"), Named("10.5555/test.3")],
    "refs.ris": [Named("10.5555/test.1"), Named("", "1234567")],
    "refs.nbib": [Named("10.5555/test.1", "123"), Named("", "456")],
    "refs.xml": [Named("", "4"), Named("10.5555/test.5")],
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_every_format_names_its_works(name, tmp_path):
    path = tmp_path / name
    path.write_text(FILES[name], encoding="utf-8")
    assert named_works(path) == WORKS[name]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("refs.txt", b"a book\nanother book\n", "names no work"), ("refs.yaml", b"- [", "is broken"),
        ("refs.txt", b"\x00\x01\x02", "binary"), ("refs.txt", b"", "no text"),
    ],
)  # fmt: skip
def test_what_names_no_work_is_told(name, content, says, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SourceUnreadableError, match=says):
        named_works(path)


@given(st.text(max_size=300), st.sampled_from([".txt", ".yaml", ".csv", ".bib", ".ris", ".json"]))
def test_whatever_a_file_holds_it_names_works_or_says_why(tmp_path_factory, text, suffix):
    path = tmp_path_factory.getbasetemp() / f"wild{suffix}"
    path.write_text(text, encoding="utf-8", errors="replace", newline="")
    try:
        assert named_works(path)
    except SourceUnreadableError as error:
        assert error.remedy  # noqa: PT017


@given(
    st.from_regex(r"10\.5555/[a-z0-9.()-]{1,20}[a-z0-9]", fullmatch=True),
    st.sampled_from(["", "doi:", "https://doi.org/"]),
)
def test_a_doi_is_the_same_with_and_without_its_resolver(doi, before):
    assert named(f"{before}{doi.upper()}", "", "") == named(doi, "", "") != Named()
