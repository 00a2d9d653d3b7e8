"""PubMed by NCBI's E-utilities: search, records, summaries.

The rules (https://www.ncbi.nlm.nih.gov/books/NBK25497/, https://www.ncbi.nlm.nih.gov/books/NBK25499/):
three requests a second, ten with a key; `tool` and `email` in each; at most 10,000 ids of a PubMed search;
more than about 200 ids by POST. All requests are sent by POST, so the key stands in no address. A search
gives all its ids at once, so the history server is not needed: what it holds would expire before a fetch that
was cut off goes on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from corpus.errors import FetchError
from ingest.fetch.http import TOOL, Http
from ingest.fetch.reply import BrokenReplyError, Reply, json_of, xml_of
from ingest.xml import records, words_at

BATCH = 200  # ids in one request for records
MOST = 10_000  # ids of one search
_TAGS = ("PubmedArticle", "PubmedBookArticle")
_PMID = re.compile(r"<PMID[^>]*>\s*(\d+)")
_ROOT = re.compile(r"<PubmedArticleSet\b[^>]*>")


@dataclass(frozen=True)
class Summary:
    """What PubMed says of a record, in short.

    Attributes:
        authors: As "Smith JA".
        years: Of print and of the first appearance on the net.
    """

    pmid: str
    title: str
    authors: tuple[str, ...]
    years: frozenset[int]
    doi: str
    types: frozenset[str]


@dataclass(frozen=True)
class Eutils:
    """The E-utilities, for PubMed.

    Attributes:
        key: NCBI's key, if there is one.
    """

    http: Http
    email: str | None = None
    key: str | None = None

    def _form(self, **fields: str | int) -> dict[str, str | int]:
        known = {"email": self.email, "api_key": self.key}
        return {"db": "pubmed", "tool": TOOL, **fields} | {name: text for name, text in known.items() if text}

    def search(self, query: str, most: int) -> list[str]:
        """PMIDs of what a query finds, the most relevant first.

        Raises:
            FetchError: PubMed cannot search for it.
        """
        form = self._form(term=query, retmax=min(most, MOST), sort="relevance", retmode="xml")
        result = self.http.ask("esearch.fcgi", _search_result, form=form)
        return [words_at(each) for each in result.iterfind("IdList/Id")][:most]

    def find_doi(self, doi: str) -> str | None:
        """The PMID of the work with a DOI, where PubMed has exactly one and knows the DOI as a whole."""
        term = '"' + doi.replace('"', "") + '"[doi]'
        form = self._form(term=term, retmax=2, retmode="xml")
        result = self.http.ask("esearch.fcgi", _search_result, form=form)
        found = [words_at(each) for each in result.iterfind("IdList/Id")]
        # An unknown phrase is searched word by word instead, which finds other works.
        is_known = result.find(".//QuotedPhraseNotFound") is None and result.find(".//PhraseNotFound") is None
        return found[0] if len(found) == 1 and is_known else None

    def records(self, pmids: Sequence[str]) -> dict[str, bytes]:
        """The records of at most `BATCH` PMIDs, each as a set of its own, as far as they have an abstract."""
        form = self._form(id=",".join(pmids), retmode="xml")
        found = self.http.ask("efetch.fcgi", _each_record, form=form)
        return {pmid: data for pmid, data in found.items() if pmid in set(pmids)}

    def summaries(self, pmids: Sequence[str]) -> dict[str, Summary | None]:
        """Summaries of at most `BATCH` PMIDs; None for one that PubMed does not have."""
        form = self._form(id=",".join(pmids), retmode="json", version="2.0")
        result = self.http.ask("esummary.fcgi", json_of, form=form).get("result") or {}
        return {pmid: _summary(pmid, result.get(pmid)) for pmid in pmids}


def _search_result(reply: Reply) -> Element:
    result = xml_of(reply, {"eSearchResult"})
    if problem := words_at(result, "ERROR"):
        # "Search Backend failed" passes; a query that cannot be parsed says so on every attempt.
        raise BrokenReplyError(f"PubMed says '{problem[:120]}'")
    return result


def _each_record(reply: Reply) -> dict[str, bytes]:
    """Cut a reply, once it is known to be whole and well-formed, into sets of one record each."""
    root = xml_of(reply, {"PubmedArticleSet", "eFetchResult"})
    if root.tag == "eFetchResult":
        # So it answers ids that it has none of; any other error is one.
        if "empty" in (problem := words_at(root, "ERROR")).casefold():
            return {}
        raise BrokenReplyError(f"PubMed says '{problem[:120]}'")
    text = reply.data.decode("utf-8")
    opening = _ROOT.search(text)
    if opening is None:  # the root has a prefix, which PubMed never writes
        raise FetchError(f"{reply.address} answers with records of an unknown form.", "Report it.")
    before = text[: opening.end()].removesuffix("/>")
    found: dict[str, bytes] = {}
    for record in records([text[opening.end() :]], _TAGS):
        # Without an abstract there is nothing to cite, and ingest would complain of the file.
        if "<AbstractText" in record.text and (pmid := _PMID.search(record.text)):
            found[pmid[1]] = f"{before}\n{record.text}\n</PubmedArticleSet>\n".encode()
    return found


def _summary(pmid: str, row: Mapping[str, Any] | None) -> Summary | None:
    if not row or row.get("error"):
        return None
    ids = {each.get("idtype"): each.get("value", "") for each in row.get("articleids") or ()}
    dates = f"{row.get('pubdate', '')} {row.get('epubdate', '')}"
    return Summary(
        pmid=pmid,
        title=str(row.get("title", "")),
        authors=tuple(str(each.get("name", "")) for each in row.get("authors") or ()),
        years=frozenset(map(int, re.findall(r"\b(1[5-9]\d\d|20\d\d)\b", dates))),
        doi=ids.get("doi", ""),
        types=frozenset(map(str, row.get("pubtype") or ())),
    )
