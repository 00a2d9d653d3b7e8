"""Read MedQuAD, answered questions from pages of the National Institutes of Health: its XML, or JSON lines.

One document a page and focus, a section a type of question. Not for other tables: see `ingest.load_table`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from corpus.errors import SourceUnreadableError
from corpus.record import Kind, Source
from ingest.assemble import Paragraph, assemble
from ingest.document import Document, digest
from ingest.fields import with_fields
from ingest.loader import SourceLoader
from ingest.recognise import head_of
from ingest.rows import Row, json_lines
from ingest.unpack import texts
from ingest.xml import RawRecord, parse, records, words_at

_GAP = re.compile(r"\s{2,}|\n")
_SENTENCE_END = frozenset('.!?:;)”"')
_GOES_ON = re.compile(r"\b(an?|and|at|by|for|from|in|of|or|the|to|with)$")
_XML_PAGES = frozenset({"Document", "doc"})
# Some files have the names of an older draft of the format.
_OLD_TAGS = {
    "doctitle-focus": "Focus", "pair": "QAPair", "question": "Question", "answer": "Answer",
    "synonym": "Synonym", "semanticGroup": "SemanticGroup",
}  # fmt: skip
_BULLET = re.compile(r"-(\s+|$)")
_NO_TEXT = "without an answer, for its text may not be passed on"


@dataclass(frozen=True, slots=True)
class Answered:
    """An answered question; `qtype` is its type, such as "symptoms"."""

    qtype: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page, or the part of one that is about one focus.

    Attributes:
        collection: Whose page it is, as the files name it, such as "GARD".
        group: The UMLS semantic group of the focus, where it is given.
    """

    collection: str
    doc_id: str
    url: str
    focus: str
    pairs: Sequence[Answered]
    synonyms: Sequence[str] = ()
    group: str = ""

    @property
    def title(self) -> str:
        """The focus; where there is none, the first question that was not made from a pattern with a gap."""
        asked = (pair.question for pair in self.pairs if not re.search(r"\s\?|\?\s*\?", pair.question))
        return self.focus or next(asked, "") or self.url


class MedquadLoader(SourceLoader):
    """One document a page and focus, under the name of the institute whose page it is."""

    suffixes = (".xml", ".jsonl")

    def documents(self) -> Iterator[Document]:
        """Yield the pages that have answers."""
        is_xml = head_of(self.path, self.name).root in _XML_PAGES
        seen: Counter[str] = Counter()
        for page in self._xml_pages() if is_xml else self._json_pages():
            paragraphs = list(_paragraphs(page.pairs))
            if not paragraphs:
                self.leave_out(_NO_TEXT, page.title)
                continue
            text, sections = assemble(paragraphs)
            source = _source(page)
            seen[source.id] += 1
            if (count := seen[source.id]) > 1:  # a page whose rows do not stand together
                source = source.model_copy(update={"id": f"{source.id}-{count}"})
            yield Document(source, text, sections)

    def _xml_pages(self) -> Iterator[Page]:
        for record in records(texts(self.path, self.name), _XML_PAGES):
            try:
                yield _xml_page(record)
            except SourceUnreadableError as error:
                self.leave_out(error.what, " ".join(record.text[:80].split()))

    def _json_pages(self) -> Iterator[Page]:
        whole = (row for row in json_lines(self.path, self.name) if self._is_whole(row))
        for (collection, doc_id, url, focus), rows in groupby(whole, key=_page_of):
            pairs = [
                Answered(
                    _words(row.fields.get("qtype")), _words(row.fields.get("question")), _raw(row, "answer")
                )
                for row in rows
            ]
            yield Page(collection, doc_id, url, focus, pairs)

    def _is_whole(self, row: Row) -> bool:
        problem = row.problem or ("" if _words(row.fields.get("answer")) else _NO_TEXT)
        if problem:
            self.leave_out(problem, row.where)
        return not problem


def _page_of(row: Row) -> tuple[str, str, str, str]:
    collection, doc_id, url, focus = (
        _words(row.fields.get(key)) for key in ("source", "doc_id", "url", "focus")
    )
    return collection, doc_id, url, focus


def _words(value: Any) -> str:  # noqa: ANN401 - any JSON
    return " ".join(value.split()) if isinstance(value, str) else ""


def _raw(row: Row, key: str) -> str:
    value = row.fields.get(key)
    return value if isinstance(value, str) else ""


def _xml_page(record: RawRecord) -> Page:
    root = parse(record)
    for element in root.iter():
        element.tag = _OLD_TAGS.get(element.tag, element.tag)
    pairs = []
    for pair in root.iter("QAPair"):
        question, answer = pair.find("Question"), pair.find("Answer")
        qtype = question.get("qtype", "") if question is not None else ""
        text = "".join(answer.itertext()) if answer is not None else ""
        pairs.append(Answered(qtype, words_at(question), text))
    return Page(
        collection=root.get("source") or root.get("corpus") or "",
        doc_id=root.get("id") or root.get("docid") or "",
        url=root.get("url", ""),
        focus=words_at(root, "Focus"),
        pairs=pairs,
        synonyms=[words_at(each) for each in root.iter("Synonym")],
        group=words_at(root, ".//SemanticGroup"),
    )


def _paragraphs(pairs: Sequence[Answered]) -> Iterator[Paragraph]:
    """The answers by type of question, each type once, in the order in which the page has them."""
    for qtype in dict.fromkeys(pair.qtype for pair in pairs):
        same = [pair for pair in pairs if pair.qtype == qtype]
        # Most questions are made from a pattern and say no more than their type; others say what is asked.
        has_own_questions = len({pair.question for pair in same}) > 1
        answered = set()
        for pair in same:
            key = " ".join(pair.answer.split())
            if not key or key in answered:
                continue
            answered.add(key)
            heading = (qtype.strip().capitalize(),) if qtype.strip() else ()
            path = (*heading, pair.question) if has_own_questions and pair.question else heading
            for paragraph in _GAP.sub(_break_or_space, pair.answer.strip()).split("\n"):
                if words := _BULLET.sub("", " ".join(paragraph.split()), count=1):
                    yield path, words


def _break_or_space(gap: re.Match[str]) -> str:
    """A line end where a gap parts paragraphs or list items, else a space.

    The answers were taken from web pages: a paragraph, an item or a link there has white space around it.
    """
    text, at, end = gap.string, gap.start(), gap.end()
    before, after = text[at - 1], text[end]
    if "\n" in gap[0] or (after == "-" and text[end + 1 : end + 2].isspace()):
        return "\n"
    begins = after.isupper() or after == "(" or after.isdigit()
    if not begins or before == "-" or _GOES_ON.search(text, max(0, at - 6), at):
        return " "
    return "\n" if before in _SENTENCE_END or len(gap[0]) > 2 else " "


def _source(page: Page) -> Source:
    about = _about()
    slug = re.sub(r"[^a-z0-9]+", "-", page.focus.casefold()).strip("-")[:60]
    parts = ("medquad", page.collection.casefold(), page.doc_id, slug or digest(page.url, length=8))
    title = page.title[:400] if len(page.title) > 2 else f"{page.title} ({page.collection})"
    source = Source(
        id=re.sub(r"[^a-z0-9_-]+", "-", "-".join(filter(None, parts)))[:120],
        kind=Kind.REFERENCE_PAGE,
        title=title,
    )
    found = {
        "publisher": about["publishers"].get(page.collection, page.collection),
        "url": page.url,
        "licence": about["licence"],
        "names": tuple(dict.fromkeys(filter(None, (page.focus, *page.synonyms)))),
        "names_kind": _names_kind(page),
    }
    return with_fields(source, found)[0]


def _names_kind(page: Page) -> str:
    about = _about()
    if page.collection in about["drug_collections"]:
        return "drug"
    asked = {pair.qtype for pair in page.pairs}
    is_condition = not asked.isdisjoint(about["condition_questions"])
    return str(about["semantic_groups"].get(page.group, "condition" if is_condition else "topic"))


@lru_cache(maxsize=1)
def _about() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(
        Path(__file__).with_name("medquad.yaml").read_text(encoding="utf-8")
    )
    return found
