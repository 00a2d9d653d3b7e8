# ruff: noqa: E501 - the samples stand as such replies do
"""A server on loopback that answers as the places do, in their true formats, with whatever faults a test wants.

What it holds stands in `works.py`, and its faults in `faults.py`.
"""

from __future__ import annotations

import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.fetch.faults import Call, Fault
from tests.fetch.works import (
    europepmc_article,
    jats,
    openfda_label,
    pubmed_article,
    pubmed_set,
    set_id,
    spl,
    topic,
)


@dataclass
class Places:
    """What the places hold, and what was asked of them.

    Attributes:
        faults: What to do instead of answering, first to last; None answers after all.
        hits: How often each path was asked for.
    """

    articles: int = 7
    without_abstract: frozenset[int] = frozenset()
    labels: int = 3
    crossref_works: dict[str, dict[str, Any]] = field(default_factory=dict)
    elsewhere: dict[str, str] = field(default_factory=dict)
    faults: dict[str, list[Fault | None]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    hits: Counter[str] = field(default_factory=Counter)
    url: str = ""

    def urls(self) -> dict[str, str]:
        """The addresses of the places, as the settings take them."""
        names = ("pubmed", "europepmc", "dailymed", "openfda", "medlineplus", "crossref")
        return {name: f"{self.url}/{name}" for name in names}

    def answer(self, call: Call) -> None:
        self.calls.append(call)
        self.hits[call.path] += 1
        waiting = self.faults.get(call.path) or []
        fault = waiting.pop(0) if waiting else None
        if fault is not None:
            fault(call)
            return
        place, _, rest = call.path.removeprefix("/").partition("/")
        getattr(self, place)(call, rest)

    # PubMed ---------------------------------------------------------------------------------------------------

    def pubmed(self, call: Call, rest: str) -> None:
        if rest == "esearch.fcgi":
            self._esearch(call)
        elif rest == "efetch.fcgi":
            ids = [each for each in call.fields["id"].split(",") if 0 < int(each) <= self.articles]
            bodies = "\n".join(
                pubmed_article(int(each), int(each) not in self.without_abstract) for each in ids
            )
            call.xml(pubmed_set(bodies))
        elif rest == "esummary.fcgi":
            ids = call.fields["id"].split(",")
            call.json(
                {
                    "header": {"type": "esummary"},
                    "result": {"uids": ids, **{i: self._summary(i) for i in ids}},
                }
            )
        else:
            call.send("not found", "text/html", 404)

    def _esearch(self, call: Call) -> None:
        term, most = call.fields["term"], int(call.fields.get("retmax", 20))
        ids = [] if "nothing" in term else list(range(1, self.articles + 1))
        warning = ""
        if term.endswith("[doi]"):
            ids = [n for n in ids if f'"10.5555/test.{n}"' in term]
            if not ids:  # searched word by word instead
                ids, warning = (
                    [1],
                    "<WarningList><QuotedPhraseNotFound>x</QuotedPhraseNotFound></WarningList>",
                )
        shown = "".join(f"<Id>{n}</Id>\n" for n in ids[:most])
        call.xml(
            '<?xml version="1.0" encoding="UTF-8" ?>\n<!DOCTYPE eSearchResult PUBLIC "-//NLM//DTD esearch 20060628//EN" '
            '"https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20060628/esearch.dtd">\n'
            f"<eSearchResult><Count>{len(ids)}</Count><RetMax>{len(ids[:most])}</RetMax><RetStart>0</RetStart>"
            f"<IdList>{shown}</IdList><TranslationSet/><QueryTranslation/>{warning}</eSearchResult>"
        )

    def _summary(self, pmid: str) -> dict[str, Any]:
        if not 0 < int(pmid) <= self.articles:
            return {"uid": pmid, "error": "cannot get document summary"}
        return {
            "uid": pmid, "pubdate": "2020 Feb", "epubdate": "2019 Dec 3", "title": f"Test article {pmid}.",
            "authors": [{"name": "Tester A", "authtype": "Author"}], "pubtype": ["Journal Article"],
            "articleids": [{"idtype": "doi", "idtypen": 3, "value": f"10.5555/test.{pmid}"}],
        }  # fmt: skip

    # Europe PMC -----------------------------------------------------------------------------------------------

    def europepmc(self, call: Call, rest: str) -> None:
        if rest == "search":
            self._europepmc_search(call)
        elif rest.endswith("/fullTextXML"):
            number = int(rest.removeprefix("PMC").partition("/")[0])
            call.xml(jats(number)) if number % 2 else call.send("", "text/plain", 404)
        elif rest.endswith("/references"):
            rows = [{"id": str(n), "source": "MED", "citedOrder": n, "match": "Y"} for n in (2, 3)]
            call.json({"version": "6.9", "hitCount": 2, "referenceList": {"reference": rows}})
        else:
            call.send("not found", "text/html", 404)

    def _europepmc_search(self, call: Call) -> None:
        query, size = call.fields["query"], int(call.fields["pageSize"])
        found = [] if "nothing" in query else list(range(1, self.articles + 1))
        if "DOI:" in query or "EXT_ID:" in query:
            found = [n for n in found if f'"10.5555/test.{n}"' in query or f"EXT_ID:{n} " in query]
        if "OPEN_ACCESS:y" in query:
            found = [n for n in found if n % 2]
        mark = call.fields.get("cursorMark", "*")
        start = 0 if mark == "*" else int(mark.removeprefix("AoJ"))
        rows = [
            europepmc_article(n, core=call.fields["resultType"] == "core")
            for n in found[start : start + size]
        ]
        reply = {"version": "6.9", "hitCount": len(found), "nextCursorMark": f"AoJ{start + len(rows)}",
                 "request": {"queryString": query}, "resultList": {"result": rows}}  # fmt: skip
        call.json(reply)

    # DailyMed, openFDA, MedlinePlus ---------------------------------------------------------------------------

    def dailymed(self, call: Call, rest: str) -> None:
        if rest == "spls.json":
            found = [] if "nothing" in call.fields["drug_name"] else list(range(1, self.labels + 1))
            page, size = int(call.fields["page"]), 2  # whatever size is asked for: pages must be followed
            rows = [{"setid": set_id(n), "spl_version": 1, "title": f"TESTAMINE {n}", "published_date": "Jan 1, 2020"}
                    for n in found[(page - 1) * size : page * size]]  # fmt: skip
            pages = -(-len(found) // size)
            call.json(
                {
                    "data": rows,
                    "metadata": {"total_elements": len(found), "total_pages": pages, "current_page": page},
                }
            )
        else:
            number = int(rest.rpartition("-")[2].removesuffix(".xml"))
            call.xml(spl(number)) if number <= self.labels else call.send("", "text/plain", 404)

    def openfda(self, call: Call, rest: str) -> None:
        if "nothing" in call.fields["search"]:
            call.json({"error": {"code": "NOT_FOUND", "message": "No matches found!"}}, 404)
            return
        skip, limit = int(call.fields["skip"]), int(call.fields["limit"])
        rows = [openfda_label(n) for n in range(1, self.labels + 1)][skip : skip + limit]
        call.json({"meta": {"terms": "https://open.fda.gov/terms/", "license": "https://open.fda.gov/license/",
                            "results": {"skip": skip, "limit": limit, "total": self.labels}}, "results": rows})  # fmt: skip

    def medlineplus(self, call: Call, rest: str) -> None:
        term = call.fields["term"]
        if "nothing" in term:
            call.xml(
                f'<?xml version="1.0" encoding="UTF-8"?><nlmSearchResult><term>{term}</term><count>0</count></nlmSearchResult>'
            )
            return
        start, size = int(call.fields.get("retstart", 0)), int(call.fields["retmax"])
        topics = "".join(topic(n) for n in range(1, self.labels + 1)[start : start + min(size, 2)])
        call.xml(
            f'<?xml version="1.0" encoding="UTF-8"?>\n<nlmSearchResult><term>{term}</term><file>viv_test</file>'
            f"<server>srch1</server><count>{self.labels}</count><retstart>{start}</retstart><retmax>{size}</retmax>"
            f'<list num="{self.labels}" start="{start}" per="{size}">{topics}</list></nlmSearchResult>'
        )

    # Crossref -------------------------------------------------------------------------------------------------

    def crossref(self, call: Call, rest: str) -> None:
        doi = unquote(rest.removeprefix("works/"))
        if doi.endswith("/agency"):
            doi = doi.removesuffix("/agency")
            label = self.elsewhere.get(doi)
            if label is None:
                call.send("Resource not found.", "text/plain", 404)
            else:
                call.json(
                    {"status": "ok", "message": {"DOI": doi, "agency": {"id": label.lower(), "label": label}}}
                )
        elif doi in self.crossref_works:
            call.json({"status": "ok", "message-type": "work", "message": self.crossref_works[doi]},
                      x_rate_limit_limit="50", x_rate_limit_interval="1s")  # fmt: skip
        else:
            call.send("Resource not found.", "text/plain", 404)


@contextmanager
def serving(places: Places | None = None, tls: ssl.SSLContext | None = None) -> Iterator[Places]:
    """Serve on a free port of loopback, over TLS where there is a certificate for it."""
    places = places or Places()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(urlsplit(self.path).query)

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def _answer(self, encoded: str) -> None:
            fields = {name: values[0] for name, values in parse_qs(encoded).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            with suppress(BrokenPipeError, ConnectionResetError):
                places.answer(Call(self, urlsplit(self.path).path, fields, headers))

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None  # who does not trust the certificate hangs up
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    places.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}"
    try:
        yield places
    finally:
        server.shutdown()
        server.server_close()
