"""Answers, sources and passages made for the tests of their HTML, and what an answer's HTML holds."""

import re
from html.parser import HTMLParser

from corpus.record import Kind, SourceId
from ingest.document import Passage, PassageId, Span
from retrieval.answer import Answer, Citation, Outcome, Receipt, SourceRef, Statement
from ui.html import Growing, Turn, turn_html

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
