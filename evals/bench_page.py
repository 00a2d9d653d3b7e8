"""`python -m evals.bench_page`: how soon the page is there, and how soon after sending its first words are.

In a real Chromium, each visit in a fresh profile, against a warm `citewell serve` in a process of its own,
over the index of CITEWELL_HOME. Not for many clients: see `evals.bench_serve`.
"""

from __future__ import annotations

import asyncio
import shutil
import statistics
import sys
from collections.abc import Sequence

import click
from playwright.async_api import Browser, async_playwright

from evals.bench_serve import running_server
from evals.questions import read_questions

_PAINT_GOAL_MS, _WORDS_GOAL_MS = 2000.0, 500.0
# Milliseconds from the key that sends the question to the first statement that can be read.
_WATCH = """() => new Promise((done) => {
    const box = document.querySelector("#cw-box textarea");
    let sent = 0;
    box.addEventListener("keydown", (event) => {
        if (event.key === "Enter") sent = performance.now();
    }, { capture: true });
    const look = new MutationObserver(() => {
        if (!sent || !document.querySelector("#cw-current .cw-statement, #cw-current .cw-emergency")) return;
        look.disconnect();
        requestAnimationFrame(() => setTimeout(() => { window.wordsMs = performance.now() - sent; }));
    });
    look.observe(document.body, { childList: true, subtree: true });
    done();
})"""


@click.command()
@click.option("--visits", type=click.IntRange(1, 1000), default=30, show_default=True)
def main(visits: int) -> None:
    """Measure and print; exits with 1 where the 95th percentile misses its goal."""
    painted, usable, words = asyncio.run(_measure(visits))
    missed = [
        _told("first paint", painted, _PAINT_GOAL_MS),
        _told("box can be typed into", usable, _PAINT_GOAL_MS),
        _told("first words after sending", words, _WORDS_GOAL_MS),
    ]
    sys.exit(int(any(missed)))


async def _measure(visits: int) -> tuple[list[float], list[float], list[float]]:
    painted, usable, words = list[float](), list[float](), list[float]()
    questions = [each.question for each in read_questions() if not each.earlier]
    async with running_server(1) as (_, address), async_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for number in range(visits + 1):
            paint, ready, first = await _visit(browser, address, questions[number % len(questions)])
            if number:  # the first visit fills the system's caches
                painted.append(paint)
                usable.append(ready)
                words.append(first)
        await browser.close()
    return painted, usable, words


async def _visit(browser: Browser, address: str, question: str) -> tuple[float, float, float]:
    """Milliseconds until something is painted, until the box is there, and from sending to first words."""
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(address)
    box = page.locator("#cw-box textarea")
    await box.wait_for()
    ready = await page.evaluate("performance.now()")
    await page.wait_for_function("window.citewell?.server")
    paint = await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    await page.evaluate(_WATCH)
    await box.fill(question)
    await box.press("Enter")
    await page.wait_for_function("window.wordsMs")
    words = await page.evaluate("window.wordsMs")
    await context.close()
    return float(paint), float(ready), float(words)


def _told(what: str, took: Sequence[float], goal: float) -> bool:
    """Print a figure; whether it misses its goal."""
    in_order = sorted(took)
    worst = in_order[int(0.95 * (len(in_order) - 1))]
    middle = statistics.median(in_order)
    click.echo(f"{what:26} median {middle:6.0f} ms, p95 {worst:6.0f} ms   (goal under {goal:.0f})")
    return worst >= goal


if __name__ == "__main__":
    main()
