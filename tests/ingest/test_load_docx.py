import zipfile
from datetime import datetime
from io import BytesIO

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.errors import SourceUnreadableError
from tests.ingest.formats import headings, read, says, write
from tests.ingest.mutated import mutated, told_by


def word(title="Stopping slowly", author="Ann Roe; Jo Doe") -> bytes:
    made = docx.Document()
    made.core_properties.title, made.core_properties.author = title, author
    made.core_properties.modified = datetime(2022, 3, 4)
    made.add_heading("How to stop alphazolam", 0)
    made.add_paragraph("This leaflet is about stopping.")
    made.add_heading("How to stop", 1)
    made.add_paragraph("Reduce by a tenth every two weeks.")
    made.add_paragraph("Go slower near the end.", style="List Bullet")
    made.add_heading("What may happen", 2)
    counts = made.add_paragraph("Counts of 10")
    counts.add_run("6").font.superscript = True
    counts.add_run(" were seen.")
    table = made.add_table(rows=3, cols=2)
    for at, cells in enumerate([("Week", "Dose"), ("1", "10 mg"), ("3", "9 mg")]):
        table.cell(at, 0).text, table.cell(at, 1).text = cells
    made.add_heading("Appendix", 1)
    made.add_paragraph("The end.")
    return saved(made)


def saved(made) -> bytes:
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def packed(**parts: bytes) -> bytes:
    """The document with further parts."""
    out = BytesIO(word())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_headings_are_sections_and_tables_a_row_a_line(tmp_path):
    (document,), remarks = read(write(tmp_path, "leaflet.docx", word()))
    assert remarks == []
    assert document.source.title == "Stopping slowly"
    assert document.source.authors == ("Ann Roe", "Jo Doe")
    assert (document.source.dated, document.source.year) == ("last changed 2022-03-04", None)
    assert says(document) == {
        "": "This leaflet is about stopping.",
        "How to stop": "Reduce by a tenth every two weeks. Go slower near the end.",
        "How to stop > What may happen": "Counts of 10^6 were seen. Week: 1; Dose: 10 mg Week: 3; Dose: 9 mg",
        "Appendix": "The end.",
    }


@pytest.mark.parametrize("nothing", ["", "Document1", "Untitled", "-"])
def test_a_title_or_author_that_is_none_is_not_taken(tmp_path, nothing):
    (document,), _ = read(write(tmp_path, "leaflet.docx", word(nothing, "Admin")))
    assert document.source.title == "How to stop alphazolam"
    assert document.source.authors == ()


def test_a_word_document_is_known_by_its_content(tmp_path):
    (document,), _ = read(write(tmp_path, "leaflet.download", word()))
    assert document.source.title == "Stopping slowly"


def test_text_in_controls_and_tracked_insertions_is_read_and_deletions_are_not(tmp_path):
    made = docx.Document()
    body = made.element.body
    body.insert(0, parse_xml(
        f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>In a control.</w:t></w:r></w:p></w:sdtContent>"
        "</w:sdt>"
    ))  # fmt: skip
    body.insert(1, parse_xml(
        f"<w:p {nsdecls('w')}><w:r><w:t>Take </w:t></w:r><w:del><w:r><w:delText>10</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>5</w:t></w:r></w:ins><w:r><w:t> mg.</w:t></w:r></w:p>"
    ))  # fmt: skip
    (document,), _ = read(write(tmp_path, "a.docx", saved(made)))
    assert document.text == "In a control.\n\nTake 5 mg.\n\n"


def test_headings_of_a_template_are_headings(tmp_path):
    made = docx.Document()
    style = made.styles.add_style("Clinic title", 1)
    style.base_style = made.styles["Heading 2"]
    made.add_paragraph("Dose", style="Clinic title")
    made.add_paragraph("Half.")
    (document,), _ = read(write(tmp_path, "a.docx", saved(made)))
    assert headings(document) == ["Dose"]


@pytest.mark.parametrize(
    "content",
    [
        packed(**{"../../evil.xml": b"x"}),
        packed(**{"/etc/evil": b"x"}),
        packed(**{"word/bomb.xml": b" " * (40 << 20)}),
    ],
    ids=["out of its folder", "absolute", "bomb"],
)
def test_an_archive_that_no_word_made_is_refused(tmp_path, content):
    with pytest.raises(SourceUnreadableError, match="not packed as Word packs"):
        read(write(tmp_path, "a.docx", content))


def test_no_entity_is_expanded(tmp_path):
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(word())) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            if part == "word/document.xml":
                content = content.replace(
                    b"<w:document", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document', 1
                ).replace(b"The end.", b"The end.&x;")
            new.writestr(part, content)
    try:
        (document,), _ = read(write(tmp_path, "a.docx", out.getvalue()))
    except SourceUnreadableError:
        return
    assert "root:" not in document.text


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is not a readable Word document|holds no text|not supported"),
        (b"PK\x03\x04word/", "is not a readable Word document"),
        (word()[:3000], "is not a readable Word document"),
        (saved(docx.Document()), "holds no text"),
    ],
)
def test_what_cannot_be_read_says_so(tmp_path, content, why):
    with pytest.raises(SourceUnreadableError, match=why):
        read(write(tmp_path, "a.docx", content))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_ends_in_another_error(tmp_path, data):
    told = told_by(lambda: read(write(tmp_path, "a.docx", data.draw(mutated(word())))))
    assert told is None or "a.docx" in told
