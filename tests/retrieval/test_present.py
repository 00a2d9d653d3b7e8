"""Presenting: independent works are counted once, sources are numbered as they are cited."""

import numpy as np
import pytest
from pydantic import ValidationError

from corpus.record import Kind, Source
from ingest.document import Passage, Span
from retrieval.answer import Answer, Citation, Outcome, Receipt, SourceRef, Statement
from retrieval.composing.compose import Chosen
from retrieval.evidence.desk import Evidence
from retrieval.present import present
from retrieval.support.verify import Support

RECEIPT = Receipt(settings="test", took_ms=1.0)
TEXT = "Diazepam can be addictive."


def evidence(source_id, **record):
    source = Source(id=source_id, kind=Kind.LABEL, title=f"Label {source_id}", **record)
    passage = Passage(
        f"p-{source_id}", source_id, ("Dependence",), "dependence", TEXT, Span(0, len(TEXT)), None, "", ()
    )
    return Evidence(0, passage, source, Span(0, len(TEXT)), TEXT, np.zeros(2), frozenset(), 0.0)


def answer(*backing):
    chosen = Chosen("In short", backing[0], tuple((each, Support(1.0, "")) for each in backing))
    return present("q", Outcome.ANSWERED, "uk", RECEIPT, [chosen])


def test_two_copies_of_a_work_are_one_source_that_agrees():
    [statement] = answer(evidence("a"), evidence("b", same_work_as="a"), evidence("c")).statements
    assert len(statement.citations) == 3
    assert statement.sources_agreeing == 2


def test_sources_are_numbered_in_the_order_of_citation_and_each_once():
    chosen = [
        Chosen("x", each[0], tuple((one, Support(1.0, "")) for one in each))
        for each in ([evidence("b"), evidence("a")], [evidence("a"), evidence("c")])
    ]
    shown = present("q", Outcome.ANSWERED, "uk", RECEIPT, chosen)
    assert [(source.number, source.id) for source in shown.sources] == [(1, "b"), (2, "a"), (3, "c")]
    assert [citation.number for citation in shown.statements[1].citations] == [2, 3]


def test_an_answer_cannot_be_made_without_disclaimer_or_with_a_citation_that_is_not_listed():
    citation = Citation(number=1, source_id="a", passage_id="p-a", start=0, end=3, quote="abc", support=1.0)
    statement = Statement(heading="", text="abc", citations=(citation,))
    listed = SourceRef(number=1, id="a", kind=Kind.LABEL, title="Label")
    fields = {"question": "q", "receipt": RECEIPT, "statements": (statement,), "sources": (listed,)}
    assert Answer(outcome=Outcome.ANSWERED, disclaimer="x" * 30, **fields)
    with pytest.raises(ValidationError, match="disclaimer"):
        Answer(outcome=Outcome.ANSWERED, disclaimer="", **fields)
    with pytest.raises(ValidationError, match="not among the sources"):
        Answer(outcome=Outcome.ANSWERED, disclaimer="x" * 30, **{**fields, "sources": ()})
    with pytest.raises(ValidationError, match="cites nothing"):
        Answer(outcome=Outcome.ABSTAINED, disclaimer="x" * 30, **fields)
