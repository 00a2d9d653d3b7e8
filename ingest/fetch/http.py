"""Send a request and read the whole reply, politely: limited, retried, with a deadline and a largest size.

A reply that was cut off is never taken for whole. Not for what a reply says: see `ingest.fetch.reply`.
No key ever stands in an address: keys go in the body or in a header, for addresses end up in logs.
"""

from __future__ import annotations

import random
import ssl
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import version
from types import TracebackType
from typing import Self, TypeVar

import httpx

from corpus.errors import FetchError, UnreachableError
from ingest.fetch.limit import RateLimiter
from ingest.fetch.places import Place
from ingest.fetch.reply import BrokenReplyError, Reply
from ingest.fetch.retry import LONGEST_WAIT, TRANSIENT, backoff, retry_after

T = TypeVar("T")

TOOL = "citewell"
_LARGEST = 256 << 20  # bytes of a reply, unpacked; 200 PubMed records have about 4 MB
_REDIRECTS = 3
_ATTEMPTS = 5
_ATTEMPTS_TO_CONNECT = 2  # without a network, the next attempts fail too
_REMEDY = "Run the same command again: what was fetched is kept, and it goes on from there."


@dataclass(frozen=True)
class Timing:
    """Seconds after which a request is given up.

    Attributes:
        connect: For the connection to stand.
        silence: Without a byte.
        whole: For the whole reply, however steadily it trickles.
    """

    connect: float = 10.0
    silence: float = 60.0
    whole: float = 300.0


class _Again(Exception):  # noqa: N818  (it ends an attempt, not the request)
    """An attempt failed in a way that may pass."""

    def __init__(self, why: str, wait: float | None = None, connected: bool = True) -> None:
        super().__init__(why)
        self.why, self.wait, self.connected = why, wait, connected


class Http:
    """Asks one place.

    Args:
        place: Where, and how often.
        email: Address at which the people of the place can reach whoever runs this program.
        per_second: Most requests in a second; those of the place unless given.
        authorization: Name and password of HTTP basic authentication.
        sleep, clock, chance: What waits, what tells the seconds, and where jitter comes from.
    """

    def __init__(
        self,
        place: Place,
        *,
        email: str | None = None,
        per_second: float | None = None,
        authorization: tuple[str, str] | None = None,
        timing: Timing | None = None,
        largest: int = _LARGEST,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        chance: random.Random | None = None,
    ) -> None:
        self.place = place
        self._timing = timing or Timing()
        self._largest = largest
        self._sleep, self._clock = sleep, clock
        self._chance = chance or random.Random()  # noqa: S311  (jitter is no secret)
        self._limiter = RateLimiter(per_second or place.per_second, clock, sleep)
        contact = f" (mailto:{email})" if email else ""
        self._client = httpx.Client(
            headers={"User-Agent": f"{TOOL}/{version(TOOL)}{contact}", "Accept-Encoding": "gzip"},
            auth=authorization,
            verify=_trusted(),
            timeout=httpx.Timeout(self._timing.silence, connect=self._timing.connect),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def ask(
        self,
        path: str,
        read: Callable[[Reply], T],
        query: Mapping[str, str | int] | None = None,
        form: Mapping[str, str | int] | None = None,
        allowed: frozenset[int] = frozenset(),
    ) -> T:
        """Get a reply, by POST where there is a form, and what it says.

        Args:
            path: What follows the address of the place.
            query: Fields that stand in the address.
            form: Fields that stand in the body.
            read: Reads a whole reply; when it finds it broken, the reply is asked for again.
            allowed: Statuses besides 200 that are an answer, such as a 404 for "none".

        Raises:
            UnreachableError: No connection could be made, or the place wants to be left alone for long.
            FetchError: The place refused, or every attempt failed.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                return read(self._once(f"{self.place.url}/{path}", query, form, allowed))
            except (_Again, BrokenReplyError) as error:
                again = error if isinstance(error, _Again) else _Again(str(error))
                most = _ATTEMPTS if again.connected else _ATTEMPTS_TO_CONNECT
                wait = backoff(attempt, self._chance) if again.wait is None else again.wait
                if attempt >= most or wait > LONGEST_WAIT:
                    raise self._given_up(again, attempt, wait) from error
                self._sleep(wait)

    def _given_up(self, again: _Again, attempts: int, wait: float) -> FetchError:
        name, url = self.place.name, self.place.url
        if not again.connected:
            return UnreachableError(
                f"{name} cannot be reached at {url} ({again.why}).",
                "Check the network or the proxy, then run the same command again; nothing is lost.",
            )
        if wait > LONGEST_WAIT:
            return UnreachableError(f"{name} asks to wait {wait / 60:,.0f} minutes ({again.why}).", _REMEDY)
        return FetchError(f"{name} failed {attempts} times at {url}: {again.why}.", _REMEDY)

    def _once(
        self,
        url: str,
        query: Mapping[str, str | int] | None,
        form: Mapping[str, str | int] | None,
        allowed: frozenset[int],
    ) -> Reply:
        self._limiter.wait()
        request = self._client.build_request(
            "POST" if form else "GET", url, params=query, data=dict(form) if form else None
        )
        deadline = self._clock() + self._timing.whole
        try:
            response = self._follow(request)
            try:
                self._judge(response, allowed)
                data = self._body(response, deadline)
            finally:
                response.close()
        except httpx.ConnectError as error:
            raise _Again(_reason(error), connected=False) from error
        except httpx.TimeoutException as error:
            was_connected = not isinstance(error, httpx.ConnectTimeout)
            raise _Again("no reply in time", connected=was_connected) from error
        except httpx.TransportError as error:
            raise _Again(f"the connection was cut ({_reason(error)})") from error
        kind = response.headers.get("content-type", "").partition(";")[0].strip().casefold()
        return Reply(_address(response.url), response.status_code, kind, data)

    def _follow(self, request: httpx.Request) -> httpx.Response:
        """Send a request; a redirection is followed only to the same scheme, and never with a form."""
        response = self._client.send(request, stream=True, follow_redirects=False)
        hops = 0
        while (following := response.next_request) is not None:
            response.close()
            hops += 1
            if hops > _REDIRECTS or request.method != "GET" or following.url.scheme != request.url.scheme:
                raise FetchError(
                    f"{_address(request.url)} sends on to {_address(following.url)}, which is not followed.",
                    "Check whether the network asks for a login; CITEWELL_PLACES can name another address.",
                )
            self._limiter.wait()
            # httpx takes the authorization off a request to another host; without `auth` it stays off.
            response = self._client.send(following, auth=None, stream=True, follow_redirects=False)
        return response

    def _judge(self, response: httpx.Response, allowed: frozenset[int]) -> None:
        self._obey(response.headers)
        status = response.status_code
        if status == httpx.codes.OK or status in allowed:
            return
        if status in TRANSIENT:
            wait = retry_after(response.headers.get("retry-after"), datetime.now(UTC))
            raise _Again(f"status {status}", wait)
        remedy = {
            400: "Check the query, and the API key in the settings.",
            401: "Check the API key in the settings.",
            403: "Check the API key in the settings, and whether the network lets this address through.",
        }.get(status, "Check the query; if it is right, the place may have changed its interface.")
        raise FetchError(f"{self.place.name} refused {_address(response.url)} (status {status}).", remedy)

    def _obey(self, headers: httpx.Headers) -> None:
        """Slow down to the limit that a reply states, as Crossref's do."""
        limit = headers.get("x-rate-limit-limit", "")
        interval = headers.get("x-rate-limit-interval", "").removesuffix("s")
        if limit.isdecimal() and interval.isdecimal() and int(limit) and int(interval):
            self._limiter.slow_to(int(limit) / int(interval))

    def _body(self, response: httpx.Response, deadline: float) -> bytes:
        """Read and unpack the body, here, for httpx would not notice a gzip stream that ends early."""
        packed = response.headers.get("content-encoding", "identity").strip().casefold()
        if packed not in {"", "identity", "gzip", "x-gzip"}:
            raise FetchError(
                f"{_address(response.url)} answers packed as '{packed}', which was not asked for.",
                "Check the proxy between here and there.",
            )
        unpack = zlib.decompressobj(wbits=31) if "gzip" in packed else None
        data = bytearray()
        for chunk in response.iter_raw():
            if self._clock() > deadline:
                raise _Again(f"the reply took more than {self._timing.whole:.0f} seconds")
            data += self._unpacked(unpack, chunk, len(data)) if unpack else chunk
            if len(data) > self._largest:
                raise FetchError(
                    f"{_address(response.url)} answers with more than {self._largest >> 20:,} MB.",
                    "Ask for fewer records, by a narrower query or a smaller --max.",
                )
        if unpack is not None and not unpack.eof:
            raise _Again("the reply was cut off within its gzip stream")
        return bytes(data)

    def _unpacked(self, unpack: zlib._Decompress, chunk: bytes, so_far: int) -> bytes:
        try:
            return unpack.decompress(chunk, self._largest - so_far + 1)  # no bomb fills the memory
        except zlib.error as error:
            raise _Again("the reply is no whole gzip stream") from error


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """The certificates that are trusted; reading them takes longer than many a request."""
    return httpx.create_ssl_context()


def _address(url: httpx.URL) -> str:
    """An address as it may be shown: without the query, and without a password."""
    return str(url.copy_with(query=None, fragment=None, username=None, password=None))


def _reason(error: httpx.TransportError) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
