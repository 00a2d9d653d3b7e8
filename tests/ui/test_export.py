"""A conversation taken along: every reference, every disclaimer, and nothing from outside becomes markup."""

from datetime import UTC, datetime
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from corpus.record import Kind
from retrieval.answer import Answer, Caution, Citation, Outcome, Receipt, SourceRef, Statement
from ui.export import Exchange, answer_text, conversation_markdown, conversation_page

AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
DISCLAIMER = "This is information, not medical advice."
words = st.text(max_size=60).map(lambda text: f"w{text}w")


def made(said="It calms.", title="A trial", outcome=Outcome.ANSWERED, note="A note."):
    source = SourceRef(number=1, id="s1", kind=Kind.TRIAL, title=title, authors=("Roe A",), year=2018)
    cited = Citation(
        number=1, source_id="s1", passage_id="p1", start=0, end=len(said), quote=said, support=1.0
    )
    return Answer(
        question="why",
        outcome=outcome,
        warnings=(Caution(text=f"Careful: {said}", citations=(cited,)),),
        statements=(
            Statement(heading="", text="Opening."),
            Statement(heading=f"About {title}", text=said, worded_by="citewell", citations=(cited, cited)),
        ),
        sources=(source,),
        notes=(note,),
        disclaimer=DISCLAIMER,
        receipt=Receipt(settings="x", took_ms=1.0),
    )


class Page(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.text, self.loads = [], "", []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.loads += [value for name, value in attrs if name in {"src", "srcset", "background", "data"}]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data):
        self.text += data


def markdown_html(text):
    return MarkdownIt("commonmark").render(text)


def test_the_text_holds_statements_numbers_references_and_disclaimer():
    text = answer_text("why?", made())
    assert text.index("why?") < text.index("Opening.") < text.index("Warning: Careful")
    assert "- It calms.* [1]" in text
    assert "1. Roe A (2018). A trial. (trial)" in text
    assert "* in words written for Citewell" in text
    assert text.endswith(DISCLAIMER)


def test_the_markdown_holds_every_exchange():
    text = conversation_markdown([Exchange("one?", made()), Exchange("two?", made(), "trials")], AT)
    page = Page(markdown_html(text))
    assert page.tags.count("h2") == 2
    assert page.text.count(DISCLAIMER) == 2
    assert "Only: trials" in page.text
    assert "It calms.* [1]" in page.text
    assert "Exported 2026-01-02 03:04." in page.text


def test_the_page_for_printing_stands_alone():
    page = Page(conversation_page([Exchange("one?", made()), Exchange("two?", made())], AT))
    assert page.text.count(DISCLAIMER) == 2
    assert "It calms.*[1]" in page.text
    assert {"style", "q", "sup"} <= set(page.tags)
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert page.loads == []
    assert "@page" in page.text


def test_an_emergency_looks_like_one_on_paper():
    first = Statement(heading="", text="Call now.")
    fields = {"warnings": (), "statements": (first,), "sources": ()}
    urgent = made().model_copy(update={"outcome": Outcome.EMERGENCY, **fields})
    html = conversation_page([Exchange("help", urgent)], AT)
    assert '<article class="emergency">' in html
    assert '<p class="said">Call now.</p>' in html


@given(said=words, title=words, note=words)
def test_nothing_from_outside_becomes_markup(said, title, note):
    answer = made(said, title, note=note)
    plain = Page(markdown_html(conversation_markdown([Exchange("why", made())], AT)))
    wild = Page(markdown_html(conversation_markdown([Exchange(title, answer, note)], AT)))
    # One paragraph more, for what the sources are narrowed to; apart from it the same elements.
    assert sorted(wild.tags) == sorted([*plain.tags, "p"])
    printed = Page(conversation_page([Exchange(title, answer, note)], AT))
    expected = Page(conversation_page([Exchange("why", made(), "x")], AT))
    assert printed.tags == expected.tags


def test_hostile_markup_is_text_in_every_form():
    hostile = "<script>alert(1)</script> [x](javascript:alert(1)) ![x](http://e.example/x) &lt; `a` # b"
    exchange = Exchange(hostile, made(hostile, hostile))
    for html in (markdown_html(conversation_markdown([exchange], AT)), conversation_page([exchange], AT)):
        page = Page(html)
        assert not {"script", "img", "a"} & set(page.tags)
        assert hostile in page.text
