import json
import re
from html import unescape
from html.parser import HTMLParser

import pytest

from corpus.record import Kind, SourceId
from ingest.document import Passage, PassageId, Span
from retrieval.answer import Answer, Caution, Citation, Outcome, Receipt, SourceRef, Statement
from ui.html import Growing, Turn, turn_html
from ui.markup import escaped, link
from ui.source_html import badges_html, card_html, kind_name, links_html, reference_html

HOSTILE = "</script><img src=x onerror=alert(1)> \"'><a href='javascript:alert(1)'>x</a> ${alert(1)} {{this}}"
TEXT = "Before it. Diazepam enhances GABA. After & beyond."
QUOTE = "Diazepam enhances GABA."


class Tags(HTMLParser):
    """Every element of some HTML with its attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def named(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    def of_class(self, name):
        return [each for _, each in self.elements if name in (each.get("class") or "").split()]


def source(number=1, **fields):
    return SourceRef(
        **{"number": number, "id": f"s{number}", "kind": Kind.TRIAL, "title": "A trial"} | fields
    )


def citation(number=1, quote=QUOTE, text=TEXT):
    start = text.index(quote)
    return Citation(
        number=number,
        source_id=f"s{number}",
        passage_id=f"p{number}",
        start=start,
        end=start + len(quote),
        quote=quote,
        support=1.0,
    )


def passage(text=TEXT, **fields):
    shape = {"section": ("How it works",), "page": None} | fields
    return Passage(
        PassageId("p1"),
        SourceId("s1"),
        text=text,
        span=Span(0, len(text)),
        facet=None,
        header="",
        sentences=(),
        **shape,
    )


def answer(outcome=Outcome.ANSWERED, **fields):
    cited = Statement(heading="In short", text=QUOTE, sources_agreeing=1, citations=(citation(),))
    listed = Statement(
        heading="More", text="It calms.", sources_agreeing=2, citations=(citation(), citation(2))
    )
    shape = {
        "question": "how does it work",
        "statements": (cited, listed),
        "sources": (source(), source(2, title="A label", kind=Kind.LABEL)),
        "disclaimer": "This is information, not medical advice.",
        "receipt": Receipt(settings="x", took_ms=1.0),
    }
    return Answer(outcome=outcome, **(shape | fields))


def render(given, shown=None, number=3, passages=None, works=None):
    """The answer as the page shows it; with `shown`, while so many of its statements have come."""
    known = {"p1": passage(), "p2": passage()} if passages is None else passages
    if shown is None:
        turn = Turn(number, given.question, given)
    else:
        growing = Growing(given.warnings, given.statements[:shown], given.sources)
        turn = Turn(number, given.question, growing=growing)
    # What the browser keeps and copies holds the same words again, hidden.
    return Tags(
        re.sub(r'(?s)<div class="cw-(?:copy|kept)" hidden>.*?</div>', "", turn_html(turn, known, works))
    )


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


def test_the_card_shows_the_whole_passage_with_the_cited_words_marked():
    html = card_html(source(), citation(), passage(page=7), QUOTE)
    assert f"Before it. <mark>{QUOTE}</mark> After &amp; beyond." in html
    assert "How it works › page 7" in html
    assert "A trial" in html


@pytest.mark.parametrize("stored", [None, passage("Something else was stored here since.")])
def test_a_passage_that_is_not_what_was_cited_gives_way_to_the_quote(stored):
    html = card_html(source(), citation(), stored, QUOTE)
    assert f"><mark>{QUOTE}</mark></blockquote>" in html


def test_the_card_shows_what_it_is_cited_for_when_the_words_differ():
    assert "Cited for" in card_html(source(), citation(), passage(), "In other words.")
    assert "Cited for" not in card_html(source(), citation(), passage(), QUOTE)


def test_the_card_gives_the_record_and_what_to_know_about_it():
    given = source(
        authors=("Roe A", "Poe B", "Doe C", "Low D"),
        year=2018,
        journal="The Lancet",
        volume="391",
        issue="10128",
        pages="1357-1366",
        doi="10.1016/S0140-6736(17)32802-7",
        pmid="29477251",
        study_type="trial in 12 people",
        words="summary",
        unverified=("title", "authors"),
        disputed_by=("other",),
        retracted=True,
    )
    text = Tags(card_html(given, citation(), passage(), QUOTE)).text
    for expected in (
        "Roe A, Poe B, Doe C, Low D",
        "2018",
        "The Lancet 391(10128):1357-1366",
        "doi:10.1016/S0140-6736(17)32802-7",
        "PMID 29477251",
        "trial in 12 people",
        "summary written for Citewell",
        "Partly verified: title, authors",
        "Disputed in part by 1 other source",
        "Retracted",
        "This work has been retracted.",
        "Trial",
    ):
        assert expected in text, expected
    listed = Tags(reference_html(given)).text
    assert "Roe A, Poe B, Doe C, et al. (2018). A trial." in listed
    assert "partly verified: title, authors" in listed
    assert "Summary for Citewell" in listed


def test_links_open_beside_the_page_and_leak_nothing():
    links = Tags(
        links_html(source(doi="10.1000/a<b>", pmid="12", url="https://example.org/x?a=1&b=2"))
    ).named("a")
    assert [each["href"] for each in links] == [
        "https://doi.org/10.1000/a%3Cb%3E",
        "https://pubmed.ncbi.nlm.nih.gov/12/",
    ]
    assert all(each["target"] == "_blank" and each["rel"] == "noopener noreferrer" for each in links)
    only = Tags(links_html(source(url="https://www.example.org/x?a=1&b=2")))
    assert only.named("a")[0]["href"] == "https://www.example.org/x?a=1&b=2"
    assert only.text == "example.org"


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example", "https:", "ftp://x.y", "http://[", " "],
)
def test_only_web_addresses_become_links(address):
    assert not Tags(link(address, "<b>")).elements
    assert Tags(link(address, "<b>")).text == "<b>"


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


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_readable_name(kind):
    assert kind_name(kind)[0].isupper()
    assert kind_name(kind) in badges_html(source(kind=kind))


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


def test_badges_name_kind_year_retraction_and_whose_words():
    shown = Tags(badges_html(source(kind=Kind.ANIMAL_STUDY, year=1999, retracted=True, words="summary"))).text
    assert shown == "RetractedAnimal study1999Summary for Citewell"


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
