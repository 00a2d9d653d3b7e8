"""Read health topics of MedlinePlus: the bulk file of all topics, or a reply of its web service.

Topics in other languages than English are left out, with a count: English text alone is searched well. Not
for its pages as HTML: see `ingest.load_html`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from corpus.errors import SourceUnreadableError
from corpus.record import Kind, Source
from ingest.document import Document, normalise
from ingest.fields import with_fields
from ingest.html_text import parse_html, write_fragment
from ingest.loader import SourceLoader
from ingest.recognise import head_of
from ingest.unpack import texts
from ingest.writer import Writer
from ingest.xml import RawRecord, parse, records, words_at

_PUBLISHER = "National Library of Medicine"
_LICENCE = "public domain"
_TITLE = re.compile(r"""\stitle="([^"]{1,200})"|name="title">([^<]{1,200})<""")
_US_DATE = re.compile(r"(\d\d)/(\d\d)/(\d{4})")
# Groups of topics that are no conditions; a topic in one of them names a subject.
_SUBJECTS = frozenset(
    {
        "Complementary and Alternative Therapies", "Diagnostic Tests", "Disasters", "Drug Therapy",
        "Fitness and Exercise", "Food and Nutrition", "Health System", "Personal Health Issues",
        "Safety Issues",
        "Social/Family Issues", "Surgery and Rehabilitation", "Transplantation and Donation",
        "Wellness and Lifestyle",
    }
)  # fmt: skip


class MedlineplusLoader(SourceLoader):
    """One document a topic, with the headings of its summary as sections."""

    suffixes = (".xml",)

    def documents(self) -> Iterator[Document]:
        """Yield the topics in English."""
        is_reply = head_of(self.path, self.name).root == "nlmSearchResult"
        found = records(texts(self.path, self.name), {"document"} if is_reply else {"health-topic"})
        any_found = False
        for document in self.read_each(found, _read, _name_of):
            any_found = True
            yield document
        if not any_found and not self.remarks.told(self.name):
            raise SourceUnreadableError(
                f"{self.name}: holds no health topics{', for its search found none' if is_reply else ''}.",
                "Search for another term." if is_reply else "Download it again.",
            )


def _read(record: RawRecord) -> Document:
    root = parse(record)
    topic = root if record.tag == "health-topic" else root.find(".//health-topic")
    return _topic(topic) if topic is not None else _brief(root)


def _name_of(record: RawRecord) -> str:
    found = _TITLE.search(record.text)
    return f"'{_plain(found[1] or found[2])}'" if found else "one without a title"


def _topic(topic: Element) -> Document:
    """A topic as the bulk file has it."""
    other = [*topic.iterfind("also-called"), *topic.iterfind("see-reference")]
    names = [topic.get("title", ""), *map(words_at, other)]
    created = topic.get("date-created", "")
    return _document(
        names=names,
        language=topic.get("language", ""),
        url=topic.get("url", ""),
        summary="".join(each.text or "" for each in topic.iterfind("full-summary")),
        groups={words_at(each) for each in topic.iterfind("group")},
        # The day on which the topic was made, long before most of its text.
        dated=_US_DATE.sub(r"topic created \3-\1-\2", created),
    )


def _brief(reply: Element) -> Document:
    """A topic as the web service gives it unless asked for more: marked words, each field by its name."""
    fields: dict[str, list[str]] = {}
    for content in reply.iterfind("content"):
        fields.setdefault(content.get("name", ""), []).append("".join(content.itertext()))
    return _document(
        names=[_plain(name) for name in (*fields.get("title", ())[:1], *fields.get("altTitle", ()))],
        language="",
        url=reply.get("url", ""),
        summary="".join(fields.get("FullSummary", ())),
        groups={_plain(group) for group in fields.get("groupName", ())},
        publisher=_plain("".join(fields.get("organizationName", ())[:1])),
    )


def _document(
    *,
    names: list[str],
    language: str,
    url: str,
    summary: str,
    groups: set[str],
    dated: str = "",
    publisher: str = "",
) -> Document:
    language = language or ("Spanish" if "/spanish/" in url else "English")
    if language != "English":
        raise SourceUnreadableError(
            f"in {language[:30]}, while English alone is searched well", "Leave it out."
        )
    writer = Writer()
    write_fragment(summary, writer)
    writer.close()
    if not writer.length:
        raise SourceUnreadableError("without a summary", "Download it again.")
    slug = re.sub(r"[^a-z0-9]+", "-", url.rpartition("/")[2].removesuffix(".html").casefold()).strip("-")
    if not slug or not names[:1] or len(names[0]) < 2:
        raise SourceUnreadableError("without a title or an address", "Download it again.")
    title = normalise(names[0])
    source = Source(
        id=f"medlineplus-{slug[:100]}",
        kind=Kind.REFERENCE_PAGE,
        title=title if len(title) > 2 else f"{title} (topic)",
    )
    found = {
        "url": url,
        "dated": dated,
        "publisher": publisher or _PUBLISHER,
        "licence": _LICENCE,
        "names": _each_once(names),
        "names_kind": "condition" if _SUBJECTS.isdisjoint(groups) else "topic",
    }
    return Document(with_fields(source, found)[0], writer.text, tuple(writer.sections))


def _each_once(names: list[str]) -> tuple[str, ...]:
    first: dict[str, str] = {}
    for name in filter(None, names):
        first.setdefault(name.casefold(), name)
    return tuple(first.values())


def _plain(marked: str) -> str:
    """The words of a field in which the words that were searched for are marked."""
    tree = parse_html(marked)
    return " ".join(tree.text_content().split()) if tree is not None else ""
