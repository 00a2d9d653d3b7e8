"""The page in a real Chromium: each test is one visit, in which several things are looked at."""

from pathlib import Path

import pytest

from ingest.document import PassageId
from tests.ui.page.browser import DESKTOP, PHONE, ask, focused, in_view, ready, sideways, tab_to
from tests.ui.page.fakes import pdf_of
from ui.feedback import entries, feedback_file
from ui.page import load_examples

pytestmark = pytest.mark.browser

QUESTION = "why does Valium work when SSRIs didn't"


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_ask_stream_and_open_a_citation_in_its_document(tab, address, citewell, viewport):
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
    listed = page.locator("#cw-current .cw-references > ol:not(.cw-rested) > li")
    assert listed.count() == len(expected.sources)
    assert page.locator("#cw-current .cw-strength").text_content().startswith("How strong is this?")
    assert in_view(page, ".cw-disclaimer")
    assert page.locator("#cw-announce").text_content().startswith("Answer ready")
    spoken = page.locator("#cw-spoken p").all_text_contents()
    assert len(spoken) == len(expected.statements)
    assert spoken[0].startswith(expected.statements[0].text)

    last = expected.statements[-1].citations[0]
    page.locator("#cw-current .cw-statement").last.locator(".cw-mark").first.click()
    panel = page.locator(".cw-panel")
    panel.locator(".cw-doc").wait_for()
    assert panel.locator("mark").text_content() == last.quote
    assert in_view(page, ".cw-panel mark")
    named = next(each for each in expected.sources if each.number == last.number)
    assert panel.locator(".cw-card__title").text_content() == named.title
    passage = citewell.desk.index.passage(citewell.desk.index.row_of(PassageId(last.passage_id)))
    assert panel.locator(".cw-doc__passage").text_content() == passage.text
    assert passage.section[-1] in panel.locator(".cw-doc__heading").all_text_contents()
    assert sideways(page) == 0


def test_follow_up_reload_edit_again_and_a_new_conversation(tab, address, paced):
    page = tab(address)
    page.locator(".cw-example").nth(2).click()
    page.locator("#cw-turn-1[data-state=done]").wait_for()
    assert page.locator(".cw-question").inner_text().endswith(load_examples()[2])
    assert not page.locator("#cw-welcome").is_visible()
    ask(page, "and what are its side effects?", turn=2)
    assert paced.asked[-1] == ("and what are its side effects?", [load_examples()[2]])
    assert "sertraline" in page.locator("#cw-turn-2 .cw-references").text_content().casefold()
    assert page.locator("#cw-log #cw-turn-1").count() == 1

    page.reload()
    ready(page)
    page.locator("#cw-turn-2[data-state=kept]").wait_for()
    assert page.locator(".cw-turn").count() == 2
    mark = page.locator("#cw-turn-1 .cw-mark").first
    mark.click()
    assert mark.get_attribute("aria-current") == "true"
    page.locator(".cw-panel .cw-doc").wait_for()
    page.keyboard.press("Escape")

    page.locator("#cw-turn-2 [data-action=edit]").click()
    assert page.locator("#cw-box textarea").input_value() == "and what are its side effects?"
    assert page.locator("#cw-editing").is_visible()
    page.locator("#cw-box textarea").press("Escape")
    assert not page.locator("#cw-editing").is_visible()
    page.locator("#cw-turn-2 [data-action=edit]").click()
    ask(page, "and how does it work?", turn=3)
    assert paced.asked[-1] == ("and how does it work?", [load_examples()[2]])
    assert page.locator(".cw-turn").count() == 2
    page.locator("#cw-turn-3 [data-action=again]").click()
    page.locator("#cw-turn-4[data-state=done]").wait_for()
    assert paced.asked[-1] == ("and how does it work?", [load_examples()[2]])
    assert page.locator(".cw-turn").count() == 2

    page.locator("[data-tool=anew]").click()
    page.locator("#cw-welcome").wait_for()
    assert page.locator(".cw-turn").count() == 0
    assert page.locator(".cw-panel__empty").is_visible()
    assert page.evaluate("localStorage.getItem('citewell.conversation')") is None


def test_stop_keeps_what_was_said(tab, address, paced):
    page = tab(address)
    with paced.holding(after=3):
        page.locator("#cw-box textarea").fill(QUESTION)
        page.keyboard.press("Enter")
        page.locator("#cw-current .cw-statement").nth(1).wait_for()
        assert not page.locator("#cw-send").is_visible()
        page.locator("#cw-stop").click()
        page.locator("#cw-turn-1[data-state=done]").wait_for()
    assert page.locator("#cw-turn-1 .cw-statement").count() == 2
    assert "You stopped this answer" in page.locator("#cw-turn-1 .cw-note").last.text_content()
    page.locator("#cw-send").wait_for()
    page.locator("#cw-turn-1 [data-action=again]").click()
    page.locator("#cw-turn-2[data-state=done]").wait_for()
    assert page.locator("#cw-turn-2 .cw-statement").count() > 2


def test_sources_are_filtered(tab, address):
    page = tab(address)
    page.locator("[data-tool=filters]").click()
    dialog = page.locator("#cw-filters")
    page.wait_for_function("document.querySelector('#cw-mine-note').textContent.includes('is empty')")
    assert dialog.locator("[value=mine]").is_disabled()
    assert dialog.locator("[value=own]").is_disabled()
    dialog.locator("[value=labels]").check()
    dialog.locator("[name=since]").fill("2020")
    dialog.locator("[name=until]").fill("2000")
    dialog.locator("[data-apply]").click()
    assert "after the last" in dialog.locator(".cw-problem").text_content()
    dialog.locator("[name=until]").fill("")
    dialog.locator("[data-apply]").click()
    assert page.locator("#cw-chosen").text_content() == "Only: Drug labels and monographs, 2020 to …"
    ask(page, "what are the side effects of sertraline")
    assert page.locator(".cw-narrowed").text_content() == "Only: drug labels and monographs, from 2020 on"
    badges = page.locator("#cw-turn-1 .cw-references > ol:not(.cw-rested) .cw-badge").all_text_contents()
    kinds = {each for each in badges if not each.isdigit() and not each.startswith("Summary")}
    assert kinds
    assert kinds <= {"Drug label", "Monograph"}
    assert all(int(each) >= 2020 for each in badges if each.isdigit())
    page.locator("[data-tool=filters]").click()
    dialog.locator("[data-clear]").click()
    assert page.locator("#cw-chosen").text_content() == ""


def test_a_document_of_ones_own_is_asked_by_nobody_else(tab, address, tmp_path):
    page = tab(address)
    page.locator("[data-tool=filters]").click()
    dialog = page.locator("#cw-filters")
    wrong = tmp_path / "picture.png"
    wrong.write_bytes(b"no picture")
    dialog.locator("#cw-own-file").set_input_files(wrong)
    page.locator("#cw-filters .cw-problem").wait_for()
    assert "'.png' cannot be added" in dialog.locator(".cw-problem").text_content()
    leaflet = tmp_path / "leaflet.pdf"
    said = "Diazepam, as our clinic explains it, turns up a brake of the brain, a messenger called GABA."
    leaflet.write_bytes(pdf_of(said))
    dialog.locator("#cw-own-file").set_input_files(leaflet)
    page.wait_for_function("document.querySelector('#cw-own-said').textContent.includes('was added')")
    assert "leaflet.pdf" in dialog.locator("#cw-mine-note").text_content()
    assert dialog.locator("[value=beside]").is_checked()
    dialog.locator("[data-apply]").click()
    assert "too" in page.locator("#cw-chosen").text_content()
    ask(page, "how does diazepam work")
    headings = page.locator("#cw-turn-1 .cw-group h3").all_text_contents()
    assert any("(documents added here)" in each for each in headings)
    assert not all("(documents added here)" in each for each in headings)
    mine = page.locator("#cw-turn-1 .cw-group", has_text="(documents added here)").locator(".cw-mark").last
    mine.click()
    page.locator(".cw-panel .cw-doc").wait_for()
    assert page.locator(".cw-panel mark").text_content() == said
    page.locator("#cw-turn-1 .cw-group").first.locator(".cw-mark").first.click()
    page.wait_for_function("!document.querySelector('.cw-panel mark').textContent.includes('our clinic')")
    page.locator(".cw-panel .cw-doc").wait_for()
    page.keyboard.press("Escape")

    page.locator("[data-tool=filters]").click()
    dialog.locator("[value=own]").check()
    dialog.locator("[data-apply]").click()
    assert "Only: documents added here" in page.locator("#cw-chosen").text_content()
    ask(page, "how does diazepam work", turn=2)
    assert page.locator("#cw-turn-2 .cw-statement").first.text_content().startswith(said)
    page.locator("#cw-turn-2 .cw-mark").first.click()
    page.locator(".cw-panel .cw-doc").wait_for()
    assert page.locator(".cw-panel .cw-doc__page").text_content() == "Page 1"
    assert page.locator(".cw-panel mark").text_content() == said

    other = tab(address)
    ask(other, "how does diazepam work")
    assert "our clinic" not in other.locator(".cw-turn").text_content()

    page.keyboard.press("Escape")
    page.locator("[data-tool=filters]").click()
    dialog.locator("[data-tool=remove-own]").click()
    page.wait_for_function("document.querySelector('#cw-own-said').textContent.includes('deleted')")
    assert page.locator("#cw-chosen").text_content() == ""


def test_hover_copy_export_and_feedback(tab, address, settings):
    page = tab(address, permissions=["clipboard-read", "clipboard-write"])
    ask(page, "how does sertraline work")
    mark = page.locator("#cw-current .cw-mark").first
    mark.hover()
    tip = page.locator("#cw-tip")
    tip.wait_for()
    card = page.locator(f"[id='{mark.get_attribute('data-card')}']")
    assert card.locator(".cw-card__title").text_content() in tip.text_content()
    assert card.locator("mark").text_content() in tip.text_content()
    assert tip.locator(".cw-badge").count() >= 1
    page.keyboard.press("Escape")
    assert not tip.is_visible()

    page.locator("[data-action=copy]").click()
    page.wait_for_function("document.querySelector('[data-action=copy]').textContent === 'Copied'")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "how does sertraline work" in copied
    assert "References" in copied
    assert "not medical advice" in copied

    for form, ending in (("markdown", ".md"), ("page", ".html")):
        page.locator("[data-tool=export]").click()
        with page.expect_download() as waited:
            page.locator(f"[data-export={form}]").click()
        text = Path(waited.value.path()).read_text(encoding="utf-8")
        assert waited.value.suggested_filename.endswith(ending)
        assert "how does sertraline work" in text
        assert "not medical advice" in text

    path = feedback_file(settings.home)
    assert list(entries(path)) == []
    page.locator(".cw-rate[data-rating=down]").click()
    form = page.locator(".cw-remark[data-rating=down]")
    assert "Sent only when you press Send" in form.text_content()
    form.locator("[value=missing]").check()
    form.locator(".cw-said").fill("How fast?")
    form.locator(".cw-send-remark").click()
    page.locator(".cw-remarked").wait_for()
    (entry,) = entries(path)
    assert (entry.rating, entry.reasons, entry.said) == ("down", ("missing",), "How fast?")
    assert entry.answer.question == "how does sertraline work"


def test_the_keyboard_is_enough(tab, address):
    page = tab(address)
    page.wait_for_function("document.activeElement.tagName === 'TEXTAREA'")
    page.keyboard.type("how does sertraline work")
    page.keyboard.press("Enter")
    page.locator("#cw-turn-1[data-state=done]").wait_for()
    tab_to(page, ".cw-statement .cw-mark", "Shift+Tab")
    assert page.locator("#cw-tip").is_visible()
    card = page.evaluate("document.activeElement.dataset.card")
    page.keyboard.press("Enter")
    page.locator(".cw-panel .cw-doc").wait_for()
    assert focused(page, "#cw-source-title")
    assert page.locator(".cw-panel mark").text_content() == page.locator(f"[id='{card}'] mark").text_content()
    tab_to(page, ".cw-reader")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.card") == card
    tab_to(page, ".cw-rate")
    page.keyboard.press("Enter")
    assert focused(page, ".cw-remark input")
    tab_to(page, ".cw-drop-remark")
    page.keyboard.press("Enter")
    assert focused(page, ".cw-rate")
    tab_to(page, "[data-tool=filters]")
    page.keyboard.press("Enter")
    assert focused(page, "#cw-filters *")
    page.keyboard.press("Escape")
    assert focused(page, "[data-tool=filters]")
