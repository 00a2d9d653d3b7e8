"""Read drug labels in Structured Product Labeling (SPL), the XML that DailyMed and the FDA publish.

What the highlights say is left out, for the full sections repeat it. Not for openFDA's JSON of the same
labels: see `ingest.load_openfda`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from xml.etree.ElementTree import Element

from corpus.errors import SourceUnreadableError
from corpus.record import Source
from ingest.assemble import Paragraph, assemble
from ingest.document import Document
from ingest.flow import Flow
from ingest.label import LabelSection, label_record, load_sections, says_more
from ingest.loader import SourceLoader
from ingest.unpack import texts
from ingest.xml import RawRecord, parse, parse_beginning, records, words_at

_OVER_THE_COUNTER = "34390-5"
_SKIPPED = frozenset({"renderMultiMedia", "footnoteRef", "observationMedia"})
_FLOW = Flow(
    frozenset({"paragraph", "list", "item", "caption", "footnote"}), lambda each: each.tag in _SKIPPED
)
_SET_ID = re.compile(r'<(?:\w+:)?setId[^>]*\broot="([^"]+)"')
_GENERIC_NAME = "asEntityWithGeneric/genericMedicine/name"
_ACTIVE = {"ACTIB", "ACTIM", "ACTIR"}


class SplLoader(SourceLoader):
    """One document a label, its sections under the headings that their codes stand for."""

    def documents(self) -> Iterator[Document]:
        """Yield the label."""
        any_found = False
        for document in self.read_each(
            records(texts(self.path, self.name), ("document",)), self._read, _name_of
        ):
            any_found = True
            yield document
        if not any_found and not self.remarks.told(self.name):
            raise SourceUnreadableError(f"{self.name}: holds no label.", "Download it again.")

    def _read(self, record: RawRecord) -> Document:
        try:
            label, broken = parse(record), ""
        except SourceUnreadableError as error:
            label, broken = parse_beginning(record), error.what
        is_otc = any(each.get("code") == _OVER_THE_COUNTER for each in label.findall("code"))
        body = label.find("component/structuredBody")
        text, sections = assemble(_sections(body, (), is_otc) if body is not None else ())
        if not text:
            raise SourceUnreadableError(broken or "without text", "Download the label again.")
        document = Document(_record(label), text, sections)
        if broken:
            self.remarks.read_in_part(f"up to where {broken}", _name_of(record))
        return document


def _name_of(record: RawRecord) -> str:
    found = _SET_ID.search(record.text)
    return f"label {found[1]}" if found else "one without a set id"


@lru_cache(maxsize=1)
def _by_code() -> dict[str, LabelSection]:
    return {section.code: section for section in load_sections()}


def _sections(body: Element, path: tuple[str, ...], is_otc: bool) -> Iterator[Paragraph]:
    for section in body.iterfind("component/section"):
        code = section.find("code")
        known = _by_code().get(code.get("code", "") if code is not None else "")
        if known is not None and not known.read:
            continue
        if known is not None and known.outermost and (path or is_otc):
            known = None
        below = _path(path, known, _FLOW.line(section.find("title")))
        for text in section.iterfind("text"):
            for paragraph in _FLOW.paragraphs(text):
                yield below, paragraph
        yield from _sections(section, below, is_otc)


def _path(path: tuple[str, ...], known: LabelSection | None, title: str) -> tuple[str, ...]:
    """The headings of a section: what its code stands for, and its own title where that says more."""
    if known is not None and known.heading not in path:
        path = (*path, known.heading)
    return (*path, title) if says_more(title, path[-1] if path else "") else path


def _record(label: Element) -> Source:
    products = list(_products(label))
    brands = [words for each in products if (words := _brand(each.find("name")))]
    generic = [words_at(name) for each in products for name in each.iterfind(_GENERIC_NAME)]
    return label_record(
        set_id=_attribute(label, "setId", "root"),
        generic=generic,
        brands=brands,
        ingredients=[names for each in products for names in _ingredients(each)],
        title=_FLOW.line(label.find("title")),
        dated=_attribute(label, "effectiveTime", "value")[:8],
        version=_attribute(label, "versionNumber", "value"),
        publisher=words_at(label, "author/assignedEntity/representedOrganization/name"),
        study_type=_attribute(label, "code", "displayName").lower().replace("otc", "OTC"),
    )


def _products(label: Element) -> Iterator[Element]:
    """The products as they are sold; the parts of a kit, such as swabs, are not what it is about."""
    for holder in label.iter("subject"):
        for outer in holder.iterfind("manufacturedProduct"):
            inner = [*outer.iterfind("manufacturedProduct"), *outer.iterfind("manufacturedMedicine")]
            yield from inner or [outer]


def _brand(name: Element | None) -> str:
    return "" if name is None else " ".join((name.text or "").split())


def _ingredients(product: Element) -> Iterator[tuple[str, ...]]:
    for ingredient in product.iterfind("ingredient"):
        if ingredient.get("classCode") in _ACTIVE:
            yield _names(ingredient, "ingredientSubstance")
    # Before 2011: an element of its own for the active ones.
    for ingredient in product.iterfind("activeIngredient"):
        yield _names(ingredient, "activeIngredientSubstance")


def _names(ingredient: Element, substance: str) -> tuple[str, ...]:
    moiety = words_at(ingredient, f"{substance}/activeMoiety/activeMoiety/name")
    return tuple(filter(None, (moiety, words_at(ingredient, f"{substance}/name"))))


def _attribute(label: Element, tag: str, name: str) -> str:
    found = label.find(tag)
    return "" if found is None else found.get(name, "")
