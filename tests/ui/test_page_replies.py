"""What the server does for the page, without a browser: streaming, stopping, what comes from the browser."""

import json
import threading
import time
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.record import Kind
from retrieval.answer import Answer, Outcome
from retrieval.events import Done, Opening, StatementReady
from retrieval.evidence.search import Filters
from retrieval.pipeline import Citewell
from ui.feedback import entries, feedback_file
from ui.own import OwnDocuments
from ui.page import build_page, load_examples
from ui.page_bridge import Bridge
from ui.page_document import Place, document_html
from ui.page_replies import Replies
from ui.page_request import TURNS_KEPT, Asked, RequestError, load_groups, read_kept
from ui.page_stop import Stops, until_stopped

QUESTION = "why does Valium work when SSRIs didn't"


def replies_of(citewell):
    return Replies(citewell, OwnDocuments(citewell))


@pytest.fixture(scope="module")
def replies(citewell):
    return replies_of(citewell)


@pytest.fixture(scope="module")
def answered(replies):
    *_, last = replies.turns(QUESTION, Asked(number=4))
    return last


keys = st.sampled_from(["number", "question", "answer", "x"])
json_values = st.recursive(
    st.none() | st.integers() | st.text(max_size=20),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(keys, part, max_size=4),
)


def kept(turn, **fields):
    row = {"number": turn.number, "question": turn.question, "answer": turn.answer.model_dump(mode="json")}
    return row | fields


class Scripted(Citewell):
    """Gives the parts of a real answer, the next only when it is let."""

    def __init__(self, citewell):
        super().__init__(citewell.settings)
        self.real, self.go, self.closed, self.asked = citewell, threading.Semaphore(0), threading.Event(), []

    @property
    def desk(self):
        return self.real.desk

    def stream(self, question, earlier=(), filters=None):
        self.asked.append((question, list(earlier), filters))
        try:
            for part in self.real.stream(question, earlier, filters):
                if not self.go.acquire(timeout=20):
                    raise TimeoutError("nobody let the answer go on")
                yield part
        finally:
            self.closed.set()


# Streaming


def test_an_answer_grows_statement_by_statement(replies, citewell):
    *growing, last = replies.turns(QUESTION, Asked(number=2))
    assert last.answer.statements == citewell.ask(QUESTION).statements
    shown = [len(each.growing.statements) if each.growing else 0 for each in growing]
    assert shown == list(range(len(last.answer.statements) + 1))
    assert 'data-state="waiting"' in replies.html(growing[0])
    assert replies.html(growing[2]).count('"cw-statement"') == 2
    assert 'data-state="done"' in replies.html(last)


def test_the_first_statement_is_shown_before_the_next_is_there(citewell):
    scripted = Scripted(citewell)
    turns = replies_of(scripted).turns(QUESTION, Asked())
    next(turns)
    scripted.go.release(2)  # the opening, and one statement
    assert len(next(turns).growing.statements) == 1
    scripted.go.release(100)
    assert list(turns)[-1].answer is not None


@pytest.mark.parametrize("question", ["i took 30 xanax and feel weird", "what is the capital of France"])
def test_the_products_own_sentences_are_shown_only_when_the_answer_is_known(replies, question):
    waiting, last = replies.turns(question, Asked())
    assert waiting.growing is None
    assert last.answer.outcome in {Outcome.EMERGENCY, Outcome.ABSTAINED}


def test_what_the_page_sends_reaches_the_answer(citewell):
    scripted = Scripted(citewell)
    scripted.go.release(1000)
    asked = Asked(earlier=("how does diazepam work",), groups=("trials", "guidance"), since=2000, until=2020)
    *_, last = replies_of(scripted).turns("and sertraline?", asked)
    kinds = frozenset({Kind.TRIAL, Kind.GUIDELINE, Kind.REGULATOR, Kind.LAW})
    expected = Filters(kinds=kinds, since=2000, until=2020)
    assert scripted.asked == [("and sertraline?", ["how does diazepam work"], expected)]
    assert {each.kind for each in last.answer.sources} <= kinds
    assert "Only: guidelines and regulators, trials, 2000 to 2020" in replies_of(citewell).html(last)


def test_an_empty_question_changes_nothing(replies):
    (only,) = replies.reply("  \n ", "{}")
    assert all(part == {"__type__": "update"} for part in only)


def test_a_very_long_question_is_cut(replies):
    *_, last = replies.turns("why " * 5000, Asked())
    assert len(last.question) <= 2000


def test_my_collection_is_only_what_was_added(replies, tmp_path, citewell):
    *_, last = replies.turns("how does diazepam work", Asked(mine=True))
    assert last.answer.outcome is Outcome.ERROR
    assert "citewell ingest FOLDER" in last.answer.notes[0]
    *_, last = replies.turns("i took 30 xanax and feel weird", Asked(mine=True))
    assert last.answer.outcome is Outcome.EMERGENCY
    assert Asked(mine=True).filters(frozenset({"corpus", "/docs"})).collections == {"/docs"}


# Stopping


def test_a_stopped_answer_keeps_what_was_said_and_says_that_it_was_stopped(citewell):
    scripted = Scripted(citewell)
    replies = replies_of(scripted)
    turns = replies.turns(QUESTION, Asked(token="t"))
    next(turns)
    scripted.go.release(3)
    said = [next(turns), next(turns)][-1].growing.statements
    replies.stops.stop("t")
    (last,) = turns
    assert last.answer.statements == said
    assert last.answer.outcome is Outcome.PARTIAL
    assert "You stopped this answer" in last.answer.notes[0]
    assert last.answer.disclaimer
    scripted.go.release()
    assert scripted.closed.wait(5), "the answer goes on though nobody waits for it"


def test_an_answer_can_be_stopped_before_its_first_word(citewell):
    scripted = Scripted(citewell)
    replies = replies_of(scripted)
    replies.stops.stop("t")
    _, last = replies.turns(QUESTION, Asked(token="t"))
    assert last.answer.statements == ()
    assert "disclaimer" not in last.answer.notes


def test_stops_are_forgotten():
    stops = Stops()
    with stops.watching("a") as flag:
        stops.stop("b")
        assert not flag.is_set()
    for number in range(5000):
        stops.stop(str(number))
    assert len(stops._flags) <= 1000


def test_an_error_in_the_answer_is_not_swallowed():
    def parts():
        yield Opening()
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        list(until_stopped(parts(), threading.Event()))


# What the browser keeps and sends


def test_a_kept_conversation_comes_back_as_it_was(replies, answered):
    html = replies.kept(json.dumps([kept(answered, narrowed="trials")]))
    again = replies.html(answered).replace('data-state="done"', 'data-state="kept"')
    assert html.replace('<p class="cw-narrowed">Only: trials</p>', "").replace(
        "&quot;narrowed&quot;: &quot;trials&quot;", "&quot;narrowed&quot;: &quot;&quot;"
    ) == again  # fmt: skip


def test_a_forged_citation_shows_no_other_words_as_the_passage(replies, answered):
    forged = json.loads(json.dumps(kept(answered)))
    for part in forged["answer"]["statements"]:
        for each in part["citations"]:
            each["quote"] = "<img src=x onerror=alert(1)>"
    html = replies.kept(json.dumps([forged]))
    assert "<img" not in html
    assert "<mark>&lt;img src=x onerror=alert(1)&gt;</mark></blockquote>" in html


@pytest.mark.parametrize(
    "text", ["", "null", "{", "[1, null, {}]", '[{"number": 1}]', "[" * 100_000, "9" * 5_000_000]
)
def test_what_cannot_be_read_is_left_out(replies, text):
    turns, _ = read_kept(text)
    assert turns == []
    replies.kept(text)


@settings(max_examples=60, deadline=None)
@given(json_values)
def test_any_json_is_read_without_an_error(value):
    read_kept(json.dumps(value))


def test_one_broken_turn_costs_no_other_and_is_counted(replies, answered):
    rows = [kept(answered), {"number": 9}, kept(answered, number=5)]
    turns, lost = read_kept(json.dumps(rows))
    assert ([each.number for each in turns], lost) == ([4, 5], 1)
    assert "1 of the earlier answers could not be shown again" in replies.kept(json.dumps(rows))
    many = [kept(answered, number=number) for number in range(1, 60)]
    assert len(read_kept(json.dumps(many))[0]) == TURNS_KEPT
    twice = [kept(answered), kept(answered)]
    assert len(read_kept(json.dumps(twice))[0]) == 1, "ids in the page would repeat"


@pytest.mark.parametrize(
    "sent",
    [
        "x",
        '{"groups": ["everything"]}',
        '{"since": 2020, "until": 2000}',
        '{"since": 12}',
        '{"earlier": 5}',
        '{"who": 1}',
        json.dumps({"earlier": ["x"] * 30}),
    ],
)
def test_a_request_that_the_page_does_not_send_is_refused_in_words(replies, sent):
    with pytest.raises(RequestError):
        Asked.read(sent)
    ((html, box),) = replies.reply("how does diazepam work", sent)
    assert 'data-outcome="error"' in html
    assert "nothing shown here is medical advice" in html
    assert box == ""


def test_every_kind_can_be_chosen_and_stands_in_one_group():
    kinds = [kind for group in load_groups() for kind in group.kinds]
    assert sorted(kinds) == sorted(Kind)


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


def test_the_server_keeps_nothing_of_a_visitor(citewell):
    before = set(threading.enumerate())
    replies = replies_of(citewell)
    page = build_page(citewell)
    assert not [each for each in page.blocks.values() if type(each).__name__ == "State"]
    for number in range(1, 4):
        list(replies.turns("how does sertraline work", Asked(number=number, token=f"t{number}")))
    assert not replies.stops._flags
    assert all(isinstance(part, (Opening, StatementReady, Done)) for part in citewell.stream("hello"))
    deadline = time.monotonic() + 5
    while any(each.name == "answer" for each in set(threading.enumerate()) - before):
        assert time.monotonic() < deadline, "a thread was left behind"
        time.sleep(0.01)
