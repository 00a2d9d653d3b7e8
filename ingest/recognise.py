"""Which format a file has, by what stands in it; its ending decides only where the content says nothing.

One row of `FORMATS` a format, the surest signs first. Not for reading the file: each row names its loader.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import cast

from corpus.errors import SourceUnreadableError
from ingest.loader import SourceLoader
from ingest.unpack import blocks, decode, is_gzipped

_HEAD = 64 << 10  # bytes: the prolog and first record of every format that we read are shorter
# What may stand before the first element: white space, declarations, comments, a DTD with its subset.
_PROLOG = re.compile(
    r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)", re.DOTALL | re.IGNORECASE
)
_ROOT = re.compile(r"\s*<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")


@dataclass(frozen=True)
class Head:
    """The start of a file.

    Attributes:
        data: Its first 64 KiB, unpacked.
        suffix: The ending of its name in lower case, without a ".gz".
        gzipped: Whether it is compressed.
    """

    data: bytes
    suffix: str
    gzipped: bool = False

    @cached_property
    def text(self) -> str:
        """The start as text; bytes that are no text come out as odd characters, never as an error."""
        return decode(self.data)

    @cached_property
    def root(self) -> str:
        """Name of the outermost XML or HTML element, without its prefix; empty where there is none."""
        at = 0
        while skipped := _PROLOG.match(self.text, at):
            at = skipped.end()
        found = _ROOT.match(self.text, at)
        return found[1] if found else ""

    @property
    def is_binary(self) -> bool:
        """Whether it holds bytes that no text holds."""
        return b"\x00" in self.data[:4096] and not self.data.startswith((b"\xff\xfe", b"\xfe\xff"))


@dataclass(frozen=True)
class Format:
    """A format: its name in messages, how its start is known, and its loader as ``module:Class``."""

    name: str
    matches: Callable[[Head], bool]
    loader: str

    def loader_class(self) -> type[SourceLoader]:
        """Import the loader."""
        module, _, name = self.loader.partition(":")
        return cast("type[SourceLoader]", getattr(import_module(module), name))


def _is_jats(head: Head) -> bool:
    # OAI-PMH wraps articles of many formats, and HTML has an element of the same name.
    has_front = bool(re.search(r"<(\w+:)?front[\s>/]", head.text))
    return head.root == "pmc-articleset" or (head.root in {"article", "OAI-PMH"} and has_front)


def _is_medline(head: Head) -> bool:
    return bool(re.match(r"\s*PMID ?- ?\d+\s", head.text))


def _is_openfda(head: Head) -> bool:
    signs = ('"openfda"', "open.fda.gov", '"spl_set_id"')
    return bool(re.match(r"\s*[\[{]", head.text)) and any(sign in head.text for sign in signs)


def _is_europepmc(head: Head) -> bool:
    return bool(re.match(r"\s*\{", head.text)) and '"resultList"' in head.text and '"hitCount"' in head.text


def _is_medquad(head: Head) -> bool:
    if head.root in {"Document", "doc"}:
        return bool(re.search(r"<(Focus|QAPairs?|doctitle-focus|qaPairs)[\s>]", head.text))
    return {"qtype", "question", "answer"} <= set(_first_object(head))


def _is_docx(head: Head) -> bool:
    is_zip = head.data.startswith(b"PK\x03\x04")
    return is_zip and (b"word/" in head.data or head.suffix in {".docx", ".docm"})


def _is_json_lines(head: Head) -> bool:
    return bool(_first_object(head))


def _first_object(head: Head) -> dict[str, object]:
    """The object in the first line; empty where there is none, or where it is all of the file."""
    line, _, rest = head.text.lstrip("\ufeff \r\n").partition("\n")
    if not line.startswith("{") or (len(line) < _HEAD // 2 and not rest.strip() and head.suffix == ".json"):
        return {}
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


_PUBMED_ROOTS = {
    "PubmedArticleSet", "PubmedArticle", "PubmedBookArticleSet", "PubmedBookArticle", "MedlineCitationSet",
    "eSearchResult", "eSummaryResult", "eFetchResult", "ePostResult", "eLinkResult",
}  # fmt: skip

FORMATS: tuple[Format, ...] = (
    Format("PDF", lambda head: head.data.lstrip().startswith(b"%PDF-"), "ingest.load_pdf:PdfLoader"),
    Format("PubMed XML", lambda head: head.root in _PUBMED_ROOTS, "ingest.load_pubmed:PubmedLoader"),
    Format("JATS", _is_jats, "ingest.load_jats:JatsLoader"),
    Format(
        "drug label (SPL)",
        lambda head: head.root == "document" and "urn:hl7-org:v3" in head.text,
        "ingest.load_spl:SplLoader",
    ),
    Format("Europe PMC search", _is_europepmc, "ingest.load_europepmc:EuropepmcLoader"),
    Format("drug label (openFDA)", _is_openfda, "ingest.load_openfda:OpenfdaLoader"),
    Format("MEDLINE text", _is_medline, "ingest.load_medline:MedlineLoader"),
    Format(
        "MedlinePlus topics",
        lambda head: head.root in {"health-topics", "health-topic", "nlmSearchResult"},
        "ingest.load_medlineplus:MedlineplusLoader",
    ),
    Format("MedQuAD", _is_medquad, "ingest.load_medquad:MedquadLoader"),
    Format("Word document (.docx)", _is_docx, "ingest.load_docx:DocxLoader"),
    Format("web page", lambda head: head.root.casefold() == "html", "ingest.load_html:HtmlLoader"),
    Format("JSON lines", _is_json_lines, "ingest.load_table:JsonLinesLoader"),
    # Only the ending tells these from each other.
    Format("PDF", lambda head: head.suffix == ".pdf", "ingest.load_pdf:PdfLoader"),
    Format(
        "Markdown",
        lambda head: head.suffix in {".md", ".markdown"} and not (head.is_binary or head.gzipped),
        "ingest.load_markdown:MarkdownLoader",
    ),
    Format(
        "plain text",
        lambda head: head.suffix in {".txt", ".text"} and not (head.is_binary or head.gzipped),
        "ingest.load_text:TextLoader",
    ),
    Format(
        "web page",
        lambda head: head.suffix in {".html", ".htm", ".xhtml"} and not head.is_binary,
        "ingest.load_html:HtmlLoader",
    ),
    Format(
        "table (CSV, TSV)",
        lambda head: head.suffix in {".csv", ".tsv"} and not head.is_binary,
        "ingest.load_table:CsvLoader",
    ),
    Format(
        "JSON lines",
        lambda head: head.suffix in {".jsonl", ".ndjson"} and not head.is_binary,
        "ingest.load_table:JsonLinesLoader",
    ),
    Format(
        "JSON", lambda head: head.suffix == ".json" and not head.is_binary, "ingest.load_table:JsonLoader"
    ),
)


def recognise(head: Head) -> Format | None:
    """The first format whose signs the start of a file bears."""
    return next((each for each in FORMATS if each.matches(head)), None)


def head_of(path: Path, name: str) -> Head:
    """Read the start of a file.

    Raises:
        SourceUnreadableError: It cannot be opened or unpacked.
    """
    data = next(blocks(path, name, _HEAD), b"")
    suffixes = [suffix.casefold() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    try:
        gzipped = is_gzipped(path)
    except OSError as error:
        raise SourceUnreadableError(
            f"{name}: cannot be opened ({error.strerror}).", "Check that it exists and that you may read it."
        ) from error
    return Head(data, suffixes[-1] if suffixes else "", gzipped)
