"""What the routes share: what answers, where it runs, who may ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials

from ingest.settings import Settings
from retrieval.answer import Answer
from retrieval.pipeline import Citewell
from retrieval.safety.doubt import is_emergency_by_pattern
from ui.api.keys import BEARER, HEADER, Keys, name_of
from ui.api.metrics import Metrics
from ui.api.problem import ProblemError, too_many
from ui.api.rate import Rate, client_of
from ui.api.room import Room
from ui.api.watch import Watch


@dataclass(frozen=True)
class Service:
    """One server.

    Attributes:
        citewell: What answers, and holds the index that is looked up in.
        helper: Answers emergencies, which need neither index nor model, whatever else is going on.
        room: Where answers and look-ups run.
        urgent: Where questions are looked at for emergencies; never for anything slow.
    """

    settings: Settings
    citewell: Citewell
    helper: Citewell
    watch: Watch
    room: Room
    urgent: Room
    metrics: Metrics
    keys: Keys
    rate: Rate

    async def help_at_once(self, question: str, earlier: tuple[str, ...]) -> Answer | None:
        """The answer in an emergency that a pattern finds and nothing doubts; None for everything else.

        It neither waits for its turn nor counts as one request too many.
        """

        def look() -> list[Answer]:
            is_urgent = is_emergency_by_pattern(question, earlier, self.citewell.likeness)
            return [self.helper.ask(question, earlier)] if is_urgent else []

        found = await self.urgent.run(look)
        return found[0] if found else None

    def count(self, client: str) -> None:
        """Count a request of a client.

        Raises:
            ProblemError: It was one too many.
        """
        if seconds := self.rate.wait_s(client):
            self.metrics.refused.labels("rate").inc()
            raise too_many(seconds)


def service_of(request: Request) -> Service:
    """The server that a request came to."""
    service = request.app.state.service
    if not isinstance(service, Service):
        raise TypeError("the app has no service")
    return service


Serving = Annotated[Service, Depends(service_of)]


def admitted(
    request: Request,
    service: Serving,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)] = None,
    header: Annotated[str | None, Security(HEADER)] = None,
) -> str:
    """Who asks, by key or by address.

    Raises:
        ProblemError: A key is needed, and there is none or a wrong one.
    """
    key = bearer.credentials if bearer is not None else header
    if not service.keys.admit(key):
        service.metrics.refused.labels("key").inc()
        how = {"WWW-Authenticate": "Bearer"}
        raise ProblemError(401, "This server wants a key that it knows: 'Authorization: Bearer KEY'.", how)
    if service.keys.hashes and key is not None:
        return name_of(key)
    return client_of(request.client.host if request.client else None)


Client = Annotated[str, Depends(admitted)]


def counted(service: Serving, client: Client) -> None:
    """Count a request that asks nothing; see `Service.count`."""
    service.count(client)
