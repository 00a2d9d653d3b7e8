"""Sources as HTML: the card behind a mark, the record, its badges, and links that open beside the page."""

import pytest

from corpus.record import Kind
from tests.ui.made_answers import QUOTE, Tags, citation, passage, source
from ui.markup import link
from ui.source_html import badges_html, card_html, kind_name, links_html, reference_html


def test_the_card_shows_the_whole_passage_with_the_cited_words_marked():
    html = card_html(source(), citation(), passage(page=7), QUOTE)
    assert f"Before it. <mark>{QUOTE}</mark> After &amp; beyond." in html
    assert "How it works › page 7" in html
    assert "A trial" in html


@pytest.mark.parametrize("stored", [None, passage("Something else was stored here since.")])
def test_a_passage_that_is_not_what_was_cited_gives_way_to_the_quote(stored):
    html = card_html(source(), citation(), stored, QUOTE)
    assert f"><mark>{QUOTE}</mark></blockquote>" in html


def test_the_card_shows_what_it_is_cited_for_when_the_words_differ():
    assert "Cited for" in card_html(source(), citation(), passage(), "In other words.")
    assert "Cited for" not in card_html(source(), citation(), passage(), QUOTE)


def test_the_card_gives_the_record_and_what_to_know_about_it():
    given = source(
        authors=("Roe A", "Poe B", "Doe C", "Low D"),
        year=2018,
        journal="The Lancet",
        volume="391",
        issue="10128",
        pages="1357-1366",
        doi="10.1016/S0140-6736(17)32802-7",
        pmid="29477251",
        study_type="trial in 12 people",
        words="summary",
        unverified=("title", "authors"),
        disputed_by=("other",),
        retracted=True,
    )
    text = Tags(card_html(given, citation(), passage(), QUOTE)).text
    for expected in (
        "Roe A, Poe B, Doe C, Low D",
        "2018",
        "The Lancet 391(10128):1357-1366",
        "doi:10.1016/S0140-6736(17)32802-7",
        "PMID 29477251",
        "trial in 12 people",
        "summary written for Citewell",
        "Partly verified: title, authors",
        "Disputed in part by 1 other source",
        "Retracted",
        "This work has been retracted.",
        "Trial",
    ):
        assert expected in text, expected
    listed = Tags(reference_html(given)).text
    assert "Roe A, Poe B, Doe C, et al. (2018). A trial." in listed
    assert "partly verified: title, authors" in listed
    assert "Summary for Citewell" in listed


def test_links_open_beside_the_page_and_leak_nothing():
    links = Tags(
        links_html(source(doi="10.1000/a<b>", pmid="12", url="https://example.org/x?a=1&b=2"))
    ).named("a")
    assert [each["href"] for each in links] == [
        "https://doi.org/10.1000/a%3Cb%3E",
        "https://pubmed.ncbi.nlm.nih.gov/12/",
    ]
    assert all(each["target"] == "_blank" and each["rel"] == "noopener noreferrer" for each in links)
    only = Tags(links_html(source(url="https://www.example.org/x?a=1&b=2")))
    assert only.named("a")[0]["href"] == "https://www.example.org/x?a=1&b=2"
    assert only.text == "example.org"


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example", "https:", "ftp://x.y", "http://[", " "],
)
def test_only_web_addresses_become_links(address):
    assert not Tags(link(address, "<b>")).elements
    assert Tags(link(address, "<b>")).text == "<b>"


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_readable_name(kind):
    assert kind_name(kind)[0].isupper()
    assert kind_name(kind) in badges_html(source(kind=kind))


def test_badges_name_kind_year_retraction_and_whose_words():
    shown = Tags(badges_html(source(kind=Kind.ANIMAL_STUDY, year=1999, retracted=True, words="summary"))).text
    assert shown == "RetractedAnimal study1999Summary for Citewell"
