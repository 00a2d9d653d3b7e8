"""The one line on how strong the evidence is counts independent works and says when they do not agree."""

import pytest

from corpus.record import Kind
from retrieval.answer import Answer, Citation, Outcome, Receipt, SourceRef, Statement
from ui.strength import counted_kind, strength_line, strength_of


def made(kinds, agreeing=(1,), heading="More", verdict=None, **fields):
    sources = tuple(
        SourceRef(number=at, id=f"s{at}", kind=kind, title="A work", **fields)
        for at, kind in enumerate(kinds, start=1)
    )
    cited = tuple(
        Citation(
            number=each.number, source_id=each.id, passage_id="p", start=0, end=1, quote="x", support=1.0
        )
        for each in sources
    )
    statements = tuple(
        Statement(heading=heading, text="x", sources_agreeing=count, citations=cited) for count in agreeing
    )
    return Answer(
        question="q",
        outcome=Outcome.ANSWERED,
        verdict=verdict,
        statements=statements,
        sources=sources,
        disclaimer="This is information, not advice.",
        receipt=Receipt(settings="x", took_ms=1.0),
    )


def line(answer, works=None):
    return strength_line(strength_of(answer, works or {}))


def test_nothing_cited_has_no_strength():
    assert strength_of(made(()), {}) is None


def test_kinds_are_counted_the_strongest_first():
    kinds = (Kind.REVIEW, Kind.META_ANALYSIS, Kind.REVIEW, Kind.GUIDELINE)
    assert line(made(kinds, agreeing=(1, 3))) == (
        "4 independent sources: 1 guideline, 1 meta-analysis, 2 reviews. "
        "1 of 2 statements is stated in full by several that agree."
    )


def test_a_copy_is_no_second_voice_and_the_strongest_of_its_kinds_counts():
    answer = made((Kind.REVIEW, Kind.TRIAL, Kind.TRIAL))
    assert line(answer, {"s1": "w", "s2": "w"}).startswith("2 independent sources: 2 trials.")


@pytest.mark.parametrize("fields", [{"verdict": "mixed"}, {"heading": "Sources differ"}])
def test_disagreement_is_said_and_agreement_then_is_not(fields):
    said = line(made((Kind.TRIAL, Kind.COHORT), agreeing=(2,), **fields))
    assert "do not agree" in said
    assert "several that agree" not in said


def test_what_was_not_seen_in_people_and_what_was_retracted_is_said():
    said = line(made((Kind.ANIMAL_STUDY, Kind.IN_VITRO), retracted=True))
    assert "None of it was seen in people." in said
    assert "2 sources of them retracted." in said
    assert "people" not in line(made((Kind.ANIMAL_STUDY, Kind.TRIAL)))


def test_all_backed_none_backed_and_one_alone():
    two = (Kind.LABEL, Kind.LABEL)
    assert "Every statement is stated in full by several" in line(made(two, agreeing=(2, 2)))
    assert "No statement is stated in full by more than one." in line(made(two, agreeing=(1, 1)))
    assert line(made((Kind.META_ANALYSIS,))) == "One source: meta-analysis."


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_can_be_counted(kind):
    assert counted_kind(kind, 1).startswith("1 ")
    assert counted_kind(kind, 2) != counted_kind(kind, 1).replace("1 ", "2 ")
