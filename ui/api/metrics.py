"""What Prometheus is told: how many questions ended how and how fast, what was refused, how full it is.

Labels have few values, all of them ours: never a question, a client or a path as it was sent.
"""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class Metrics:
    """The figures of one server.

    Args:
        inside: How many questions and look-ups run or wait.
        generation: Id of the generation that is answered from; None where there is none.
    """

    content_type = CONTENT_TYPE_LATEST

    def __init__(self, inside: Callable[[], int], generation: Callable[[], str | None]) -> None:
        here = self.registry = CollectorRegistry()
        ProcessCollector(registry=here)
        PlatformCollector(registry=here)
        names = ("route", "method", "status")
        self.requests = Counter("citewell_requests", "Requests.", names, registry=here)
        self.seconds = Histogram(
            "citewell_request_seconds", "Seconds of a request.", ("route",), buckets=_SECONDS, registry=here
        )
        self.answers = Counter("citewell_answers", "Answers by how they ended.", ("outcome",), registry=here)
        self.first_words = Histogram(
            "citewell_first_words_seconds",
            "Seconds until the first statement of an answer was there.",
            buckets=_SECONDS,
            registry=here,
        )
        self.refused = Counter("citewell_refused", "Requests that were refused.", ("why",), registry=here)
        places = Gauge("citewell_inside", "Requests that run or wait for their turn.", registry=here)
        places.set_function(inside)
        ready = Gauge("citewell_ready", "1 where an index is answered from, else 0.", registry=here)
        ready.set_function(lambda: float(generation() is not None))

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self.registry)
