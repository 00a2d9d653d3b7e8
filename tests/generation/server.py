"""A server on loopback that speaks OpenAI's chat completions and plays a scripted model.

A script is a function from a `Call` to nothing; it reads the prompt and sends whatever its model would.
"""

from __future__ import annotations

import json
import re
import select
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Script = Callable[["Call"], None]


@dataclass
class Call:
    """One request, and the means to answer it."""

    handler: BaseHTTPRequestHandler
    server: Server
    number: int
    body: dict[str, Any]

    @property
    def prompt(self) -> str:
        return self.body["messages"][-1]["content"]

    @property
    def headings(self) -> list[str]:
        return json.loads(re.search(r"Headings, in order: (.*)", self.prompt).group(1))

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The lines of the evidence: sentences with their keys, and the draft."""
        block = re.search(r"<<<EVIDENCE \w+\n(.*)\nEVIDENCE>>>", self.prompt, re.DOTALL).group(1)
        return [json.loads(line) for line in block.splitlines()]

    @property
    def quotes(self) -> list[dict[str, Any]]:
        return [each for each in self.rows if "key" in each]

    @property
    def draft(self) -> list[dict[str, Any]]:
        return [each for each in self.rows if "draft" in each]

    def head(self, status: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
        self.handler.send_response(status)
        self.handler.send_header("Content-Type", kind)
        self.handler.send_header("Connection", "close")
        for name, value in headers.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.end_headers()

    def raw(self, data: str) -> None:
        self.handler.wfile.write(data.encode())
        self.handler.wfile.flush()

    def chunk(self, text: str | None, finish: str | None = None) -> None:
        delta = {} if text is None else {"role": "assistant", "content": text}
        event = {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": self.body["model"],
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }
        self.raw(f"data: {json.dumps(event)}\n\n")

    def say(self, text: str, finish: str | None = "stop", step: int = 17) -> None:
        """A whole reply, in pieces that cut words and escapes anywhere."""
        self.head()
        for at in range(0, len(text), step):
            self.chunk(text[at : at + step])
        if finish:
            self.chunk(None, finish)
            self.raw("data: [DONE]\n\n")

    def wait_for_hang_up(self) -> None:
        """Say nothing until the client closes the connection; it should, long before this gives up."""
        found, _, _ = select.select([self.handler.connection], [], [], 20)
        if found and self.handler.connection.recv(1) == b"":
            self.server.hung_up.set()


def line(text: str, *cites: str, heading: str = "In short") -> str:
    return json.dumps({"heading": heading, "text": text, "cites": list(cites)}) + "\n"


@dataclass
class Server:
    """Its address, and what it was asked."""

    url: str
    calls: list[Call] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)


@contextmanager
def playing(script: Script) -> Iterator[Server]:
    """Serve a script while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            call = Call(self, server, len(server.calls) + 1, body)
            server.calls.append(call)
            try:
                script(call)
            except OSError:
                server.hung_up.set()
            self.close_connection = True

        def log_message(self, *args: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server = Server(f"http://127.0.0.1:{http.server_port}/v1")
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
