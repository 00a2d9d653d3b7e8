"""What the page is built of, and what its script asks for besides answers: documents, exports, feedback."""

import json
from html import unescape

import pytest

from corpus.record import Kind
from retrieval.answer import Answer, Outcome
from retrieval.pipeline import Citewell
from tests.ui.replies import kept, replies_of
from ui.feedback import entries, feedback_file
from ui.page import build_page, load_examples
from ui.page_bridge import Bridge
from ui.page_document import Place, document_html

# What the script asks for besides answers


def call(replies, name, sent):
    functions = {each.__name__: each for each in Bridge(replies).functions()}
    return functions[name](sent)


def test_a_passage_opens_in_its_document_with_the_cited_words_marked(replies, answered, citewell):
    for part in answered.answer.statements:
        for each in part.citations:
            sent = {"passage": each.passage_id, "start": each.start, "end": each.end}
            html = call(replies, "document", sent)["html"]
            inside = html.partition("<mark>")[2].partition("</mark>")[0]
            assert unescape(inside) == each.quote
            assert html.count("<mark>") == 1


@pytest.mark.parametrize(
    "sent",
    [None, {}, {"passage": "p-none", "start": 0, "end": 3}, {"passage": 1, "start": -1, "end": 0}, "x", [1]],
)
def test_a_document_that_is_not_there_is_refused_in_words(replies, sent):
    assert "problem" in call(replies, "document", sent)


def test_the_pages_of_a_pdf_are_named_and_long_documents_shown_in_part():
    source = many_pages()
    place = Place(source.passages[10], source.cited)
    html = document_html(source.record, place, window=300)
    assert '<p class="cw-doc__page">Page 11</p>' in html
    assert "Page 1</p>" not in html
    assert "cw-doc__more" in html
    whole = document_html(source.record, place, window=100_000)
    assert whole.count("cw-doc__page") == 30
    assert "cw-doc__more" not in whole
    for each in (html, whole):
        assert "<mark>cited 10</mark>" in each


def many_pages():
    from types import SimpleNamespace

    from ingest.document import Span
    from retrieval.library import PassagePlace, SectionRecord, SourceRecord

    sections, passages, at = [], [], 0
    for page in range(1, 31):
        text = f"Page {page} <says> cited {page - 1} and more. " * 5
        span = Span(at, at + len(text))
        place = PassagePlace(id=f"p{page}", start=span.start, end=span.end)
        sections.append(
            SectionRecord(
                heading=("Part",), page=page, start=span.start, end=span.end, text=text, passages=(place,)
            )
        )
        passages.append(span)
        at = span.end + 2
    record = SourceRecord(
        id="s", kind=Kind.DOCUMENT, title="A document", collection="x", sections=tuple(sections)
    )
    start = passages[10].start + sections[10].text.index("cited 10")
    return SimpleNamespace(record=record, passages=passages, cited=Span(start, start + len("cited 10")))


def test_a_conversation_is_exported_as_markdown_and_as_a_page(replies, answered):
    conversation = json.dumps([kept(answered)])
    for form, ending in (("markdown", ".md"), ("page", ".html")):
        file = call(replies, "export", {"form": form, "conversation": conversation})
        assert file["name"].endswith(ending)
        assert answered.answer.disclaimer in file["text"]
    assert "no answer" in call(replies, "export", {"form": "page", "conversation": "[]"})["problem"]
    assert "problem" in call(replies, "export", {"form": "exe", "conversation": conversation})


def test_feedback_is_stored_only_as_the_page_sends_it(citewell, answered, tmp_path):
    here = Citewell(citewell.settings.model_copy(update={"home": tmp_path}))
    sent = {
        "rating": "up",
        "reasons": ["clear"],
        "said": "",
        "answer": answered.answer.model_dump(mode="json"),
    }
    assert "stored" in call(replies_of(here), "feedback", sent)["said"]
    assert "problem" in call(replies_of(here), "feedback", {**sent, "rating": "x"})
    (entry,) = entries(feedback_file(tmp_path))
    assert Answer.model_validate(entry.answer) == answered.answer


def test_it_says_how_much_is_searched(replies, citewell):
    about = call(replies, "about", None)
    assert about == {"sources": len(citewell.desk.index.sources()), "added": 0, "own": []}


# The page as it is built


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


def test_which_model_answers_and_the_region_are_shown(citewell):
    def shown(**fields):
        page = build_page(Citewell(citewell.settings.model_copy(update=fields)))
        return "".join(str(each.get("props", {}).get("value", "")) for each in page.config["components"])

    assert "without a language model" in shown()
    assert "llama3.2 shortens and joins" in shown(llm="ollama:llama3.2")
    assert "Emergency numbers are those of Ireland" in shown(region="ie")
