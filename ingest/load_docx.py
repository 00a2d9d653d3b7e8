"""Read a Word document (.docx): its headings as sections, tables a row a line, its properties as the record.

Nothing that it links to is opened. Not for the older .doc, nor for zip files of other kinds.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

from corpus.errors import SourceUnreadableError
from ingest.document import Document, normalise
from ingest.fields import with_fields
from ingest.loader import SourceLoader, own_source
from ingest.unpack import blocks
from ingest.writer import Writer

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.table import Table
    from docx.text.paragraph import Paragraph

_LARGEST = 200 << 20  # bytes of the file itself
_MOST_UNPACKED = 400 << 20  # bytes of all parts together, pictures too
_MOST_TIMES_LARGER = 200  # of a part: text and XML compress tenfold, seldom more than fiftyfold
_SMALL = 1 << 20  # bytes: a part that unpacks to less does no harm, however well it was compressed
_MOST_PARTS = 10_000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_HEADING_STYLE = re.compile(r"heading (\d)")
_NO_AUTHOR = re.compile(r"python-docx|user|author|admin\w*|microsoft.*|\W*", re.IGNORECASE)
_NO_TITLE = re.compile(r"(word )?document\s?\d*|untitled.*|\W*", re.IGNORECASE)


class DocxLoader(SourceLoader):
    """One document a file; its title is the one in its properties, its Title style, or its first heading."""

    suffixes = (".docx",)

    def documents(self) -> Iterator[Document]:
        """Yield the one document of the file."""
        word = self._open()
        writer = Writer()
        shown_title = _write_body(word, writer)
        if not writer.length:
            raise SourceUnreadableError(
                f"{self.name}: holds no text.", "Save it again with its text, or as PDF."
            )
        about = word.core_properties
        given = normalise(about.title or "").strip()
        title = "" if _NO_TITLE.fullmatch(given) else given
        first = next((section.path[0] for section in writer.sections if section.path), "")
        source, _ = with_fields(
            own_source(self.name, title or shown_title or first or self.title), _record(about)
        )
        yield Document(source, writer.text, tuple(writer.sections))

    def _open(self) -> WordDocument:
        import docx

        raw = b""
        for block in blocks(self.path, self.name):
            raw += block
            if len(raw) > _LARGEST:
                raise SourceUnreadableError(
                    f"{self.name}: is larger than {_LARGEST >> 20} MB.", "Take the pictures out of it."
                )
        try:
            _check_parts(raw, self.name)
            return docx.Document(BytesIO(raw))
        except SourceUnreadableError:
            raise
        except Exception as error:
            # python-docx and zipfile meet broken files with any kind of error; each means the same here.
            problem = " ".join(f"{type(error).__name__}: {error}".split())[:120]
            raise SourceUnreadableError(
                f"{self.name}: is not a readable Word document ({problem}).",
                "Open it and save it again as .docx.",
            ) from error


def _check_parts(raw: bytes, name: str) -> None:
    """Refuse an archive that would unpack to too much, or out of its folder.

    Raises:
        SourceUnreadableError: It would.
    """
    with zipfile.ZipFile(BytesIO(raw)) as archive:
        parts = archive.infolist()
    names = [part.filename for part in parts]
    escapes = any(part.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", part) for part in names)
    bombs = any(part.file_size > max(_SMALL, part.compress_size * _MOST_TIMES_LARGER) for part in parts)
    total = sum(part.file_size for part in parts)
    if escapes or bombs or total > _MOST_UNPACKED or len(parts) > _MOST_PARTS or len(set(names)) < len(names):
        raise SourceUnreadableError(
            f"{name}: is not packed as Word packs documents: its parts are too many, too large, or misnamed.",
            "If you trust where it comes from, open it and save it again.",
        )


def _write_body(word: WordDocument, writer: Writer) -> str:
    """Write all paragraphs and tables in order; return what stands in the Title style."""
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    title = ""
    for element in _blocks_of(word.element.body):
        if element.tag == f"{_W}tbl":
            _write_table(Table(element, word._body), writer)
            continue
        text = _text(element)
        level, is_title = _style(Paragraph(element, word._body))
        heading = " ".join(text.split())
        if is_title and heading and not title:
            title = heading
        elif level and heading:
            writer.heading(level, heading)
        else:
            writer.add(text)
    writer.close()
    return title


def _blocks_of(parent: Any) -> Iterator[Any]:  # noqa: ANN401 - python-docx gives it no type
    """Paragraphs and tables, also those in content controls, which python-docx passes over."""
    for element in parent:
        if element.tag in {f"{_W}p", f"{_W}tbl"}:
            yield element
        elif element.tag in {f"{_W}sdt", f"{_W}sdtContent", f"{_W}customXml", f"{_W}ins"}:
            yield from _blocks_of(element)


def _text(element: Any) -> str:  # noqa: ANN401
    """The words of a paragraph or cell as they are seen, tracked insertions too; not its deletions."""
    parts: list[str] = []
    for node in element.iter(*(f"{_W}{name}" for name in ("t", "tab", "br", "cr", "noBreakHyphen", "p"))):
        name = node.tag.removeprefix(_W)
        if any(each.tag == _FALLBACK for each in node.iterancestors()):
            continue  # what old programs are shown instead of the same words before it
        text = node.text or "" if name == "t" else {"noBreakHyphen": "-", "tab": "\t"}.get(name, "\n")
        is_raised = (
            name == "t"
            and node.getparent().find(f"{_W}rPr/{_W}vertAlign[@{_W}val='superscript']") is not None
        )
        if is_raised and text[:1].isdigit() and "".join(parts)[-1:].isdigit():
            text = f"^{text}"  # else 10 to the sixth would read 106
        parts.append(text)
    return normalise("".join(parts)).strip()


def _style(paragraph: Paragraph) -> tuple[int, bool]:
    """The level of a heading, 0 for other paragraphs, and whether it is the title.

    By the style or one that it is based on: templates have headings of their own. Style names are the English
    ones in every language of Word.
    """
    style: Any = paragraph.style
    for _ in range(20):  # a damaged file may base a style on itself
        if style is None:
            break
        name = (style.name or "").casefold()
        if found := _HEADING_STYLE.fullmatch(name):
            return int(found[1]), False
        if name == "title":
            return 0, True
        style = style.base_style
    return 0, False


def _write_table(table: Table, writer: Writer) -> None:
    """Write a row a line, "Head: cell; Head: cell" where the first row is of heads."""
    rows = [[" ".join(_text(cell._tc).split()) for cell in _cells(row)] for row in table.rows]
    heads = rows[0] if len(rows) > 1 and len(rows[0]) > 1 and all(rows[0]) else []
    for row in rows[1:] if heads else rows:
        if heads and len(row) == len(heads):
            writer.add("; ".join(f"{head}: {cell}" for head, cell in zip(heads, row, strict=True) if cell))
        else:
            writer.add(" | ".join(filter(None, row)))


def _cells(row: Any) -> list[Any]:  # noqa: ANN401 - python-docx names no type for a row with merged cells
    """The cells of a row, each once: one that spans columns stands in all of them."""
    return list({cell._tc: cell for cell in row.cells}.values())


def _record(about: Any) -> dict[str, Any]:  # noqa: ANN401 - python-docx's core properties
    author = normalise(about.author or "").strip()
    changed = about.modified
    return {
        "authors": () if _NO_AUTHOR.fullmatch(author) else tuple(re.split(r"\s*;\s*", author)),
        # Not its year: a guideline of 2010 that was copied last week was not published last week.
        "dated": f"last changed {changed.date().isoformat()}" if changed else "",
    }
