"""MedlinePlus: health topics by its web service.

The rules (https://medlineplus.gov/about/developers/webservices/): 85 requests a minute; what is shown names
MedlinePlus.gov as its source. A search names a `file` and a `server` by which its further results are asked.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from ingest.fetch.http import Http
from ingest.fetch.reply import BrokenReplyError, Reply, xml_of
from ingest.fetch.run import Page
from ingest.xml import records, words_at

PAGE = 50  # topics


def search_page(http: Http, term: str, token: str | None, size: int) -> Page:
    """A page of the health topics that a search finds, each with its summary.

    Args:
        http: Asks MedlinePlus.
        term: What is searched for.
        token: Where the page begins, and the file and server of the search, parted by blanks.
        size: Most topics of the page.
    """
    asked: dict[str, str | int] = {"db": "healthTopics", "term": term, "rettype": "topic", "retmax": size}
    start, _, held = (token or "0").partition(" ")
    if held:
        file, _, server = held.partition(" ")
        asked |= {"file": file, "server": server, "retstart": start}

    def read(reply: Reply) -> tuple[Element, dict[str, bytes]]:
        root = xml_of(reply, {"nlmSearchResult"})
        return root, _each_topic(reply, root)

    root, topics = http.ask("query", read, query=asked)
    total = int(words_at(root, "count") or 0)
    following = int(start) + len(root.findall("list/document"))
    place = f"{words_at(root, 'file')} {words_at(root, 'server')}"
    is_last = not topics or following >= total
    return Page(topics, None if is_last else f"{following} {place}", total)


def _each_topic(reply: Reply, root: Element) -> dict[str, bytes]:
    """Cut a reply into replies of one topic each, by the names of their pages."""
    text = reply.data.decode("utf-8", "replace")
    pages = [each.get("url", "") for each in root.iterfind("list/document")]
    documents = list(records([text], ("document",)))
    if len(documents) != len(pages):
        raise BrokenReplyError("the reply holds another number of topics than it says")
    topics: dict[str, bytes] = {}
    for url, document in zip(pages, documents, strict=True):
        name = url.rpartition("/")[2].removesuffix(".html")
        language = "es-" if "/spanish/" in url else ""
        if name:
            body = f'<nlmSearchResult>\n<count>1</count>\n<list num="1" start="0" per="1">\n{document.text}\n'
            topics[language + name] = (
                f'<?xml version="1.0" encoding="UTF-8"?>\n{body}</list>\n</nlmSearchResult>\n'.encode()
            )
    return topics
