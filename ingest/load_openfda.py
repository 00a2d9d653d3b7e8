"""Read openFDA's drug labels: a reply of its interface, or one of the files that it offers for download.

The results are decoded one by one, so that a file of any size needs the memory of one label. Not for the
labels as XML: see `ingest.load_spl`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from corpus.errors import SourceUnreadableError
from ingest.assemble import Paragraph, assemble
from ingest.document import Document
from ingest.fields import with_fields
from ingest.label import label_record, load_sections
from ingest.loader import SourceLoader
from ingest.unpack import texts

_RESULTS = re.compile(r'"results"\s*:\s*\[')
_LARGEST = 32 << 20  # characters of one result; the longest labels have about one million
_NOT_SECTIONS = {"id", "set_id", "version", "effective_time", "openfda", "@epoch"}
_NO_TEXT = "without label text"


class OpenfdaLoader(SourceLoader):
    """One document a label, its sections under the headings that their fields stand for."""

    def documents(self) -> Iterator[Document]:
        """Yield the labels that have text."""
        any_found = False
        for document in self.read_each(self._results(), _read, _name_of):
            any_found = True
            yield document
        if not any_found and not self.remarks.told(self.name):
            raise SourceUnreadableError(
                f"{self.name}: holds no labels, at most data about products.",
                "Download drug labels from openFDA (drug/label), which hold the text.",
            )

    def _results(self) -> Iterator[Any]:
        """Decode the entries of the list "results" one by one."""
        decoder, held, inside = json.JSONDecoder(), "", False
        for text in texts(self.path, self.name):
            held += text
            if not inside and (start := _RESULTS.search(held)):
                inside, held = True, held[start.end() :]
            if not inside:
                held = held[-100:]
                continue
            while True:
                held = held.lstrip(" \t\r\n,")
                if not held.startswith("{"):
                    break
                try:
                    result, end = decoder.raw_decode(held)
                except ValueError:
                    break  # not whole yet
                yield result
                held = held[end:]
            if held.startswith("]"):
                return
            if len(held) > _LARGEST:
                break
        if inside:
            self.leave_out("broken or cut off, with all that follows", "the rest of the file")


def _name_of(result: Any) -> str:  # noqa: ANN401 - what a JSON file holds may be anything
    found = result.get("set_id") if isinstance(result, dict) else None
    return f"label {found}" if found else "one without a set id"


def _read(result: Any) -> Document:  # noqa: ANN401 - what a JSON file holds may be anything
    about = result.get("openfda") or {}
    text, sections = assemble(_paragraphs(result))
    if not text:
        raise SourceUnreadableError(_NO_TEXT, "Download the label again.")
    source = label_record(
        set_id=str(result.get("set_id") or next(iter(_texts(about.get("spl_set_id"))), "")),
        generic=_texts(about.get("generic_name")),
        brands=_texts(about.get("brand_name")),
        ingredients=[(name,) for name in _texts(about.get("substance_name"))],
        title="",
        dated=str(result.get("effective_time") or ""),
        version=str(result.get("version") or ""),
        publisher=next(iter(_texts(about.get("manufacturer_name"))), ""),
        study_type=_type(next(iter(_texts(about.get("product_type"))), "")),
    )
    # openFDA puts all that it publishes under this dedication.
    return Document(with_fields(source, {"licence": "CC0 1.0", "open_access": True})[0], text, sections)


def _paragraphs(result: dict[str, Any]) -> Iterator[Paragraph]:
    order = [(section.field, section) for section in load_sections()]
    known = {section.field for section in load_sections()}
    for field, section in order:
        if section.read:
            for text in _texts(result.get(field)):
                yield (section.heading,), _without_title(text, section.heading)
    for field, value in result.items():
        if field not in known and field not in _NOT_SECTIONS and not field.endswith("_table"):
            heading = "" if field == "spl_unclassified_section" else field.replace("_", " ").capitalize()
            for text in _texts(value):
                yield (heading,) if heading else (), text


def _without_title(text: str, heading: str) -> str:
    """The text of a section without its title, which these files have before it on the same line."""
    words = re.escape(heading).replace(r"\ ", r"\s+(?:&\s+)?")
    return (
        re.sub(rf"^\s*(?:\d+(?:\.\d+)*\s+)?{words}\b\s*[:.]?\s*", "", text, count=1, flags=re.IGNORECASE)
        or text
    )


def _texts(value: Any) -> list[str]:  # noqa: ANN401 - what a JSON file holds may be anything
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str) and each.strip()]


def _type(product_type: str) -> str:
    return f"{product_type.lower().replace('otc', 'OTC')} label" if product_type else ""
