from ingest.document import Section, Span
from ingest.load_text import TextLoader


def test_a_text_file_is_one_section(tmp_path):
    (tmp_path / "notes_on-diazepam.txt").write_bytes(b"One.\r\n\r\nTwo.\x0cThree.")
    (document,) = TextLoader(tmp_path / "notes_on-diazepam.txt").documents()
    assert document.text == "One.\n\nTwo.\nThree."
    assert document.sections == (Section((), Span(0, len(document.text))),)
    assert document.source.title == "notes on diazepam"
