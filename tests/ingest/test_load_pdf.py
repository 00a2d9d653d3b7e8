import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.errors import SourceUnreadableError
from ingest.find import SourceFile
from ingest.load import load
from ingest.pdf_lines import Line
from ingest.pdf_order import in_reading_order
from ingest.pdf_text import flowing_text
from tests.ingest.mutated import mutated, told_by
from tests.ingest.pdfs import Piece, column, locked, make_pdf, packed_pdf

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
        (1, "Diazepam lowers anxiety in adults. It acts on GABA.\n\n"),
        (3, "Page three is here.\n\n"),
    ]


def test_a_pdf_without_title_is_named_by_its_file(tmp_path):
    assert read(tmp_path, make_pdf(PAGES)).source.title == "paper"


def test_a_pdf_is_known_by_its_content(tmp_path):
    path = tmp_path / "paper.txt"
    path.write_bytes(make_pdf(PAGES))
    file = SourceFile(path, path, "paper.txt")
    (document,) = load(file, file.sha256())
    assert document.sections[0].page == 1


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


def words(name: str, count: int, width: int = 46) -> list[str]:
    """Lines of a column, as long as those of a paper."""
    return [f"{name} line {at} says something of alpha in adults."[:width] for at in range(count)]


def test_a_page_in_two_columns_is_read_column_by_column(tmp_path):
    left, right = column(words("Left", 12), 60, 650), column(words("Right", 12), 320, 650)
    rows = [piece for pair in zip(left, right, strict=True) for piece in pair]  # as some programs write them
    wide = [
        Piece(
            "An abstract that runs over both of the columns of this page, from edge to edge of it.", 60, 690
        )
    ]
    text = read(tmp_path, make_pdf([[*wide, *rows]])).text
    places = [
        text.index(each)
        for each in ("An abstract", "Left line 0", "Left line 11", "Right line 0", "Right line 11")
    ]
    assert places == sorted(places)


def test_a_sentence_that_a_column_cuts_is_whole(tmp_path):
    left = column([*words("Left", 8), "Alpha is given to"], 60, 650)
    right = column(["adults alone.", *words("Right", 8)], 320, 650)
    assert "Alpha is given to adults alone." in read(tmp_path, make_pdf([[*left, *right]])).text


def test_a_sentence_that_a_page_cuts_is_whole_on_the_page_where_it_begins(tmp_path):
    first = column([*words("First", 5), "Alpha is given to"], 60, 650)
    note = Piece("1 A note at the foot.", 60, 120, 6)
    document = read(
        tmp_path,
        make_pdf([[*first, note], column(["adults alone. Beta is not.", *words("Next", 4)], 60, 650)]),
    )
    first_page, second_page = (section.span.of(document.text) for section in document.sections)
    assert "Alpha is given to adults alone." in first_page
    assert second_page.startswith("Beta is not.")


def test_type_shows_the_title_and_the_headings(tmp_path):
    pieces = [
        Piece("A trial of alpha in adults", 60, 740, 20), Piece("Ann Roe and Jo Doe", 60, 710, 10),
        Piece("Methods", 60, 680, 14), Piece("Patients", 60, 660, 10, True),
        *column(words("Method", 6), 60, 645),
        Piece("Results", 60, 550, 14), *column(words("Result", 6), 60, 530),
    ]  # fmt: skip
    document = read(tmp_path, make_pdf([pieces]))
    assert document.source.title == "A trial of alpha in adults"
    assert [section.path for section in document.sections] == [(), ("Methods", "Patients"), ("Results",)]
    assert "A trial of alpha" not in document.text


def test_large_type_with_nothing_under_it_is_text(tmp_path):
    rows = [Piece("Dose n Remission", 60, 500, 14), Piece("5 mg 20 11", 60, 480, 14)]
    document = read(tmp_path, make_pdf([[*column(words("Body", 9), 60, 700), *rows]]))
    assert "Dose n Remission" in document.text
    assert "5 mg 20 11" in document.text


def test_running_headers_footers_and_page_numbers_are_left_out(tmp_path):
    pages = [
        [
            Piece(f"J Tests 2020;3:{10 + number}", 60, 760, 8), *column(words(f"Page{number}", 8), 60, 650),
            Piece(f"Page {number} of 4", 280, 30, 8), Piece(f"{number}", 60, 30, 8),
        ]
        for number in range(1, 5)
    ]  # fmt: skip
    text = read(tmp_path, make_pdf(pages)).text
    assert "J Tests" not in text
    assert "of 4" not in text
    assert [f"Page{number} line 7" in text for number in range(1, 5)] == [True] * 4


@pytest.mark.parametrize(
    "title", ["Microsoft Word - paper_final2.doc", "untitled", "paper.pdf", "10.1000/xyz", "123", "Document1"]
)
def test_a_title_that_is_none_is_not_taken(tmp_path, title):
    assert read(tmp_path, make_pdf(PAGES, title=title)).source.title == "paper"


def test_the_name_of_a_program_is_no_part_of_a_title(tmp_path):
    assert read(tmp_path, make_pdf(PAGES, title="Microsoft Word - On diazepam")).source.title == "On diazepam"


def test_a_doi_of_the_properties_is_in_the_record(tmp_path):
    pdf = make_pdf(PAGES, title="On alpha", subject="J Tests 2020, doi:10.1000/alpha.7")
    assert read(tmp_path, pdf).source.doi == "10.1000/alpha.7"
    assert read(tmp_path, make_pdf(PAGES, title="On alpha", subject="Diazepam")).source.doi is None


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.pdf_lines._LARGEST_STREAM", 3 << 20)
    assert (
        read(tmp_path, packed_pdf(b"BT /F1 12 Tf 72 720 Td (Alpha calms.) Tj ET")).text == "Alpha calms.\n\n"
    )
    with pytest.raises(SourceUnreadableError, match="unpacks to more than 3 MB"):
        read(tmp_path, packed_pdf(b" " * (4 << 20)))


def test_a_page_without_text_is_told(tmp_path):
    path = tmp_path / "paper.pdf"
    path.write_bytes(make_pdf(PAGES))
    remarks: list[str] = []
    file = SourceFile(path, path, "paper.pdf")
    list(load(file, file.sha256(), remarks.append))
    assert "pages without text, perhaps pictures (page 2)" in remarks[0]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_ends_in_another_error(tmp_path, data):
    content = data.draw(mutated(make_pdf([[*words("One", 3)], [*words("Two", 3)]], title="On alpha")))
    told = told_by(lambda: read(tmp_path, content))
    assert told is None or "paper.pdf" in told


@given(
    st.lists(
        st.builds(
            Line, st.text(min_size=1, max_size=30), *[st.floats(0, 600)] * 4, st.floats(1, 30), st.booleans()
        ),
        max_size=30,
    )
)
def test_no_line_is_lost_in_ordering(lines):
    ordered = [line for column in in_reading_order(lines) for line in column]
    letters = lambda found: sorted(char for line in found for char in line.text if not char.isspace())  # noqa: E731
    assert letters(ordered) == letters(lines)
