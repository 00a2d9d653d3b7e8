"""What the server does for the page, without a browser: answers that grow, stopping them, keeping nothing."""

import threading
import time

import pytest

from corpus.record import Kind
from retrieval.answer import Outcome
from retrieval.events import Done, Opening, StatementReady
from retrieval.evidence.search import Filters
from retrieval.pipeline import Citewell
from tests.ui.replies import QUESTION, replies_of
from ui.page import build_page
from ui.page_request import Asked
from ui.page_stop import Stops, until_stopped


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


# Keeping nothing


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
