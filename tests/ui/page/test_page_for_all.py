"""The page in a real Chromium, whoever uses or misuses it: emergencies, access, foreign words, losses."""

import re

import pytest

from tests.ui.page.browser import PHONE, ask, faults, in_view, ready, sideways, until_taken
from tests.ui.page.fakes import HOSTILE

pytestmark = pytest.mark.browser


def test_an_emergency_is_seen_at_a_glance(tab, address):
    page = tab(address, PHONE)
    ask(page, "i took 30 xanax and feel weird")
    alert = page.locator('[role="alert"].cw-emergency')
    assert alert.is_visible()
    assert alert.evaluate("e => parseFloat(getComputedStyle(e).borderTopWidth)") >= 3
    assert in_view(page, ".cw-emergency__first")
    assert not page.locator(".cw-mark").count()
    assert not page.locator(".cw-strength").count()
    assert "emergency" in page.locator("#cw-announce").text_content().casefold()
    assert sideways(page) == 0
    assert faults(page) == []
    page.locator("[data-tool=theme]").click()
    assert faults(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_is_in_the_way_of_anybody(tab, address, scheme):
    page = tab(address, color_scheme=scheme)
    assert faults(page) == []
    ask(page, "what is the capital of France")
    assert page.locator(".cw-answer--calm").is_visible()
    assert not page.locator(".cw-mark, .cw-emergency").count()
    ask(page, "Can I drink alcohol with diazepam?", turn=2)
    assert page.locator("#cw-turn-2 .cw-warnings").count() or page.locator("#cw-turn-2 .cw-statement").count()
    page.locator("#cw-current .cw-mark").first.click()
    page.locator(".cw-panel .cw-doc").wait_for()
    page.locator("#cw-turn-2 .cw-rate").first.click()
    assert faults(page) == []
    for tool in ("filters", "about", "export"):
        page.locator(f"[data-tool={tool}]").click()
        page.locator("dialog[open]").wait_for()
        assert faults(page) == [], tool
        page.keyboard.press("Escape")
    dark = page.evaluate("document.body.classList.contains('dark')")
    assert dark == (scheme == "dark")
    page.locator("[data-tool=theme]").click()
    assert page.evaluate("document.body.classList.contains('dark')") != dark
    page.reload()
    ready(page)
    assert page.evaluate("document.body.classList.contains('dark')") != dark


def test_hostile_words_stay_words(tab, hostile_address):
    page = tab(hostile_address)
    ask(page, HOSTILE)
    for _ in range(2):
        assert page.locator(".cw-question").text_content().endswith(HOSTILE)
        assert HOSTILE in page.locator(".cw-statement").first.text_content()
        mark = page.locator("#cw-turn-1 .cw-mark").first
        mark.hover()
        page.locator("#cw-tip").wait_for()
        mark.click()
        panel = page.locator(".cw-panel")
        assert panel.locator("mark").text_content() == HOSTILE
        assert panel.locator(".cw-card__title").text_content() == HOSTILE
        shown = page.locator(".cw-turn, .cw-panel, .cw-tip")
        assert not shown.locator("img, svg, script, iframe, a").count()
        assert page.evaluate("window.harmed") is None
        page.reload()
        ready(page)
        page.locator("#cw-turn-1[data-state=kept]").wait_for()


def test_what_was_put_into_the_browsers_memory_stays_words(tab, address):
    page = tab(address)
    ask(page, "how does sertraline work")
    page.evaluate(
        """hostile => {
            const turns = JSON.parse(localStorage.getItem('citewell.conversation'));
            const answer = turns[0].answer;
            turns[0].question = turns[0].narrowed = answer.notes[0] = answer.disclaimer = hostile;
            answer.statements[0].text = answer.statements[0].heading = answer.sources[0].title = hostile;
            answer.sources[0].url = 'javascript:window.harmed=1';
            localStorage.setItem('citewell.conversation', JSON.stringify(turns));
        }""",
        HOSTILE,
    )
    page.reload()
    ready(page)
    page.locator("#cw-turn-1[data-state=kept]").wait_for()
    assert page.locator(".cw-question").text_content().endswith(HOSTILE)
    assert not page.locator(".cw-turn").locator("img, svg, script, iframe, [href^='javascript']").count()
    page.evaluate("localStorage.setItem('citewell.conversation', '{broken')")
    page.reload()
    ready(page)
    ask(page, "how does sertraline work", turn=1)
    assert page.evaluate("window.harmed") is None


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


def test_a_lost_answer_is_said_to_be_lost_and_its_question_is_not(tab, address, paced):
    page = tab(address)
    question, problem = "how does sertraline work", page.locator("#cw-below .cw-problem")
    with paced.holding(after=2):
        page.locator("#cw-box textarea").fill(question)
        page.keyboard.press("Enter")
        page.locator("#cw-current .cw-statement").wait_for()
        page.route(re.compile("/component_server"), lambda route: route.abort())  # as if the server had ended
        problem.wait_for()
        assert "did not arrive" in problem.text_content()
        assert page.locator("#cw-box textarea").input_value() == question
        page.unroute_all()
    page.locator("#cw-turn-1[data-state=done]").wait_for()  # it arrives after all
    with paced.holding(after=2):
        page.locator("#cw-box textarea").fill(question)
        until_taken(page, turn=2)
        page.locator("#cw-turn-2[data-state=streaming]").wait_for()
        page.reload()
        ready(page)
        problem.wait_for()
        assert page.locator("#cw-box textarea").input_value() == question
    page.keyboard.press("Enter")
    page.locator("#cw-turn-2[data-state=done]").wait_for()
    assert not problem.is_visible()


@pytest.mark.parametrize("how", ["full", "waiting"])
def test_help_waits_for_no_place_in_the_queue(tab, address, how):
    page = tab(address)
    full = {"status": 503, "json": {"detail": "Queue is full."}}
    page.route(re.compile("/queue/join"), lambda route: route.fulfill(**full) if how == "full" else None)
    ask_for = page.locator("#cw-box textarea")
    ask_for.fill("i took 30 xanax and feel weird")
    page.keyboard.press("Enter")
    page.locator("#cw-log .cw-answer--emergency").wait_for()
    assert in_view(page, ".cw-emergency__first")
    if how == "waiting":
        return
    assert ask_for.input_value() == "i took 30 xanax and feel weird"
    page.unroute_all()
    until_taken(page, turn=2)
    page.locator("#cw-turn-2[data-state=done]").wait_for()
    ask(page, "what is diazepam", turn=3)
    page.route(re.compile("/queue/join"), lambda route: route.fulfill(**full))
    ask_for.fill("what is sertraline")
    page.keyboard.press("Enter")
    page.locator("#cw-below .cw-problem", has_text="did not arrive").wait_for()
    assert page.locator("#cw-log .cw-answer--emergency").count() == 2
