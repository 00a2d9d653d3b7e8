"""PDFs written by hand, as small as they can be."""

import zlib
from collections.abc import Sequence
from io import BytesIO
from typing import NamedTuple

from pypdf import PdfReader, PdfWriter


class Piece(NamedTuple):
    """A line of text with its place on a page of 612 by 792 points."""

    text: str
    x: float
    y: float
    size: float = 10
    bold: bool = False


def column(lines: Sequence[str], x: float, top: float, size: float = 10) -> list[Piece]:
    """Lines one under the other."""
    return [Piece(line, x, top - 1.2 * size * at, size) for at, line in enumerate(lines)]


def make_pdf(pages: Sequence[Sequence[str | Piece]], title: str = "", subject: str = "") -> bytes:
    """A PDF with a page for each list of lines; a page without lines holds a picture only."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    objects.append(f"<< /Title ({title}) /Subject ({subject}) >>" if title or subject else "<< >>")
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>")
    kids = []
    for lines in pages:
        pieces = [
            line if isinstance(line, Piece) else Piece(line, 72, 720 - 14 * at, 12)
            for at, line in enumerate(lines)
        ]
        drawn = [
            f"BT /F{1 + each.bold} {each.size} Tf {each.x} {each.y} Td ({each.text}) Tj ET" for each in pieces
        ]
        content = " ".join(drawn) or "0.5 g 100 100 300 300 re f"
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] "
            f"/Resources << /Font << /F1 3 0 R /F2 5 0 R >> >> /Contents {len(objects)} 0 R >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out = BytesIO(b"")
    out.write(b"%PDF-1.4\n")
    places = []
    for number, each in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{each}\nendobj\n".encode("latin-1"))
    start = out.tell()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode())
    out.write(
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 4 0 R >>\n"
        f"startxref\n{start}\n%%EOF\n".encode()
    )
    return out.getvalue()


def packed_pdf(content: bytes) -> bytes:
    """A PDF of one page whose content is packed."""
    packed = zlib.compress(content)
    made = make_pdf([["x"]])
    start, end = made.index(b"<< /Length"), made.index(b"\nendstream")
    stream = f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode() + packed
    return made[:start] + stream + made[end:]


def locked(pdf: bytes, password: str = "secret") -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf)))
    writer.encrypt(password, algorithm="RC4-128")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
