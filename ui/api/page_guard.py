"""Limits on what browsers send to the page: which addresses take anything, how much, and how often.

Gradio opens more addresses than the page uses, without limits of its own. Questions are counted where they
are answered (`ui.page_replies`), so that help in an emergency is never one request too many; what is counted
here is everything that is sent, at a rate that no person reaches.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.api.guard import API_PATHS, Limited
from ui.api.metrics import Metrics
from ui.api.problem import ProblemError, problem_response, too_many
from ui.api.rate import Rate, client_of

# All that the page sends: questions and kept conversations; what `ui.page_bridge` takes; an end.
_TAKEN = ("/gradio_api/queue/join", "/gradio_api/component_server", "/gradio_api/cancel", "/gradio_api/reset")
_READ = ("GET", "HEAD", "OPTIONS")
TIMES_THE_RATE = 10  # requests for each question that a client may ask
_CONVERSATION_BYTES = 8_000_000
_BASE64 = 1.4  # a document grows so much when it is sent
_WITHIN_S = 120.0  # a document on a slow line
_AGAIN_S = 5  # until a place in a full queue is likely


class PageGuard:
    """Wraps the app; what goes to the API passes.

    Args:
        app: What is wrapped.
        metrics: Where refusals are counted.
        rate: Of each client.
        upload_mb: Megabytes of a document that may be added.
        region: Whose emergency number a disclaimer names.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, rate: Rate, upload_mb: int, region: str) -> None:
        self.app, self.metrics, self.rate, self.region = app, metrics, rate, region
        self._longest = max(_CONVERSATION_BYTES, int(upload_mb * 1_000_000 * _BASE64))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        sends = scope["type"] == "http" and scope["method"] not in _READ
        if not sends or scope["path"].startswith(API_PATHS):
            await self.app(scope, receive, send)
            return
        problem = self._problem(scope)
        if problem is not None:
            request_id = str(scope["state"]["request_id"])
            await problem_response(problem, scope["path"], request_id, self.region)(scope, receive, send)
            return
        await self.app(scope, Limited(receive, self._longest, _WITHIN_S), _saying_when(send))

    def _problem(self, scope: Scope) -> ProblemError | None:
        if scope["path"].rstrip("/") not in _TAKEN:
            return ProblemError(404, "There is nothing at this address, or it takes another method.")
        length = Headers(scope=scope).get("content-length", "")
        if length.isdecimal() and int(length) > self._longest:
            return ProblemError(413, "The request is longer than this server takes.")
        client = scope.get("client")
        if seconds := self.rate.wait_s(client_of(client[0] if client else None)):
            self.metrics.refused.labels("rate").inc()
            return too_many(seconds)
        return None


def _saying_when(send: Send) -> Send:
    """Gradio refuses where its queue is full, without saying when to come again."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 503:
            MutableHeaders(scope=message).setdefault("Retry-After", str(_AGAIN_S))
        await send(message)

    return sent
