"""Damaged files of every format that is read record by record: at worst an error that names the file."""

import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.errors import CitewellError
from tests.ingest.formats import (
    BOOK,
    DATA,
    JATS,
    LABEL,
    MEDLINE,
    article,
    article_set,
    read,
    write,
)
from tests.ingest.mutated import mutated
from tests.ingest.test_load_openfda import reply, result

SAMPLES = {
    "set.xml": article_set(article(1), article(2)).encode(),
    "book.xml": BOOK.encode(),
    "set.nbib": MEDLINE.encode(),
    "full.nxml": JATS.encode(),
    "label.xml": LABEL.encode(),
    "label.json": reply(result(1), result(2)).encode(),
}
SETTINGS = settings(
    max_examples=60, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


def survives(folder, name: str, raw: bytes) -> None:
    try:
        documents, told = read(write(folder, name, raw))  # which checks the offsets of each
    except CitewellError as error:
        documents, told = None, [error.what]
    assert documents != []
    assert all(each.startswith(name) and len(each) < 3000 for each in told)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_damaged_sample(name, tmp_path):
    @SETTINGS
    @given(mutated(SAMPLES[name]))
    def run(raw):
        survives(tmp_path, name, raw)

    run()


REAL = ["pubmed_xml/biopython_pubmed2.xml", "medline_txt/pubmed_result2.txt", "pmc_jats/mds526.nxml",
        "fda_spl/no-title.xml"]  # fmt: skip


@pytest.mark.skipif(not DATA.is_dir(), reason="the data sets are not here")
@pytest.mark.parametrize("name", REAL)
def test_a_damaged_real_file(name, tmp_path):
    path = DATA / name

    @settings(SETTINGS, max_examples=25)
    @given(mutated(path.read_bytes()))
    def run(raw):
        survives(tmp_path, path.name, raw)

    run()


TAGS = [
    "<PubmedArticle>", "</PubmedArticle>", "<PMID>1</PMID>", "<MedlineCitation>", "</MedlineCitation>",
    "<Article>", "</Article>", "<Abstract><AbstractText>Words.</AbstractText></Abstract>", "<i>", "</i>",
    "&amp;", "&", "<", "\x00", "<!--", "-->", "<![CDATA[", "]]>", "<?x", "?>", "<!DOCTYPE x>",
]  # fmt: skip


@SETTINGS
@given(st.lists(st.sampled_from(TAGS), max_size=30).map("".join))
def test_tags_in_any_order(tmp_path_factory, text):
    survives(tmp_path_factory.mktemp("wild"), "set.xml", f"<PubmedArticleSet>{text}".encode())


def test_a_large_set_needs_the_memory_of_one_record(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.unpack._BLOCK", 1 << 14)
    path = write(tmp_path, "set.xml.gz", article_set(*map(article, range(1, 801))))
    from ingest.load_pubmed import PubmedLoader

    loader = PubmedLoader(path)
    next(iter(loader.documents()))  # what is loaded once, such as the table of kinds
    tracemalloc.start()
    try:
        assert sum(1 for _ in loader.documents()) == 800
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1 << 19  # the set has 1.3 MB
