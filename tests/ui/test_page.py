import os
import shutil
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from corpus.record import Kind
from ingest.document import Passage, PassageId, Span
from retrieval.answer import Answer, Citation, Outcome, Receipt, SourceRef, Statement
from retrieval.pipeline import Citewell
from ui.html import Turn
from ui.page import Conversation, _Replies, build_page, load_examples
from ui.serve import start

QUESTION = "why does Valium work when SSRIs didn't"
HOSTILE = (
    '<img src=x onerror="window.harmed=1"> <script>window.harmed=1</script> [x](javascript:window.harmed=1) '
    "![x](http://harm.example/x.png) ${window.harmed=1} {{constructor}} "
    "</textarea><svg onload=window.harmed=1>"
)
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


# What the server does, without a browser


def test_a_conversation_remembers_the_last_turns_only():
    conversation = Conversation()
    for number in range(1, 31):
        conversation = conversation.with_answer(Turn(number, f"question {number}"))
    assert conversation.asked == 30
    assert conversation.questions == [f"question {number}" for number in range(11, 31)]


def test_an_answer_grows_statement_by_statement(citewell):
    *growing, last = _Replies(citewell).reply(QUESTION, Conversation())
    conversation = last[2]
    (turn,) = conversation.turns
    shown = [each[1].count('"cw-statement"') for each in [*growing, last]]
    assert shown == list(range(len(turn.answer.statements) + 1))
    assert 'data-state="waiting"' in growing[0][1]
    assert 'data-state="done"' in last[1]


def test_earlier_questions_are_passed_on_and_earlier_answers_kept(citewell):
    seen = []

    class Listening(Citewell):
        desk = citewell.desk

        def ask(self, question, earlier=(), filters=None):
            seen.append(list(earlier))
            return citewell.ask(question, earlier)

    replies = _Replies(Listening(citewell.settings))
    conversation = Conversation()
    for question in ("how does diazepam work", "how does sertraline work"):
        first, *_, last = replies.reply(question, conversation)
        conversation = last[2]
    assert seen == [[], ["how does diazepam work"]]
    assert 'id="cw-turn-1"' in first[0]
    assert 'data-state="done"' in first[0]


@pytest.mark.parametrize("question", ["", "  \n "])
def test_an_empty_question_changes_nothing(citewell, question):
    (only,) = _Replies(citewell).reply(question, Conversation())
    assert all(part == {"__type__": "update"} for part in only)


def test_a_very_long_question_is_cut(citewell):
    *_, last = _Replies(citewell).reply("why " * 5000, Conversation())
    assert len(last[2].questions[0]) <= 2000


def test_eight_examples_and_each_is_answered(citewell):
    assert len(load_examples()) == 8
    for question in load_examples():
        answer = citewell.ask(question)
        assert answer.outcome in {Outcome.ANSWERED, Outcome.PARTIAL}, question
        assert answer.sources, question


def test_the_page_asks_no_other_host_for_anything(citewell):
    page = build_page(citewell)
    assert page.analytics_enabled is False
    assert all(fn.api_visibility != "public" for fn in page.fns.values())


# The page in a real browser


@pytest.fixture(scope="module")
def address(citewell, settings):
    page, url = start(citewell, settings)
    yield url
    page.close(verbose=False)


@pytest.fixture(scope="module")
def hostile_address(settings):
    page, url = start(_Hostile(settings), settings)
    yield url
    page.close(verbose=False)


@pytest.fixture(scope="module")
def chromium(address, hostile_address):
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


@pytest.fixture
def tab(chromium):
    """Opens the page in a fresh browser; afterwards, every request must have stayed on this machine."""
    contexts, requested, failures = [], [], []

    def visit(url, viewport=DESKTOP, **options):
        context = chromium.new_context(viewport=viewport, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("request", lambda request: requested.append(request.url))
        page.on("dialog", lambda dialog: failures.append(f"dialog: {dialog.message}"))
        page.on("pageerror", lambda error: failures.append(f"script error: {error}"))
        page.goto(url)
        page.locator("#cw-box textarea").wait_for()
        page.wait_for_function("document.querySelector('meta[http-equiv=Content-Security-Policy]')")
        return page

    yield visit
    for context in contexts:
        context.close()
    elsewhere = [url for url in requested if urlsplit(url).scheme not in {"data", "blob"}]
    assert requested
    assert {urlsplit(url).hostname for url in elsewhere} <= {"127.0.0.1"}
    assert not failures


def ask(page, question, turn=1):
    page.locator("#cw-box textarea").fill(question)
    page.keyboard.press("Enter")
    page.locator(f"#cw-turn-{turn}[data-state=done]").wait_for()


def cited(page, mark):
    """What the citation behind a mark says, taken from the answer itself."""
    return page.evaluate(
        "id => document.getElementById(id).querySelector('mark').textContent", mark.get_attribute("data-card")
    )


def panel_shows(page, mark):
    quote, label = cited(page, mark), mark.get_attribute("aria-label")
    panel = page.locator(".cw-panel")
    return (
        panel.locator("mark").text_content() == quote
        and panel.locator(".cw-card__title").text_content() == label.split(": ", 1)[1]
    )


def sideways(page):
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


def in_view(page, selector):
    box = page.locator(selector).bounding_box()
    size = page.viewport_size
    return (
        box is not None
        and box["y"] >= 0
        and box["y"] + box["height"] <= size["height"]
        and box["height"] > 10
    )


@pytest.mark.browser
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_ask_read_and_open_a_citation(tab, address, citewell, viewport):
    page = tab(address, viewport)
    assert page.title() == "Citewell"
    assert page.locator("h1").text_content() == "Citewell"
    assert in_view(page, ".cw-disclaimer")
    page.evaluate(
        """() => { window.counts = new Set(); new MutationObserver(() => window.counts.add(
        document.querySelectorAll('#cw-current .cw-statement').length))
        .observe(document.body, {childList: true, subtree: true}); }"""
    )
    ask(page, QUESTION)

    expected = citewell.ask(QUESTION)
    assert page.locator(".cw-statement").count() == len(expected.statements)
    assert len(page.evaluate("[...window.counts]")) > 2, "the statements came all at once"
    headings = list(dict.fromkeys(each.heading for each in expected.statements))
    assert page.locator(".cw-group h3").all_text_contents() == headings
    assert page.locator(".cw-references li").count() == len(expected.sources)
    assert in_view(page, ".cw-disclaimer")
    assert page.locator("#cw-announce").text_content().startswith("Answer ready")

    last = expected.statements[-1].citations[0]
    mark = page.locator("#cw-current .cw-statement").last.locator(".cw-mark").first
    mark.click()
    panel = page.locator(".cw-panel")
    assert panel.locator("mark").text_content() == last.quote
    named = next(each for each in expected.sources if each.number == last.number)
    assert panel.locator(".cw-card__title").text_content() == named.title
    passage = citewell.desk.index.passage(citewell.desk.index.row_of(PassageId(last.passage_id)))
    assert panel.locator(".cw-passage").text_content() == passage.text
    assert panel.locator("mark").is_visible()
    assert in_view(page, ".cw-panel .cw-passage mark")
    assert sideways(page) == 0


@pytest.mark.browser
def test_citations_of_earlier_answers_keep_working(tab, address):
    page = tab(address)
    ask(page, "how does sertraline work", turn=1)
    ask(page, "what are the side effects of diazepam", turn=2)
    for turn in (1, 2):
        mark = page.locator(f"#cw-turn-{turn} .cw-mark").first
        mark.click()
        assert mark.get_attribute("aria-current") == "true"
        assert panel_shows(page, mark)
    page.locator("#cw-anew").click()
    page.locator("#cw-welcome").wait_for()
    page.wait_for_function("!document.querySelector('.cw-turn')")
    assert page.locator(".cw-panel__empty").is_visible()


@pytest.mark.browser
def test_an_example_is_sent_with_one_click(tab, address):
    page = tab(address)
    assert page.locator(".cw-example").count() == 8
    page.locator(".cw-example").nth(1).click()
    page.locator("#cw-turn-1[data-state=done]").wait_for()
    assert page.locator(".cw-question").inner_text().endswith(load_examples()[1])
    assert not page.locator("#cw-welcome").is_visible()


@pytest.mark.browser
def test_the_keyboard_is_enough(tab, address):
    page = tab(address)
    page.wait_for_function("document.activeElement.tagName === 'TEXTAREA'")
    page.keyboard.type("how does sertraline work")
    page.keyboard.press("Enter")
    page.locator("#cw-turn-1[data-state=done]").wait_for()
    for _ in range(60):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('.cw-statement .cw-mark')"):
            break
    card = page.evaluate("document.activeElement.dataset.card")
    page.keyboard.press("Enter")
    assert panel_shows(page, page.locator(f'.cw-statement [data-card="{card}"]'))
    assert page.evaluate("document.activeElement.closest('.cw-panel') !== null")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.card") == card
    assert page.locator(".cw-panel__empty").is_visible()


@pytest.mark.browser
def test_an_emergency_is_seen_at_a_glance(tab, address):
    page = tab(address, PHONE)
    ask(page, "i took 30 xanax and feel weird")
    alert = page.locator('[role="alert"].cw-emergency')
    assert alert.is_visible()
    assert alert.evaluate("e => parseFloat(getComputedStyle(e).borderTopWidth)") >= 3
    assert in_view(page, ".cw-emergency__first")
    assert not page.locator(".cw-mark").count()
    assert "emergency" in page.locator("#cw-announce").text_content().casefold()
    assert sideways(page) == 0


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_answer_is_calm_and_text_has_contrast(tab, address, scheme):
    page = tab(address, color_scheme=scheme)
    ask(page, "what is the capital of France")
    assert page.locator(".cw-answer--calm").is_visible()
    assert not page.locator(".cw-mark").count()
    assert not page.locator('[role="alert"].cw-emergency').count()
    for selector in (
        ".cw-statement",
        ".cw-note",
        ".cw-disclaimer",
        ".cw-header p",
        ".cw-panel__empty p",
        "#cw-send",
    ):
        assert contrast(page, selector) >= 4.5, selector


@pytest.mark.browser
def test_hostile_words_stay_words(tab, hostile_address):
    page = tab(hostile_address)
    ask(page, HOSTILE)
    assert page.locator(".cw-question").text_content().endswith(HOSTILE)
    assert HOSTILE in page.locator(".cw-statement").first.text_content()
    page.locator(".cw-mark").first.click()
    panel = page.locator(".cw-panel")
    assert panel.locator("mark").text_content() == HOSTILE
    assert panel.locator(".cw-card__title").text_content() == HOSTILE
    assert not page.locator(".cw-turn, .cw-panel").locator("img, svg, script, iframe").count()
    assert not page.locator(".cw-turn, .cw-panel").locator("a").count()
    page.wait_for_timeout(200)
    assert page.evaluate("window.harmed") is None


@pytest.mark.browser
def test_the_browser_itself_refuses_what_should_never_be_there(tab, address):
    page = tab(address)
    refused = page.evaluate(
        """async () => {
            document.body.insertAdjacentHTML('beforeend', '<img src="data:,x" onerror="window.harmed=1">');
            await new Promise((done) => setTimeout(done, 200));
            return fetch('http://harm.example/').then(() => false, () => true);
        }"""
    )
    assert refused
    assert page.evaluate("window.harmed") is None


def contrast(page, selector):
    """WCAG contrast of an element's text against the first opaque background behind it."""
    text, ground = page.locator(selector).first.evaluate(
        """element => {
            const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
            let behind = element;
            while (behind.parentElement) {
                const colour = numbers(getComputedStyle(behind).backgroundColor);
                if (colour.length === 3 || colour[3] > 0.99) break;
                behind = behind.parentElement;
            }
            const ground = getComputedStyle(behind).backgroundColor;
            return [numbers(getComputedStyle(element).color), numbers(ground)];
        }"""
    )
    light, dark = sorted((_luminance(text), _luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour):
    parts = [each / 255 for each in colour[:3]]
    linear = [each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


class _Hostile(Citewell):
    """Answers as if every source and every field had been written by an attacker."""

    def ask(self, question, earlier=(), filters=None):
        citation = Citation(
            number=1, source_id="s", passage_id="p", start=0, end=len(HOSTILE), quote=HOSTILE, support=1.0
        )
        return Answer(
            question=question,
            outcome=Outcome.ANSWERED,
            statements=(Statement(heading=HOSTILE, text=HOSTILE, citations=(citation,)),),
            sources=(
                SourceRef(
                    number=1,
                    id="s",
                    kind=Kind.DOCUMENT,
                    title=HOSTILE,
                    authors=(HOSTILE,),
                    journal=HOSTILE,
                    url="javascript:window.harmed=1",
                ),
            ),
            notes=(HOSTILE,),
            disclaimer=HOSTILE,
            receipt=Receipt(settings="x", took_ms=1.0),
        )

    @property
    def desk(self):
        text = f"{HOSTILE} and more"
        passage = Passage(PassageId("p"), "s", (HOSTILE,), None, text, Span(0, len(text)), 1, HOSTILE, ())
        return SimpleNamespace(index=SimpleNamespace(row_of=lambda _: 0, passage=lambda _: passage))
