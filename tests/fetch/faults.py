"""One request to a place, the means to answer it, and the faults that a test may want instead."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.fetch.works import pubmed_article, pubmed_set

Fault = Callable[["Call"], None]


@dataclass
class Call:
    """One request, and the means to answer it."""

    handler: BaseHTTPRequestHandler
    path: str
    fields: dict[str, str]
    headers: dict[str, str]

    def send(self, body: bytes | str, kind: str, status: int = 200, **headers: str) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.begin(status, kind, **{"Content-Length": str(len(data)), **headers})
        self.handler.wfile.write(data)

    def begin(self, status: int, kind: str, **headers: str) -> None:
        self.handler.send_response(status)
        for name, value in {"Content-Type": kind, "Connection": "close", **headers}.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.end_headers()

    def xml(self, body: str, status: int = 200) -> None:
        """As the places send it: gzipped for who asks for it."""
        data = gzip.compress(body.encode())
        self.send(data, "text/xml; charset=UTF-8", status, Content_Encoding="gzip")

    def json(self, body: Any, status: int = 200, **headers: str) -> None:
        self.send(json.dumps(body), "application/json; charset=UTF-8", status, **headers)


def status(code: int, **headers: str) -> Fault:
    return lambda call: call.send('{"error":"test"}', "application/json", code, **headers)


def cut_off(call: Call) -> None:
    """The connection ends in the middle of the body."""
    call.begin(200, "text/xml", Content_Length="100000")
    call.handler.wfile.write(b"<?xml version='1.0'?><PubmedArticleSet><PubmedArticle>")


def truncated_gzip(call: Call) -> None:
    """A whole HTTP reply whose gzip stream is not."""
    data = gzip.compress(pubmed_set("\n".join(map(pubmed_article, range(1, 8)))).encode())
    call.send(data[: len(data) // 2], "text/xml", Content_Encoding="gzip")


def broken_xml(call: Call) -> None:
    """A body that was cut off before HTTP saw it: no status or length tells."""
    call.send(pubmed_set(pubmed_article(1))[:300], "text/xml")


def login_page(call: Call) -> None:
    call.send("<html><body>Please log in</body></html>", "text/html; charset=utf-8")


def other_xml(call: Call) -> None:
    call.send("<?xml version='1.0'?><feed><entry/></feed>", "application/xml")


def entities(call: Call) -> None:
    call.send(
        '<!DOCTYPE PubmedArticleSet [<!ENTITY a "aaaa">]><PubmedArticleSet>&a;</PubmedArticleSet>', "text/xml"
    )


def trickle(call: Call) -> None:
    """Byte by byte, never silent, never done."""
    call.begin(200, "text/xml", Content_Length="100000")
    for _ in range(200):
        call.handler.wfile.write(b" ")
        call.handler.wfile.flush()
        time.sleep(0.02)


def bomb(call: Call) -> None:
    call.send(gzip.compress(b" " * (8 << 20)), "text/xml", Content_Encoding="gzip")


def redirect(to: str) -> Fault:
    return lambda call: call.send("", "text/html", 302, Location=to)
