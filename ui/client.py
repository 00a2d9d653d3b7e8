"""Put questions to a running server, so that an answer comes without loading a model first.

Only httpx and the types of an answer are imported. A question goes to this machine, unless the settings
name a server. Not for serving.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from corpus.errors import UnreachableError
from ingest.settings import Settings
from retrieval.privacy import privacy_lines

if TYPE_CHECKING:
    import httpx
    from pydantic import SecretStr

    from retrieval.answer import Answer
    from retrieval.events import Event
    from ui.scope import Scope

_KNOCK_S = 0.25  # a server on this machine takes a connection at once, or there is none
_HEALTH_S = 2.0
_CONNECT_S = 5.0
_ANSWER_S = 60.0  # beyond what a chat model may take
_EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  (what servers listen on)
_LONGEST_REASON = 300
_WHEN_IT_FAILS = "Check that it runs, or unset CITEWELL_SERVER to answer on this machine."


class KeyWantedError(UnreachableError):
    """The server answers only those who have one of its keys."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers questions.

    Attributes:
        address: Such as ``http://127.0.0.1:7860``.
        privacy: What is to be said of where a question goes.
        named: Whether the settings name it; else it was found on this machine.
        answer_s: Seconds that an answer may take.
        key: The API key that it wants.
    """

    address: str
    privacy: tuple[str, ...]
    named: bool
    answer_s: float
    key: SecretStr | None = None

    def ask(self, question: str, earlier: Sequence[str], scope: Scope) -> Answer:
        """Have a question answered.

        Raises:
            UnreachableError: The server cannot be reached, refuses, or replies with something else.
        """
        import httpx

        from retrieval.answer import Answer

        try:
            with self._client() as client:
                reply = client.post("/v1/ask", json=_body(question, earlier, scope))
                self._check(reply)
                return Answer.model_validate_json(reply.content)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise self._failed(error) from error

    def stream(self, question: str, earlier: Sequence[str], scope: Scope) -> Iterator[Event]:
        """Have a question answered statement by statement.

        Raises:
            UnreachableError: As `ask`, also where the events break off before the last one.
        """
        import httpx

        from retrieval.events import Done

        accept = {"Accept": "text/event-stream"}
        body = _body(question, earlier, scope)
        try:
            with (
                self._client() as client,
                client.stream("POST", "/v1/ask", json=body, headers=accept) as reply,
            ):
                if reply.status_code != httpx.codes.OK:
                    reply.read()
                self._check(reply)
                for name, data in sent_events(reply.iter_lines()):
                    event = event_of(name, data)
                    if event is None:
                        continue
                    yield event
                    if isinstance(event, Done):
                        return
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, LookupError) as error:
            raise self._failed(error) from error
        what = f"The server at {self.address} broke off before its answer was whole."
        raise UnreachableError(what, "Ask again.")

    def look_up(self, path: str, body: dict[str, Any] | None = None) -> bytes | None:
        """What stands at a path, as JSON; None where there is nothing.

        Args:
            path: Of the HTTP API.
            body: What is sent there, if anything.

        Raises:
            UnreachableError: As `ask`.
        """
        import httpx

        try:
            with self._client() as client:
                reply = client.get(path) if body is None else client.post(path, json=body)
                if reply.status_code == httpx.codes.NOT_FOUND:
                    return None
                self._check(reply)
                return reply.content
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._failed(error) from error

    def _client(self) -> httpx.Client:
        import httpx

        # A proxy is for other machines: a question to this one must not go through it.
        timeout = httpx.Timeout(self.answer_s, connect=_CONNECT_S)
        headers = {"X-API-Key": self.key.get_secret_value()} if self.key else {}
        proxies = not _is_loopback(self.address)
        return httpx.Client(base_url=self.address, timeout=timeout, trust_env=proxies, headers=headers)

    def _check(self, reply: httpx.Response) -> None:
        if reply.status_code == 200:
            return
        if reply.status_code == 401:
            known = "CITEWELL_SERVER_KEY is none of them" if self.key else "CITEWELL_SERVER_KEY is not set"
            raise KeyWantedError(
                f"The server at {self.address} wants one of its API keys, and {known}.",
                "Set CITEWELL_SERVER_KEY to a key that the server's operator gave you.",
            )
        after = reply.headers.get("Retry-After", "")
        remedy = f"Ask again in {after} seconds." if after.isdigit() else _WHEN_IT_FAILS
        what = f"The server at {self.address} refused with status {reply.status_code}{_reason(reply.text)}."
        raise UnreachableError(what, remedy)

    def _failed(self, error: Exception) -> UnreachableError:
        # Its kind alone: the words of an error may hold the question.
        what = f"The server at {self.address} gave no answer ({type(error).__name__})."
        return UnreachableError(what, _WHEN_IT_FAILS)


def find_server(settings: Settings) -> Server | None:
    """The server to ask: the one that the settings name, else one on this machine that would answer alike.

    Alike means: the same version, home, settings, and the same to say about where questions go.

    Raises:
        UnreachableError: The settings name a server, and it cannot be reached.
    """
    answer_s = settings.llm_timeout_s + _ANSWER_S
    if settings.server is not None:
        address = settings.server.rstrip("/")
        health = _health(address, _CONNECT_S)
        if health is None:
            raise UnreachableError(f"There is no Citewell server at {address}.", _WHEN_IT_FAILS)
        sent = [] if _is_loopback(address) else [f"Your question is sent to {urlsplit(address).netloc}."]
        return Server(address, (*sent, *_privacy(health)), True, answer_s, settings.server_key)
    host = _EVERYWHERE.get(settings.host.strip("[]"), settings.host.strip("[]"))
    address = f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
    if not settings.port or not _is_loopback(address) or not _listens(host, settings.port):
        return None
    health = _health(address, _HEALTH_S)
    wanted = {"version": _version(), "home": settings.home_id, "settings": settings.fingerprint}
    if health is None or any(health.get(key) != value for key, value in wanted.items()):
        return None
    own = tuple(privacy_lines(settings))
    if _privacy(health) != own:
        return None
    return Server(address, own, named=False, answer_s=answer_s, key=settings.server_key)


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=_KNOCK_S).close()
    except OSError:
        return False
    return True


def _health(address: str, timeout_s: float) -> dict[str, Any] | None:
    """What the server says of itself; None where no server of ours is there."""
    import httpx

    try:
        reply = httpx.get(f"{address}/healthz", timeout=timeout_s, trust_env=not _is_loopback(address))
        health = reply.raise_for_status().json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return None
    return health if isinstance(health, dict) and health.get("status") == "ok" else None


def _privacy(health: dict[str, Any]) -> tuple[str, ...]:
    said = health.get("privacy", [])
    return tuple(str(line) for line in said) if isinstance(said, list) else ()


def _is_loopback(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _version() -> str:
    try:
        return version("citewell")
    except PackageNotFoundError:  # run from a copy of the source without being installed
        return ""


def _body(question: str, earlier: Sequence[str], scope: Scope) -> dict[str, Any]:
    body: dict[str, Any] = {"question": question, "earlier": list(earlier)}
    return {**body, "filters": scope.as_json()} if scope else body


def _reason(text: str) -> str:
    """Why, as a problem+json reply says it."""
    try:
        problem = json.loads(text)
    except ValueError:
        return ""
    said = problem.get("detail") or problem.get("title") if isinstance(problem, dict) else None
    return f": {said[:_LONGEST_REASON].rstrip('.')}" if isinstance(said, str) and said else ""


def sent_events(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Name and data of each event of a text/event-stream (WHATWG HTML, 9.2.6), but for ids and comments."""
    name, data = "message", list[str]()
    for line in lines:
        key, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                yield name, "\n".join(data)
            name, data = "message", []
        elif key == "event":
            name = value
        elif key == "data":
            data.append(value)


def event_of(name: str, data: str) -> Event | None:
    """The event that a server sent; None for one that this version does not know.

    Raises:
        ValueError, LookupError: Its data are not those of such an event.
    """
    from retrieval.answer import Answer, Caution, SourceRef, Statement
    from retrieval.events import Done, Opening, StatementReady

    if name not in ("opening", "statement", "done"):
        return None
    told = json.loads(data)
    sources = tuple(SourceRef.model_validate(each) for each in told.get("sources", ()))
    if name == "opening":
        return Opening(tuple(Caution.model_validate(each) for each in told["warnings"]), sources)
    if name == "statement":
        return StatementReady(Statement.model_validate(told["statement"]), sources)
    return Done(Answer.model_validate(told["answer"]))
