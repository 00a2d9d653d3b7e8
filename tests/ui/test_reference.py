"""References as text: what is known is given, what is not known leaves no trace."""

import pytest

from corpus.record import Kind
from retrieval.answer import SourceRef, Statement
from ui.reference import RETRACTED, agreement_of, authors_of, link_of, marks_of, reference_of, where_of


def source(**fields) -> SourceRef:
    return SourceRef(
        **{"number": 1, "id": "doe2020", "kind": Kind.META_ANALYSIS, "title": "A trial", **fields}
    )


PAPER = {
    "authors": ("Doe J", "Roe A", "Poe E", "Low B"),
    "year": 2020,
    "journal": "The Journal",
    "volume": "12",
    "issue": "3",
    "pages": "45-67",
    "doi": "10.1000/doe",
}


@pytest.mark.parametrize(
    ("authors", "expected"),
    [
        ((), ""),
        (("Doe J",), "Doe J"),
        (("Doe J", "Roe A", "Poe E"), "Doe J, Roe A, Poe E"),
        (("Doe J", "Roe A", "Poe E", "Low B"), "Doe J, Roe A, Poe E, et al."),
    ],
)
def test_three_authors_are_named(authors, expected):
    assert authors_of(authors) == expected


def test_paper_in_one_line():
    assert str(reference_of(source(**PAPER, study_type="42 trials"))) == (
        "Doe J, Roe A, Poe E, et al. (2020). A trial. The Journal 12(3):45-67. "
        "https://doi.org/10.1000/doe (meta analysis: 42 trials)"
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "A trial."),
        ({"year": 2020}, "A trial (2020)."),
        ({"publisher": "NHS"}, "A trial. NHS."),
        ({"authors": ("Doe J",)}, "Doe J. A trial."),
        ({"authors": ("Doe J",), "title": "Does it work?"}, "Doe J. Does it work?"),
        ({"title": "A trial.\n  Second line"}, "A trial. Second line."),
        ({"journal": "The Journal", "publisher": "Elsevier"}, "A trial. The Journal."),
    ],
)
def test_what_is_not_known_leaves_no_trace(fields, expected):
    assert reference_of(source(**fields)).text == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"volume": "12", "issue": "3", "pages": "45"}, "J 12(3):45"),
        ({"volume": "12", "pages": "45"}, "J 12:45"),
        ({"issue": "9", "pages": "CD011567"}, "J (9):CD011567"),
        ({"pages": "45"}, "J p. 45"),
        ({}, "J"),
    ],
)
def test_where_it_was_published(fields, expected):
    assert where_of(source(journal="J", **fields)) == expected


def test_doi_then_url_then_pubmed():
    ids = {"doi": "10.1000/doe", "url": "https://example.org/doe", "pmid": "123"}
    assert link_of(source(**ids)) == "https://doi.org/10.1000/doe"
    assert link_of(source(**{**ids, "doi": None})) == "https://example.org/doe"
    assert link_of(source(pmid="123")) == "https://pubmed.ncbi.nlm.nih.gov/123/"
    assert link_of(source()) is None


def test_doi_of_any_form_makes_an_address():
    old = source(doi="10.1002/(SICI)1097-0193(1999)8:2/3<151::AID-HBM13>3.0.CO;2-4")
    assert link_of(old) == "https://doi.org/10.1002/(SICI)1097-0193(1999)8:2/3%3C151::AID-HBM13%3E3.0.CO;2-4"
    assert link_of(source(doi="10.1000/a#b?c")) == "https://doi.org/10.1000/a%23b%3Fc"


def test_marks_say_how_far_it_can_be_trusted():
    assert marks_of(source()) == ("meta analysis",)
    marked = source(
        retracted=True,
        words="summary",
        unverified=("authors", "year"),
        disputed_by=("roe1999",),
        study_type="x",
    )
    assert marks_of(marked) == (
        RETRACTED,
        "meta analysis: x",
        "summary written for Citewell",
        "partly verified (authors, year)",
        "disputed by roe1999",
    )


def test_agreement_is_told_with_the_kinds_of_works():
    told = Statement(
        heading="In short",
        text="It calms.",
        sources_agreeing=3,
        kinds_agreeing=(Kind.LABEL, Kind.TRIAL, Kind.TRIAL),
    )
    assert agreement_of(told) == "3 sources agree: label, 2 × trial"
    assert agreement_of(told.model_copy(update={"sources_agreeing": 1})) == ""


def test_an_expression_of_concern_is_shown():
    marked = SourceRef(number=1, id="a", kind=Kind.TRIAL, title="A trial", concern=True)
    assert any("expression of concern" in mark for mark in marks_of(marked))
