"""The outermost layer: request ids, security headers, a log line without what was asked, and no traceback.

A plain ASGI middleware, so that streams pass through it event by event.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
import uuid
from contextlib import suppress

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from retrieval.privacy import whereabouts
from ui.api.metrics import Metrics
from ui.api.problem import ProblemError, problem_response

_log = logging.getLogger("citewell.access")
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_BODY_WITHIN_S = 15.0  # seconds in which a request must have been sent whole
_ENDLESS = "/heartbeat/"  # of the page: it would keep a server from ending for as long as a page is open

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_API_POLICY = "default-src 'none'; frame-ancestors 'none'"
# Gradio writes its configuration into a script of the page, makes functions of strings and sets styles.
PAGE_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' blob: data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
API_PATHS = ("/v1/", "/healthz", "/readyz", "/metrics", "/openapi.json")


class Guard:
    """Wraps the app.

    Args:
        app: What is wrapped.
        metrics: Where requests are counted.
        region: Whose emergency number a disclaimer names.
        longest: Bytes of a request to the API; the page has limits of its own.
        ending: Set when the server ends; what would never end by itself is then cut off.
    """

    def __init__(
        self, app: ASGIApp, metrics: Metrics, region: str, longest: int, ending: asyncio.Event
    ) -> None:
        self.app, self.metrics, self.region, self.longest, self.ending = app, metrics, region, longest, ending

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        begun, status = time.perf_counter(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _set_headers(MutableHeaders(scope=message), scope["path"], request_id)
            await send(message)

        if scope["path"].startswith(API_PATHS):
            receive = Limited(receive, self.longest)
        try:
            await self._run(scope, receive, sending)
        except Exception as error:
            # Its own words may hold the question; and a client gets no traceback.
            _log.error("%s failed: %s", request_id, whereabouts(error))
            if not status:
                problem = ProblemError(
                    500, "Something went wrong here. The log tells more by the request's id."
                )
                reply = problem_response(problem, scope["path"], request_id, self.region)
                await reply(scope, receive, sending)
        finally:
            self._record(scope, status, time.perf_counter() - begun, request_id)

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _ENDLESS not in scope["path"]:
            await self.app(scope, receive, send)
            return
        running = asyncio.ensure_future(self.app(scope, receive, send))
        ended = asyncio.ensure_future(self.ending.wait())
        await asyncio.wait((running, ended), return_when=asyncio.FIRST_COMPLETED)
        for each in (running, ended):
            if not each.done():
                each.cancel()
            with suppress(asyncio.CancelledError):
                await each

    def _record(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        route = _route_of(scope)
        self.metrics.requests.labels(route, _method_of(scope), str(status)).inc()
        if _ENDLESS not in scope["path"]:
            self.metrics.seconds.labels(route).observe(seconds)
        _log.info("%s %s %s %d %.0f ms", request_id, _method_of(scope), route, status, seconds * 1000)


class Limited:
    """Reads the body of a request, but no more of it and no longer than may be.

    Args:
        receive: Gives it part by part.
        longest: Bytes.
        within_s: Seconds.
    """

    def __init__(self, receive: Receive, longest: int, within_s: float | None = None) -> None:
        within_s = _BODY_WITHIN_S if within_s is None else within_s
        self._receive, self._left, self._until = receive, longest, time.monotonic() + within_s
        self._is_whole = False

    async def __call__(self) -> Message:
        """The next part.

        Raises:
            HTTPException: It is too long, or too slow.
        """
        if self._is_whole:
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), max(0.0, self._until - time.monotonic()))
        except TimeoutError:
            raise HTTPException(408) from None
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise HTTPException(413)
        self._is_whole = not message.get("more_body", False)
        return message


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get("x-request-id", "")
    return given if _ID.fullmatch(given) else uuid.uuid4().hex


def _set_headers(headers: MutableHeaders, path: str, request_id: str) -> None:
    headers["X-Request-ID"] = request_id
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    is_api = path.startswith(API_PATHS)
    headers.setdefault("Content-Security-Policy", _API_POLICY if is_api else PAGE_POLICY)


def _route_of(scope: Scope) -> str:
    """The route as it is declared: a path as it was sent could be anything."""
    route = getattr(scope.get("route"), "path", None)
    if isinstance(route, str) and route.startswith(API_PATHS):
        return route
    return "unknown" if scope["path"].startswith(API_PATHS) else "page"


def _method_of(scope: Scope) -> str:
    known = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE")
    return scope["method"] if scope["method"] in known else "other"
