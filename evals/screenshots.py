"""Take the pictures of the page that the documentation shows: `make screenshots`.

A real server, a real Chromium, the shipped corpus. Not a test: tests/ui/page looks at what matters.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ingest.settings import load_settings
from retrieval.pipeline import Citewell
from ui.serve import start

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

_FOLDER = Path(__file__).parent.parent / "docs" / "images"
_DESKTOP: ViewportSize = {"width": 1280, "height": 860}
_PHONE: ViewportSize = {"width": 390, "height": 844}
_QUESTION = "Why does Valium work when SSRIs didn't?"
_URGENT = "I took 30 Xanax and feel weird"
_PATIENCE_MS = 60_000


def main() -> int:
    """Take them all; returns the exit status."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.stderr.write("No chromium on the PATH: install it, then take the pictures again.\n")
        return 1
    settings = load_settings(port=0)
    citewell = Citewell(settings)
    citewell.warm_up()
    running, address = start(citewell, settings)
    _FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            for scheme in ("light", "dark"):
                _take_answer(browser, address, scheme)
            _take_phone(browser, address)
            _take_emergency(browser, address)
            browser.close()
    finally:
        running.close()
    return 0


def _take_answer(browser: Browser, address: str, scheme: Literal["light", "dark"]) -> None:
    page = _opened(browser, address, _DESKTOP, scheme)
    _ask(page, _QUESTION, 1)
    page.locator("#cw-current .cw-mark").first.click()
    page.locator(".cw-panel .cw-doc").wait_for()
    _take(page, f"page-{scheme}")


def _take_phone(browser: Browser, address: str) -> None:
    page = _opened(browser, address, _PHONE, "light", scale=2)
    _ask(page, _QUESTION, 1)
    _take(page, "page-phone")


def _take_emergency(browser: Browser, address: str) -> None:
    page = _opened(browser, address, _DESKTOP, "light")
    _ask(page, _URGENT, 1)
    _take(page, "page-emergency")


def _opened(
    browser: Browser, address: str, size: ViewportSize, scheme: Literal["light", "dark"], scale: float = 1
) -> Page:
    context = browser.new_context(
        viewport=size, color_scheme=scheme, device_scale_factor=scale, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    page.goto(address)
    page.locator("#cw-box textarea").wait_for()
    page.wait_for_function("window.citewell?.server")
    return page


def _ask(page: Page, question: str, turn: int) -> None:
    page.locator("#cw-box textarea").fill(question)
    page.keyboard.press("Enter")
    page.locator(f"#cw-turn-{turn}[data-state=done]").wait_for()


def _take(page: Page, name: str) -> None:
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement?.blur()")
    page.wait_for_timeout(400)  # until what moves has come to rest
    page.screenshot(path=_FOLDER / f"{name}.png")


if __name__ == "__main__":
    sys.exit(main())
