import os
from pathlib import Path

import pytest

from corpus.errors import SourceUnreadableError
from ingest.find import SourceFile, find_files, printable, resolve_root
from ingest.load import load, loader_for
from ingest.load_markdown import MarkdownLoader
from ingest.load_pdf import PdfLoader
from ingest.load_text import TextLoader
from ingest.loader import own_source, read_text


def as_file(path: Path) -> SourceFile:
    return SourceFile(path, path, printable(path.name))


def names(*roots: Path, homes=()) -> list[str]:
    return [file.name for file in find_files(roots, homes)]


def write(path: Path, content: str | bytes = "Text.") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_files_are_found_in_order_without_the_hidden_ones(tmp_path):
    for name in (
        "b.md",
        "a/z.md",
        "a/y.txt",
        ".git/x.md",
        ".hidden.md",
        "__pycache__/c.md",
        "README.md",
        "LICENSE",
    ):
        write(tmp_path / name)
    assert names(tmp_path) == ["a/y.txt", "a/z.md", "b.md"]
    assert names(tmp_path / "README.md") == ["README.md"]  # named by the user, so wanted


def test_a_file_in_two_roots_is_found_once(tmp_path):
    write(tmp_path / "a/z.md")
    assert names(tmp_path / "a/z.md", tmp_path, tmp_path / "a") == ["a/z.md"]


def test_a_file_is_named_by_its_place_in_the_folder_that_was_ingested_earlier(tmp_path):
    path = write(tmp_path / "a/z.md")
    (file,) = find_files([path], [tmp_path, tmp_path / "a", tmp_path / "other"])
    assert (file.root, file.name) == (tmp_path, "a/z.md")


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    secret = write(tmp_path / "secret/key.md")
    folder = tmp_path / "shared"
    write(folder / "own.md")
    (folder / "link.md").symlink_to(secret)
    (folder / "linked").symlink_to(secret.parent)
    (folder / "circle.md").symlink_to(folder / "circle.md")
    (folder / "broken.md").symlink_to(folder / "nothing.md")
    assert names(folder) == ["own.md"]


@pytest.mark.parametrize("missing", ["nothing", "bad\0name", "x" * 300])
def test_a_root_that_does_not_exist(tmp_path, missing):
    with pytest.raises(SourceUnreadableError, match=r"(no such file|cannot be opened).*Check the path"):
        list(find_files([tmp_path / missing]))


def test_a_root_that_is_no_file_or_folder(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceUnreadableError, match="neither a file nor a folder"):
        resolve_root(tmp_path / "pipe")
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("raw", "shown"),
    [(b"two\nlines.md", "two\\nlines.md"), (b"caf\xe9.md", "caf\\udce9.md"), ("café.md".encode(), "café.md")],
)
def test_odd_file_names_can_be_shown_and_stored(tmp_path, raw, shown):
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + raw)).write_text("Words.")
    (file,) = find_files([tmp_path])
    assert file.name == shown
    (document,) = load(file, file.sha256())
    f"{document.source.id} {document.source.title}".encode()


@pytest.mark.parametrize(
    ("name", "content", "loader"),
    [
        ("a.md", "x", MarkdownLoader),
        ("a.MARKDOWN", "x", MarkdownLoader),
        ("a.txt", "x", TextLoader),
        ("a.bin", b"%PDF-1.4 \x00", PdfLoader),
        ("a.pdf", b"\x00", PdfLoader),
        ("a.md", "About the %PDF- mark", MarkdownLoader),
        ("a.txt", "x".encode("utf-16"), TextLoader),
    ],
)
def test_the_loader_is_chosen_by_content_then_by_ending(tmp_path, name, content, loader):
    assert type(loader_for(as_file(write(tmp_path / name, content)))) is loader


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.md", b"\x89PNG\r\n\x00\x00", "binary"),
        ("a.docx", b"PK\x03\x04\x00", "not a readable Word document"),
        ("a.json", "{}", "without text"),
        ("a.xyz", "words", "'.xyz' are not supported"),
        ("noending", "words", "'noending' are not supported"),
        ("a.txt", "", "holds no text"),
        ("a.txt", "\u200b\ufeff\u202e", "holds no text"),
        ("a.md", "# Only\n\n## Headings", "no text under its headings"),
        ("a.md", "", "holds no text"),
    ],
)
def test_what_cannot_be_read_says_so_by_name_with_a_remedy(tmp_path, name, content, why):
    file = as_file(write(tmp_path / name, content))
    with pytest.raises(SourceUnreadableError, match=why) as caught:
        list(load(file, file.sha256()))
    assert caught.value.what.startswith(f"{name}: ")
    assert caught.value.remedy.endswith(".")


@pytest.mark.parametrize(
    "raw",
    [
        "Café – 5 µg".encode("utf-8-sig"),
        "Café – 5 µg".encode("utf-16"),
        b"\xfe\xff" + "Café – 5 µg".encode("utf-16-be"),
        "Café – 5 µg".encode("cp1252"),
        "Cafe\u0301 – 5 µg".encode(),
    ],
)
def test_encodings(tmp_path, raw):
    assert read_text(write(tmp_path / "a.txt", raw), "a.txt") == "Café – 5 µg"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_and_a_folder_that_may_not_be_read(tmp_path):
    file, folder = write(tmp_path / "closed.md"), write(tmp_path / "closed/a.md").parent
    file.chmod(0)
    folder.chmod(0)
    found = {each.name: each for each in find_files([tmp_path])}
    folder_mode = 0o755
    try:
        for name in ("closed.md", "closed"):
            with pytest.raises(SourceUnreadableError, match=f"{name}: cannot be opened"):
                list(load(found[name], found[name].sha256()))
    finally:
        folder.chmod(folder_mode)


def test_a_file_that_vanishes_or_changes_while_it_is_read(tmp_path):
    file = as_file(write(tmp_path / "a.md", "Old."))
    before = file.sha256()
    write(file.path, "New.")
    with pytest.raises(SourceUnreadableError, match="changed while it was read"):
        list(load(file, before))
    file.path.unlink()
    assert file.sha256() is None
    with pytest.raises(SourceUnreadableError, match="cannot be opened"):
        list(load(file, before))


def test_an_error_of_a_library_is_one_of_ours(tmp_path, monkeypatch):
    file = as_file(
        write(tmp_path / "a.md", "---\n" + "[" * 5000 + "\n---\nText.")
    )  # too deep for the YAML reader
    with pytest.raises(SourceUnreadableError, match=r"a\.md: "):
        list(load(file, file.sha256()))


def test_a_source_without_record_gets_one_from_its_path():
    source = own_source("folder/Ärzte_Blatt.md", "  Ein   Blatt ")
    assert source.title == "Ein Blatt"
    assert source.id.startswith("folder-rzte-blatt-")
    assert own_source("folder/a.md", "T").id != own_source("other/a.md", "T").id
    assert own_source("x" * 900 + ".md", "").title.startswith("Document xxx")
    assert own_source("長.md", "長い題").id.startswith("document-")


def test_lazy_load_gives_langchain_documents_with_record_and_sections(tmp_path):
    path = write(
        tmp_path / "a.md", "---\nid: a1\nkind: trial\ntitle: A trial\nyear: 1999\n---\n## Dose\n\nHalf.\n"
    )
    (found,) = MarkdownLoader(path).lazy_load()
    assert found.page_content == "Half.\n\n"
    assert found.metadata["source"] == str(path)
    assert {"id": "a1", "kind": "trial", "title": "A trial", "year": 1999}.items() <= found.metadata[
        "record"
    ].items()
    assert found.metadata["sections"] == [{"path": ["Dose"], "start": 0, "end": 7, "page": None}]
    assert [each.page_content for each in TextLoader(write(tmp_path / "b.txt", "Words.")).load()] == [
        "Words."
    ]
