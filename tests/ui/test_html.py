"""Answers as HTML: what stands where, in every outcome, while they grow; nothing from outside is markup."""

import json
import re
from html import unescape

import pytest

from retrieval.answer import Answer, Caution, Outcome, Statement
from tests.ui.made_answers import QUOTE, Tags, answer, citation, passage, render, source
from ui.html import Turn, turn_html
from ui.markup import escaped

HOSTILE = "</script><img src=x onerror=alert(1)> \"'><a href='javascript:alert(1)'>x</a> ${alert(1)} {{this}}"


def test_statements_stand_under_real_headings_with_named_buttons():
    page = render(answer())
    assert [tag for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)][:3] == ["h2", "h3", "h3"]
    marks = page.of_class("cw-mark")
    assert [mark["aria-label"] for mark in marks] == [
        "source 1: A trial",
        "source 1: A trial",
        "source 2: A label",
        "source 1: A trial",
        "source 2: A label",
        "source 1: A trial",
        "source 2: A label",
    ]
    assert all(mark["type"] == "button" for mark in marks)


def test_every_mark_has_its_card_and_ids_differ_between_turns():
    first, second = render(answer(), number=1), render(answer(), number=2)
    for page in (first, second):
        cards = {each["id"] for each in page.of_class("cw-card")}
        assert {mark["data-card"] for mark in page.of_class("cw-mark")} <= cards
    ids = [[each["id"] for _, each in page.elements if "id" in each] for page in (first, second)]
    assert len(set(ids[0]) | set(ids[1])) == len(ids[0]) + len(ids[1])


def test_a_source_that_is_cited_twice_for_a_statement_has_one_mark_that_leads_to_both_spans():
    first, second = "Before it.", "After & beyond."
    twice = Statement(
        heading="More", text="It calms.", citations=(citation(1, first), citation(2), citation(1, second))
    )
    page = render(answer(statements=(twice,)))
    marks = [each for each in page.of_class("cw-mark") if each["data-card"].startswith("cw-3-s0-")][:2]
    assert [each["data-card"] for each in marks] == ["cw-3-s0-0", "cw-3-s0-1"]
    assert [each["data-source"] for each in marks] == ["1", "2"]
    ways = [(each["data-span"], each.get("aria-current")) for each in page.of_class("cw-span")]
    assert ways == [
        ("cw-3-s0-0", "true"), ("cw-3-s0-2", None),  # in the card of the first span
        ("cw-3-s0-0", None), ("cw-3-s0-2", "true"),  # in that of the other
    ]  # fmt: skip
    cards = {each["id"]: each.get("data-mark") for each in page.of_class("cw-card")}
    assert cards == {"cw-3-s0-0": "cw-3-s0-0", "cw-3-s0-1": None, "cw-3-s0-2": "cw-3-s0-0"}


def test_streaming_shows_the_first_statements_with_their_cards():
    page = render(answer(), shown=1)
    assert len(page.of_class("cw-statement")) == 1
    assert {mark["data-card"] for mark in page.of_class("cw-mark")} <= {
        each["id"] for each in page.of_class("cw-card")
    }
    assert not page.of_class("cw-references")
    assert page.of_class("cw-turn")[0]["data-state"] == "streaming"


def test_a_question_waits_before_its_answer():
    page = Tags(turn_html(Turn(1, "why <b>"), {}))
    assert page.of_class("cw-turn")[0]["data-state"] == "waiting"
    assert "why <b>" in page.text


def test_nothing_from_outside_becomes_markup():
    hostile = source(
        title=HOSTILE,
        authors=(HOSTILE,),
        journal=HOSTILE,
        study_type=HOSTILE,
        url="javascript:alert(1)",
        licence=HOSTILE,
    )
    text = f"{HOSTILE} {QUOTE}"
    statement = Statement(heading=HOSTILE, text=HOSTILE, citations=(citation(text=text),))
    given = answer(
        question=HOSTILE,
        statements=(statement, statement),
        sources=(hostile,),
        warnings=(Caution(text=HOSTILE, citations=(citation(text=text),)),),
        notes=(HOSTILE,),
        disclaimer=HOSTILE,
    )
    stored = {"p1": passage(text, section=(HOSTILE,))}
    for shown in (None, 1):
        page = render(given, shown=shown, passages=stored)
        assert not {"img", "script", "a", "iframe"} & {tag for tag, _ in page.elements}
        assert not [
            key for _, each in page.elements for key in each if key.startswith("on") or key == "style"
        ]
        assert page.of_class("cw-mark")[0]["aria-label"] == f"source 1: {HOSTILE}"
    page = render(given.model_copy(update={"outcome": Outcome.EMERGENCY}), passages=stored)
    answered = {"article", "h2", "span", "div", "p", "ul", "li"}
    actions = {"button", "fieldset", "legend", "label", "input", "textarea"}
    assert {tag for tag, _ in page.elements} <= answered | actions


def test_an_emergency_is_an_alert_that_starts_with_help():
    help_first = (Statement(heading="", text="Call now."), Statement(heading="", text="Stay there."))
    given = answer(Outcome.EMERGENCY, statements=help_first, sources=())
    page = render(given)
    assert page.of_class("cw-emergency")[0]["role"] == "alert"
    assert (
        page.text.index("Call now.") < page.text.index("Stay there.") < page.text.index("not medical advice")
    )
    assert page.of_class("cw-turn")[0]["data-announce"].startswith("Emergency. Call now.")


@pytest.mark.parametrize("outcome", [Outcome.ABSTAINED, Outcome.DECLINED])
def test_no_answer_is_calm(outcome):
    page = render(
        answer(outcome, statements=(Statement(heading="", text="Not here."),), sources=(), notes=("Hint.",))
    )
    assert page.of_class("cw-answer--calm")
    assert not page.of_class("cw-emergency")
    assert not page.of_class("cw-mark")
    assert "Hint." in page.text


def test_warnings_stand_in_a_box_of_their_own_before_the_statements():
    warnings = (Caution(text="Careful.", citations=(citation(2),)),)
    for shown in (None, 1):
        page = render(answer(warnings=warnings), shown=shown)
        assert page.of_class("cw-warnings")
        assert page.text.index("Careful.") < page.text.index(QUOTE)


def test_only_the_products_own_opening_stands_above_a_warning():
    fixed = Statement(heading="", text="I cannot say.")
    fact = Statement(heading="Serious harms", text="It harms.", citations=(citation(1),))
    warnings = (Caution(text="Careful.", citations=(citation(2),)),)
    text = render(answer(Outcome.DECLINED, statements=(fixed, fact), warnings=warnings)).text
    assert text.index("I cannot say.") < text.index("Careful.") < text.index("It harms.")


def test_text_that_hides_or_turns_letters_about_is_tamed():
    assert escaped("a\u202eb\u2066c\u200bd\x00\x1b[31m\ud800e\U000e0041") == "abcd��[31m�e"
    assert escaped("مرحبا\n naïve\tβ \u200d") == "مرحبا\n naïve\tβ \u200d"


def test_agreement_is_said_where_several_sources_agree():
    text = render(answer()).text
    assert text.count("sources agree") == 1
    assert "2 sources agree" in text


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.EMERGENCY])
def test_the_disclaimer_is_part_of_every_answer(outcome):
    page = render(answer(outcome, statements=(Statement(heading="", text="Words."),), sources=()))
    assert "This is information, not medical advice." in page.text


def test_an_answer_with_nothing_but_notes_is_shown():
    page = render(answer(Outcome.ERROR, statements=(), sources=(), notes=("It went wrong.",)))
    assert "It went wrong." in page.text


def test_words_written_for_citewell_are_marked():
    def worded(by):
        statement = Statement(heading="x", text="Calm.", worded_by=by, citations=(citation(),))
        return render(answer(statements=(statement,))).text

    assert "In words written for Citewell" in worded("citewell")
    assert "In words written for Citewell" not in worded("source")


def test_an_answer_says_in_one_line_how_strong_it_is():
    def line(**fields):
        shown = render(answer(**fields)).text
        return shown.partition("How strong is this? ")[2]

    assert line().startswith(
        "2 independent sources: 1 drug label, 1 trial. "
        "1 of 2 statements is stated in full by several that agree."
    )
    assert "How strong" not in render(answer(statements=(), sources=())).text
    assert "How strong" not in render(answer(), shown=1).text


def test_copies_of_one_work_count_once():
    shown = render(answer(), works={"s1": "w", "s2": "w"}).text
    assert "One source: drug label." in shown


def test_what_the_browser_keeps_is_the_answer_itself():
    given = answer(question="why \u202e<b>?")
    html = turn_html(Turn(7, given.question, given, narrowed="trials"), {})
    kept = json.loads(unescape(re.search(r'<div class="cw-kept" hidden>(.*?)</div>', html)[1]))
    assert Answer.model_validate(kept["answer"]) == given
    assert (kept["number"], kept["question"], kept["narrowed"]) == (7, given.question, "trials")


def test_what_narrows_an_answer_stands_by_its_question():
    html = turn_html(Turn(1, "why", narrowed="<trials>, from 2015 on"), {})
    assert "Only: &lt;trials&gt;, from 2015 on" in html


def test_a_turn_that_comes_back_is_not_announced_again():
    html = turn_html(Turn(1, "why", answer(), kept=True), {})
    assert 'data-state="kept"' in html
