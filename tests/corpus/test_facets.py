"""Facets: what headings stand for, and the order in which readers need them."""

import pytest

from corpus.facets import Facet, FacetId, FacetTable, load_facets


def table() -> FacetTable:
    return FacetTable(
        (
            Facet(FacetId("uses"), "Uses", "used for", ("uses", "indications and usage")),
            Facet(FacetId("onset"), "How fast it works", "onset", ("how fast it works", "onset of action")),
        )
    )


@pytest.mark.parametrize(
    "heading", ["Onset of action", "ONSET OF ACTION:", "  onset -- of action ", "Onset, of action"]
)
def test_heading_is_matched_without_case_and_punctuation(heading):
    assert table().for_heading(heading) == "onset"


def test_unknown_heading_has_no_facet():
    assert table().for_heading("Acknowledgements") is None
    assert table().for_heading("Onset") is None
    assert table().for_heading("") is None


def test_facet_by_id():
    assert table()[FacetId("uses")].heading == "Uses"


@pytest.mark.parametrize(
    ("heading", "facet"),
    [
        ("How it works", "mechanism"),
        ("Mechanism of Action", "mechanism"),
        ("Dependence and misuse", "dependence"),
        ("Drug Interactions", "interactions"),
        ("Boxed warning", "boxed_warning"),
        ("The study", "study"),
        ("Methods", "study"),
    ],
)
def test_shipped_table_knows_headings_of_labels_and_papers(heading, facet):
    assert load_facets().for_heading(heading) == facet


@pytest.mark.parametrize(
    ("heading", "facet"),
    [
        ("What is insomnia?", "definition"),
        ("What are the symptoms of insomnia?", "symptoms"),
        ("What causes insomnia?", "causes"),
        ("How is insomnia diagnosed?", "diagnosis"),
        ("Can insomnia be prevented?", "prevention"),
        ("Living with insomnia", "outlook"),
        ("How alphazolam works", "mechanism"),
        ("Who can and cannot take alphazolam", "contraindications"),
    ],
)
def test_a_heading_with_any_words_in_it_is_known_and_the_longest_that_fits_decides(heading, facet):
    assert load_facets().for_heading(heading) == facet


def test_dots_in_a_heading_of_a_source_are_only_dots():
    assert load_facets().for_heading("Symptoms …") == "symptoms"
    assert load_facets().for_heading("…") is None


def test_each_facet_is_found_by_the_heading_that_answers_show():
    facets = load_facets()
    assert [facets.for_heading(facet.heading) for facet in facets.facets] == [
        facet.id for facet in facets.facets
    ]
    assert all(facet.query for facet in facets.facets)
