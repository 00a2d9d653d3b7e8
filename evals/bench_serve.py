"""`python -m evals.bench_serve`: many clients of one real server: what they get, how fast, and its memory.

The server is `citewell serve` in processes of its own, over the index of CITEWELL_HOME; clients speak HTTP.
Each client has an address of its own, as behind a proxy, and every other one reads a stream.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click
import httpx

from corpus.lexicon import load_lexicon
from evals.questions import read_questions

_HONEST = {429, 503}
_FLAT = 0.05  # growth of memory that still counts as none
_READY_WITHIN_S = 300
_FORMS = (
    "what is {}", "how fast does {} work", "what are the side effects of {}", "can I drink alcohol with {}",
    "how do I stop taking {}", "is {} safe in pregnancy", "how does {} work", "what does {} do to sleep",
    "does {} help with anxiety", "who should not take {}", "{} and grapefruit",
    "how long does {} stay in the body",
)  # fmt: skip


@dataclass
class Figures:
    """What clients met with: seconds of answers, seconds until their first words, and replies by status."""

    answers: list[float] = field(default_factory=list)
    first_words: list[float] = field(default_factory=list)
    replies: Counter[str] = field(default_factory=Counter)

    @property
    def errors(self) -> dict[str, int]:
        """Replies that are neither answers nor honest refusals."""
        return {name: count for name, count in self.replies.items() if name not in {"200", "429", "503"}}


@click.command()
@click.option("--clients", type=click.IntRange(1, 1000), default=50, show_default=True)
@click.option("--seconds", type=click.IntRange(1), default=60, show_default=True, help="How long they ask.")
@click.option("--questions", type=click.IntRange(100), help="Ask so many instead, and watch the memory.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True)
def main(clients: int, seconds: int, questions: int | None, workers: int) -> None:
    """Measure and print; exits with 1 where something was neither answered nor honestly refused."""
    figures = asyncio.run(_measure(clients, seconds, questions, workers))
    took = sorted(figures.answers)
    click.echo(f"replies        {dict(sorted(figures.replies.items()))}")
    if took:
        middle, worst = statistics.median(took), took[-1]
        click.echo(f"answers        median {middle:.2f} s, p95 {_p95(took):.2f} s, slowest {worst:.2f} s")
    if figures.first_words:
        click.echo(f"first words    p95 {_p95(sorted(figures.first_words)):.2f} s")
    if figures.errors:
        click.echo(f"errors         {figures.errors}")
        sys.exit(1)


async def _measure(clients: int, seconds: int, questions: int | None, workers: int) -> Figures:
    figures = Figures()
    async with running_server(workers) as (process, address), _client(address) as client:
        if questions is None:
            begun = time.monotonic()
            until = begun + seconds
            asked: Iterator[str] = _various()
            await asyncio.gather(
                *(_ask_until(client, number, asked, until, figures) for number in range(clients))
            )
            rate = len(figures.answers) / (time.monotonic() - begun)
            click.echo(f"{clients} clients for {seconds} s, {workers} worker(s): {rate:.1f} answers a second")
        else:
            await _watch_memory(client, process.pid, questions, min(clients, 4), figures)
    return figures


async def _ask_until(
    client: httpx.AsyncClient, number: int, questions: Iterator[str], until: float, figures: Figures
) -> None:
    while time.monotonic() < until:
        wait_s = await _ask(client, next(questions), number, number % 2 == 1, figures)
        await asyncio.sleep(min(wait_s, max(0.0, until - time.monotonic())))


async def _ask(
    client: httpx.AsyncClient, question: str, visitor: int, streamed: bool, figures: Figures
) -> float:
    """Ask one question, and count what comes; how long to wait before the next, as the server says."""
    headers = {"X-Forwarded-For": f"10.{visitor >> 16 & 255}.{visitor >> 8 & 255}.{visitor & 255}"}
    if streamed:
        headers["Accept"] = "text/event-stream"
    begun, wait_s = time.perf_counter(), 0.0
    try:
        async with client.stream("POST", "/v1/ask", json={"question": question}, headers=headers) as reply:
            name, seen = str(reply.status_code), ""
            async for text in reply.aiter_text():
                if streamed and "event: statement" in text and "event: statement" not in seen:
                    figures.first_words.append(time.perf_counter() - begun)
                seen += text
            if reply.status_code in _HONEST:
                wait_s = float(reply.headers["Retry-After"])
            elif '"disclaimer":"' not in seen or '"outcome":"error"' in seen:
                name = "no answer"
            else:
                figures.answers.append(time.perf_counter() - begun)
    except (httpx.HTTPError, KeyError, ValueError) as error:
        name = type(error).__name__
    figures.replies[name] += 1
    return wait_s


async def _watch_memory(
    client: httpx.AsyncClient, process: int, questions: int, clients: int, figures: Figures
) -> None:
    """Ask one question after another, each by a visitor of its own, and say what the memory does."""
    tenth = questions // 10
    numbers, asked = itertools.count(1), _various()
    sizes = [_memory_mb(process)]
    for _ in range(10):
        until = len(figures.answers) + tenth

        async def ask_some(until: int = until) -> None:
            while len(figures.answers) < until and not figures.errors:
                number = next(numbers)
                wait_s = await _ask(client, next(asked), number, number % 2 == 1, figures)
                await asyncio.sleep(wait_s)

        await asyncio.gather(*(ask_some() for _ in range(clients)))
        sizes.append(_memory_mb(process))
    click.echo("memory         " + ", ".join(f"{size:.0f}" for size in sizes) + " MB, after each tenth")
    growth, end = max(sizes[2:]) / sizes[1] - 1, sizes[-1] / sizes[1] - 1
    told = "flat" if growth <= _FLAT else "NOT flat"
    click.echo(
        f"growth         {growth:+.1%} from the first tenth to the largest after it, {end:+.1%} to the last: "
        f"{told} (within {_FLAT:.0%})"
    )
    if growth > _FLAT:
        figures.replies["memory grew"] += 1


def _various() -> Iterator[str]:
    """Questions without end: those for development, then every form about every name of the lexicon."""
    kinds = {"drug", "class", "condition"}
    names = [each.name for each in load_lexicon().entities.values() if each.kind in kinds]
    made = [form.format(name) for name in names for form in _FORMS]
    return itertools.cycle([*(each.question for each in read_questions()), *_mixed(made)])


def _mixed(texts: Sequence[str]) -> list[str]:
    """The same texts, neighbours apart, in an order that is always the same."""
    return [text for start in range(len(_FORMS) + 1) for text in texts[start :: len(_FORMS) + 1]]


@asynccontextmanager
async def running_server(workers: int) -> AsyncIterator[tuple[subprocess.Popen[str], str]]:
    """A warm server in a process of its own, over the index of CITEWELL_HOME, and its address."""
    command = [sys.executable, "-c", "from ui.cli import main; main()", "serve", "--port", "0"]
    with subprocess.Popen(  # noqa: S603  (this very program)
        [*command, "--workers", str(workers)], stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            lines: Iterable[str] = process.stderr or ()
            address = next(found[0] for line in lines if (found := re.search(r"http://[^ ]+", line)))
            # Its log is read on, else it would wait for somebody to do so.
            reading = threading.Thread(target=lambda: deque(lines, maxlen=0))
            reading.start()
            async with _client(address) as client:
                for _ in range(_READY_WITHIN_S):
                    if (await client.get("/readyz")).status_code == httpx.codes.OK:
                        break
                    await asyncio.sleep(1)
            yield process, address
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait)


def _client(address: str) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    return httpx.AsyncClient(base_url=address, timeout=120, limits=limits, trust_env=False)


def _memory_mb(process: int) -> float:
    """Memory of a process and those it started, what they share counted once (Linux)."""
    threads = Path(f"/proc/{process}/task").iterdir()
    below = [int(child) for each in threads for child in (each / "children").read_text().split()]
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    own = re.search(r"^Pss: +(\d+) kB", rollup, re.MULTILINE)
    return int(own[1] if own else 0) / 1024 + sum(_memory_mb(each) for each in below)


def _p95(took: Sequence[float]) -> float:
    return took[int(0.95 * (len(took) - 1))]


if __name__ == "__main__":
    main()
