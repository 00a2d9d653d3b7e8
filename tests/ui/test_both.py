"""Shared sources and own documents in one answer: numbered through, each citation in its own index."""

import pytest

from ingest.document import PassageId
from retrieval.answer import Answer, Caution, Citation, Outcome, Receipt, SourceRef, Statement
from retrieval.events import Done, Opening, StatementReady, whole
from tests.ui.test_own import ME, Here
from ui.both import both
from ui.own import OwnDocuments
from ui.page_bridge import Bridge
from ui.page_replies import Replies
from ui.page_request import Asked

LEAFLET = (
    b"# Our clinic on diazepam\n\n## How it works\n\nDiazepam, as our clinic explains it, turns up the "
    b"brain's own brake, a messenger called GABA.\n"
)
QUESTION = "how does diazepam work"


@pytest.fixture
def replies(citewell, tmp_path):
    here = Here(citewell, tmp_path)
    own = OwnDocuments(here)
    own.add(ME, "leaflet.md", LEAFLET)
    return Replies(here, own)


def last_of(replies, question, own="beside"):
    *_, turn = replies.turns(question, Asked(visitor=ME, own=own))
    return turn


def test_each_citation_leads_into_the_index_that_it_is_from(replies):
    shared, mine, together = (last_of(replies, QUESTION, own).answer for own in ("", "only", "beside"))
    assert together.statements == (
        *shared.statements,
        *(each for each in together.statements if each.heading.endswith("(documents added here)")),
    )
    assert len(together.statements) == len(shared.statements) + len(mine.statements)
    numbers = [each.number for each in together.sources]
    assert numbers == list(range(1, len(shared.sources) + len(mine.sources) + 1))

    indexes = replies.indexes(ME)
    bridge = Bridge(replies)
    for place, statements in enumerate((shared.statements, mine.statements)):
        index = indexes[place]
        named = [each for each in together.statements if each.text in {one.text for one in statements}]
        assert named
        for citation in (citation for each in named for citation in each.citations):
            passage = index.passage(index.row_of(PassageId(citation.passage_id)))
            assert passage.text[citation.start : citation.end] == citation.quote
            assert together.sources[citation.number - 1].id == passage.source_id
            sent = {
                "passage": citation.passage_id, "start": citation.start, "end": citation.end, "visitor": ME
            }  # fmt: skip
            assert "<mark>" in bridge.document(sent)["html"]


def test_it_comes_statement_by_statement_and_the_end_is_what_was_said(replies):
    given = list(both(replies.citewell.stream(QUESTION), replies.own.citewell(ME).stream(QUESTION)))
    said = [each.statement for each in given if isinstance(each, StatementReady)]
    assert isinstance(given[0], Opening)
    assert tuple(said) == given[-1].answer.statements
    known = set()
    for each in given[:-1]:
        known |= {source.number for source in each.sources}
        cited = each.statement.citations if isinstance(each, StatementReady) else ()
        assert {citation.number for citation in cited} <= known


def test_where_one_has_nothing_to_say_the_other_answers(replies):
    replies.own.add(ME, "zeldoxin.md", b"# Zeldoxin\n\nZeldoxin widens the blood vessels of the kidney.\n")
    mine = last_of(replies, "what does Zeldoxin do to the blood vessels of the kidney").answer
    assert mine.outcome in {Outcome.ANSWERED, Outcome.PARTIAL}
    assert all(each.citations for each in mine.statements)
    assert mine.notes[0].startswith("The other sources say nothing")
    shared = last_of(replies, "what are the side effects of sertraline").answer
    assert shared.statements
    assert not any("added here" in each.heading for each in shared.statements)
    assert shared.notes[-1].startswith("The documents added here say nothing")
    neither = last_of(replies, "who won the cup final in 1987").answer
    assert neither.outcome is Outcome.ABSTAINED


@pytest.mark.parametrize(
    ("question", "outcome"),
    [
        ("i took 30 xanax and feel weird", "emergency"),
        ("how much diazepam should I take tonight", "declined"),
    ],
)
def test_help_and_declines_are_what_they_are_without(replies, question, outcome):
    beside, shared = last_of(replies, question).answer, last_of(replies, question, "").answer
    assert beside.outcome == outcome
    assert beside.statements == shared.statements


def cited(number, verdict=None, warnings=(), opening=(), outcome=Outcome.ANSWERED):
    """An answer of one statement whose source has this number, the first `number - 1` cited by warnings."""

    def citation(at):
        return Citation(
            number=at, source_id=f"s{at}", passage_id="p", start=0, end=3, quote="abc", support=1.0
        )

    return Answer(
        question="q", outcome=outcome, verdict=verdict,
        warnings=tuple(
            Caution(text=text, citations=(citation(at),)) for at, text in enumerate(warnings, start=1)
        ),
        statements=(
            *(Statement(heading="", text=text) for text in opening),
            Statement(heading="In short", text="abc", citations=(citation(number),)),
        ),
        sources=tuple(
            SourceRef(number=at, id=f"s{at}", kind="trial", title="t") for at in range(1, number + 1)
        ),
        disclaimer="This is information, not medical advice.",
        receipt=Receipt(index="i", settings="s", took_ms=1.0),
    )  # fmt: skip


def events_of(answer):
    yield Opening(answer.warnings, answer.sources[: len(answer.warnings)])
    for each in answer.statements:
        yield StatementReady(each, answer.sources[len(answer.warnings) :] if each.citations else ())
    yield Done(answer)


def joined(shared, own):
    *_, last = both(events_of(shared), events_of(own))
    return last.answer


def test_warnings_are_all_there_each_once_with_all_of_its_sources():
    answer = joined(cited(2, warnings=["danger"]), cited(3, warnings=["danger", "more"]))
    assert [(each.text, [one.number for one in each.citations]) for each in answer.warnings] == [
        ("danger", [1, 3]),
        ("more", [4]),
    ]
    assert [each.citations[0].number for each in answer.statements] == [2, 5]


@pytest.mark.parametrize(
    ("shared", "own", "together"),
    [("yes", None, "yes"), (None, "no", "no"), ("yes", "yes", "yes"), ("yes", "no", "mixed")],
)
def test_a_verdict_holds_for_both_or_says_that_they_differ(shared, own, together):
    assert joined(cited(1, verdict=shared), cited(1, verdict=own)).verdict == together


def test_the_own_documents_are_not_asked_when_nobody_reads_on_and_all_is_closed():
    begun, closed = [], []

    def watched(answer, name):
        begun.append(name)
        try:
            yield from events_of(answer)
        finally:
            closed.append(name)

    events = both(watched(cited(1), "shared"), watched(cited(1), "own"))
    next(events)
    events.close()
    assert (begun, closed) == (["shared"], ["shared"])


def test_an_abstention_is_not_shown_where_the_own_documents_answer():
    abstained = cited(1, outcome=Outcome.ANSWERED).model_copy(
        update={
            "outcome": Outcome.ABSTAINED,
            "statements": (Statement(heading="", text="There is no answer."),),
            "sources": (),
        }
    )
    *events, last = both(whole(abstained), events_of(cited(1)))
    assert [each.text for each in last.answer.statements] == ["abc"]
    assert [each.statement.text for each in events if isinstance(each, StatementReady)] == ["abc"]
