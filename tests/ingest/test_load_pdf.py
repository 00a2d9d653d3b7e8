import pytest

from corpus.errors import SourceUnreadableError
from ingest.find import SourceFile
from ingest.load import load
from ingest.load_pdf import PdfLoader, flowing_text
from tests.ingest.pdfs import locked, make_pdf

PAGES = [["Diazepam lowers anxi-", "ety in adults.", "It acts on GABA."], [], ["Page three is here."]]


def read(tmp_path, content: bytes):
    path = tmp_path / "paper.pdf"
    path.write_bytes(content)
    file = SourceFile(path, path, "paper.pdf")
    (document,) = load(file, file.sha256())
    return document


def test_pages_are_sections_with_their_numbers(tmp_path):
    document = read(tmp_path, make_pdf(PAGES, title="On diazepam"))
    assert document.source.title == "On diazepam"
    assert [(each.page, each.span.of(document.text)) for each in document.sections] == [
        (1, "Diazepam lowers anxiety in adults. It acts on GABA."),
        (3, "Page three is here."),
    ]


def test_a_pdf_without_title_is_named_by_its_file(tmp_path):
    assert read(tmp_path, make_pdf(PAGES)).source.title == "paper"


def test_a_pdf_is_known_by_its_content(tmp_path):
    path = tmp_path / "paper.txt"
    path.write_bytes(make_pdf(PAGES))
    file = SourceFile(path, path, "paper.txt")
    assert load(file, file.sha256())[0].sections[0].page == 1


def test_passages_know_their_page(tmp_path, embedder):
    from corpus.facets import load_facets
    from ingest.chunk import chunk

    found = list(chunk(read(tmp_path, make_pdf(PAGES)), embedder.count_tokens, 200, load_facets()))
    assert [(each.page, each.text[:8]) for each in found] == [(1, "Diazepam"), (3, "Page thr")]


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("anxi-\nety", "anxiety"),
        ("anxi- \n ety", "anxiety"),
        ("anxi\u00ad\nety", "anxiety"),
        ("Ängst\u2010\nlich", "Ängstlich"),
        ("5-\nHT and GABA-\nA and COVID-\n19", "5-HT and GABA-A and COVID-19"),
        ("one\ntwo\n\nthree", "one two\n\nthree"),
        ("10 -\n20", "10 - 20"),
        ("a\r\nb", "a b"),
    ],
)
def test_lines_flow_into_text(page, text):
    assert flowing_text(page) == text


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not a readable PDF"),
        (make_pdf(PAGES)[:200], "not a readable PDF"),
        (b"%PDF-1.4\n" + b"\x00garbage" * 50, "not a readable PDF"),
        (make_pdf([[], []]), "only pictures of pages"),
        (locked(make_pdf(PAGES)), "protected by a password"),
    ],
)
def test_what_cannot_be_read_says_so_by_name_with_a_remedy(tmp_path, content, why):
    with pytest.raises(SourceUnreadableError, match=why) as caught:
        read(tmp_path, content)
    assert caught.value.what.startswith("paper.pdf: ")
    assert caught.value.remedy.endswith(".")


def test_a_pdf_locked_only_against_change_can_be_read(tmp_path):
    assert "GABA" in read(tmp_path, locked(make_pdf(PAGES), password="")).text


def test_any_error_of_the_pdf_library_is_one_of_ours(tmp_path, monkeypatch):
    from pypdf.errors import DependencyError

    def fail(*_):
        raise DependencyError("cryptography is needed")

    monkeypatch.setattr("pypdf.PdfReader", fail)
    (tmp_path / "a.pdf").write_bytes(b"%PDF-")
    with pytest.raises(SourceUnreadableError, match="password"):
        list(PdfLoader(tmp_path / "a.pdf").documents())
