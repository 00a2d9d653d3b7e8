"""What the browser tests share: Chromium, a watched tab, and small questions about a page."""

import os
import shutil
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


@contextmanager
def chromium():
    """One browser; without one the tests are skipped, but never in CI."""
    path = shutil.which("chromium")
    if path is None:
        message = "no chromium on the PATH"
        if os.environ.get("CI"):
            pytest.fail(f"{message}; the browser tests must run here")
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


class Tabs:
    """Opens the page in fresh browsers, and watches what they ask for and what fails in them."""

    def __init__(self, browser):
        self.browser, self.contexts, self.requested, self.failures = browser, [], [], []

    def visit(self, url, viewport=DESKTOP, **options):
        context = self.browser.new_context(viewport=viewport, **options)
        self.contexts.append(context)
        context.set_default_timeout(20_000)
        page = context.new_page()
        context.on("request", lambda request: self.requested.append(request.url))
        page.on("dialog", lambda dialog: self.failures.append(f"dialog: {dialog.message}"))
        page.on("pageerror", lambda error: self.failures.append(f"script error: {error}"))
        page.goto(url)
        ready(page)
        return page

    def close(self):
        for context in self.contexts:
            context.close()
        elsewhere = [url for url in self.requested if urlsplit(url).scheme not in {"data", "blob"}]
        assert self.requested
        assert {urlsplit(url).hostname for url in elsewhere} <= {"127.0.0.1"}
        assert not self.failures


def ready(page):
    page.locator("#cw-box textarea").wait_for()
    page.wait_for_function("window.citewell?.server && document.querySelector('[http-equiv]')")


def ask(page, question, turn=1):
    page.wait_for_function("!document.body.hasAttribute('data-cw-asking')")
    page.locator("#cw-box textarea").fill(question)
    page.keyboard.press("Enter")
    page.locator(f"#cw-turn-{turn}[data-state=done]").wait_for()
    page.wait_for_function("!document.body.hasAttribute('data-cw-asking')")


def until_taken(page, turn, most=40):
    """Send what is in the box after an answer that was lost.

    Gradio may still be ending that one: it then lets the question stay, and nothing on the page tells.
    """
    from playwright.sync_api import TimeoutError

    for _ in range(most):
        page.keyboard.press("Enter")
        try:
            return page.locator(f"#cw-turn-{turn}").wait_for(timeout=500)
        except TimeoutError:
            continue
    raise AssertionError(f"no turn {turn} begins")


def sideways(page):
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


def in_view(page, selector):
    box = page.locator(selector).first.bounding_box()
    size = page.viewport_size
    return (
        box is not None
        and box["y"] >= -1
        and box["y"] + box["height"] <= size["height"] + 1
        and box["height"] > 10
    )


def focused(page, selector):
    return page.evaluate("selector => document.activeElement.matches(selector)", selector)


def tab_to(page, selector, key="Tab", most=80):
    for _ in range(most):
        page.keyboard.press(key)
        if focused(page, selector):
            return
    raise AssertionError(f"{key} never reaches {selector}")


def faults(page):
    """What axe-core finds that is serious or critical, once colours that change have changed."""
    from axe_playwright_python.sync_playwright import Axe

    page.wait_for_function(
        "() => document.getAnimations().every(each => each.playState !== 'running'"
        " || each.effect?.getTiming().iterations === Infinity)"
    )
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        (each["id"], [node["target"] for node in each["nodes"]][:3])
        for each in found
        if each["impact"] in {"serious", "critical"}
    ]
