import gzip
import json

import pytest

from ingest.recognise import FORMATS, Head, head_of, recognise
from tests.ingest.formats import BOOK, DATA, JATS, LABEL, MEDLINE, article, article_set, write

XML = '<?xml version="1.0"?>\n<!-- a <PubmedArticleSet> in a comment -->\n'
FDA = json.dumps({"meta": {"terms": "https://open.fda.gov/terms/"}, "results": []})


@pytest.mark.parametrize(
    ("content", "suffix", "name"),
    [
        (article_set(article()), ".xml", "PubMed XML"),
        (article_set(article()), ".txt", "PubMed XML"),
        (BOOK, "", "PubMed XML"),
        (f"{XML}<!DOCTYPE eSearchResult [<!ENTITY a '>'>]><eSearchResult>", ".xml", "PubMed XML"),
        (JATS, ".nxml", "JATS"),
        (f"{XML}<pmc-articleset><article>", ".xml", "JATS"),
        ("<OAI-PMH><record><article><front>", ".xml", "JATS"),
        ("<OAI-PMH><record><dc>", ".xml", None),
        ("<article><h1>A page</h1></article>", ".xml", None),
        (LABEL, ".xml", "drug label (SPL)"),
        ("<document><section>", ".xml", None),
        (FDA, ".json", "drug label (openFDA)"),
        (MEDLINE, ".txt", "MEDLINE text"),
        (MEDLINE, ".nbib", "MEDLINE text"),
        ("PMID numbers are given below.", ".txt", "plain text"),
        ("About <PubmedArticleSet> files", ".md", "Markdown"),
        (f"{XML}<other/>", ".xml", None),
        ("\x00\x01\x02", ".txt", None),
        ("", ".xml", None),
    ],
)
def test_a_format_is_known_by_what_stands_in_the_file(content, suffix, name):
    found = recognise(Head(content.encode(), suffix))
    assert (found.name if found else None) == name


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_marks_and_compression_do_not_hide_it(tmp_path, encoding):
    raw = article_set(article()).replace(' encoding="utf-8"', "").encode(encoding)
    path = tmp_path / "set.xml.GZ"
    path.write_bytes(gzip.compress(raw))
    head = head_of(path, path.name)
    assert (head.suffix, head.gzipped) == (".xml", True)
    assert recognise(head).name == "PubMed XML"
    named_otherwise = write(tmp_path, "set.dat", path.read_bytes())
    assert recognise(head_of(named_otherwise, "set.dat")).name == "PubMed XML"


def test_a_compressed_text_is_not_taken_for_a_text(tmp_path):
    assert recognise(head_of(write(tmp_path, "a.txt.gz", "Words."), "a.txt.gz")) is None


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.loader)
def test_every_format_has_its_loader(form):
    assert form.loader_class().__name__ == form.loader.partition(":")[2]


@pytest.mark.parametrize(
    "prolog", ["<!--" * 9000, "<!DOCTYPE a [" + "]" * 60000, "<?x " * 15000, " " * 65536]
)
def test_an_endless_prolog_is_no_trouble(prolog):
    assert recognise(Head(prolog.encode(), ".xml")) is None


@pytest.mark.skipif(not DATA.is_dir(), reason="the data sets are not here")
@pytest.mark.parametrize(
    ("folder", "pattern", "name"),
    [
        ("pubmed_xml", "*.xml", "PubMed XML"), ("eutils", "*.xml", "PubMed XML"), ("pmc_jats", "*", "JATS"),
        ("fda_spl", "*.xml", "drug label (SPL)"), ("medline_txt", "*.txt", "MEDLINE text"),
    ],
)  # fmt: skip
def test_real_files_are_recognised(folder, pattern, name):
    paths = sorted((DATA / folder).glob(pattern))
    assert paths
    assert {recognise(head_of(path, path.name)).name for path in paths} == {name}
