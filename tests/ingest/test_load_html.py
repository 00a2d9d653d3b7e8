# ruff: noqa: E501 - the samples stand as such files do
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.errors import SourceUnreadableError
from ingest.html_text import parse_html, write_fragment, write_tree
from ingest.writer import Writer
from tests.ingest.formats import headings, read, says, write
from tests.ingest.mutated import mutated, told_by

FILLER = "It is taken by mouth, and most people feel its effect within the hour. "
PAGE = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Alphazolam | Health of Tests</title>
<link rel="canonical" href="https://example.org/alphazolam"><meta name="author" content="Ann Roe">
<meta property="article:published_time" content="2019-01-02"><meta property="article:modified_time" content="2021-03-04">
<meta property="og:site_name" content="Health of Tests"></head><body>
<header><a href="/">Home</a> <a href="/all">All medicines</a></header>
<nav><ul><li><a href="/a">Alpha</a></li><li><a href="/b">Beta</a></li></ul></nav>
<main><article><h1>Alphazolam</h1><p>Alphazolam calms – it is used for anxiety.<sup><a href="#r1">1</a></sup> {FILLER * 2}</p>
<h2>Side effects</h2><p>Common ones are:</p><ul><li>sleepiness</li><li>a dry mouth</li></ul>
<h3>Serious side effects</h3><p>Call a doctor if breathing is slow. {FILLER}</p>
<h2>How to take it</h2><table><tr><th>Age</th><th>Dose</th></tr><tr><td>18 to 64</td><td>2 mg</td></tr>
<tr><td>65 and over</td><td>1 mg</td></tr></table><p>Counts of 10<sup>6</sup> were seen. {FILLER}</p></article></main>
<aside><h2>Adverts</h2><p>Buy shoes.</p></aside>
<footer><p>Copyright 2018 Health of Tests. All rights reserved.</p></footer><script>var x = "no words";</script></body></html>"""

PAPER = f"""<html><head><title>x</title><meta name="citation_title" content="A trial of alpha">
<meta name="citation_author" content="Roe, Ann"><meta name="citation_author" content="Doe, Jo">
<meta name="citation_doi" content="https://doi.org/10.1000/ALPHA.1"><meta name="citation_pmid" content="31">
<meta name="citation_journal_title" content="Journal of tests"><meta name="citation_volume" content="7">
<meta name="citation_publication_date" content="2001/09/30"><link rel="canonical" href="/relative/only"></head>
<body><h2>Methods</h2><p>{FILLER * 3}</p><h2>Results</h2><p>Alpha helped. {FILLER * 3}</p></body></html>"""


def test_a_page_gives_its_main_text_under_its_headings_and_its_record(tmp_path):
    (document,), _ = read(write(tmp_path, "page.html", PAGE))
    record = document.source
    assert (record.title, record.authors, record.publisher) == ("Alphazolam", ("Ann Roe",), "Health of Tests")
    assert (record.url, record.year, record.dated) == ("https://example.org/alphazolam", 2021, "2021-03-04")
    assert headings(document)[-3:] == [
        "Side effects",
        "Side effects > Serious side effects",
        "How to take it",
    ]
    assert says(document)["Side effects"] == "Common ones are: sleepiness a dry mouth"
    for noise in ("Home", "Beta", "shoes", "Copyright", "no words"):
        assert noise not in document.text
    assert "used for anxiety. It is taken" in document.text  # the mark of a note is gone


def test_rows_of_a_table_name_their_columns_and_raised_numbers_stay_raised(tmp_path):
    (document,), _ = read(write(tmp_path, "page.html", PAGE))
    text = says(document)["How to take it"]
    assert "Age: 65 and over; Dose: 1 mg" in text
    assert "10^6" in text


def test_tags_of_scholarly_pages_are_the_record(tmp_path):
    (document,), _ = read(write(tmp_path, "paper.html", PAPER))
    record = document.source
    assert (record.title, record.authors) == ("A trial of alpha", ("Roe, Ann", "Doe, Jo"))
    assert (record.doi, record.pmid, record.journal, record.volume) == (
        "10.1000/alpha.1",
        "31",
        "Journal of tests",
        "7",
    )
    assert (record.year, record.dated, record.url) == (2001, "2001/09/30", None)


def test_no_date_is_guessed(tmp_path):
    page = PAGE.replace("article:published_time", "x").replace("article:modified_time", "y")
    (document,), _ = read(write(tmp_path, "page.html", page))
    assert (document.source.year, document.source.dated) == (None, None)


@pytest.mark.parametrize(
    ("charset", "encoding", "words"),
    [
        ("windows-1252", "cp1252", "Größe – 5 µg"),
        ("iso-8859-1", "cp1252", "Größe – 5 µg"),
        ("utf-8", "utf-8", "Größe – 5 µg"),
        ("utf-8", "utf-16", "Größe – 5 µg"),
        ("utf-8", "cp1252", "Größe – 5 µg"),
        ("nonsense", "utf-8", "Größe – 5 µg"),
        ("iso-8859-2", "iso-8859-2", "Łódź"),
        ("shift_jis", "shift_jis", "薬の用量"),
    ],
)
def test_a_page_is_decoded_as_it_says_or_as_browsers_do(tmp_path, charset, encoding, words):
    page = f'<html><head><meta charset="{charset}"></head><body><p>{words} {FILLER}</p></body></html>'
    (document,), _ = read(write(tmp_path, "page.html", page.encode(encoding)))
    assert words in document.text


def test_a_page_is_known_by_its_content_and_a_fragment_by_its_ending(tmp_path):
    (document,), _ = read(write(tmp_path, "page.aspx", PAGE))
    assert document.source.title == "Alphazolam"
    (document,), _ = read(write(tmp_path, "part.htm", "<h2>Dose</h2><p>Half of it.</p>"))
    assert says(document) == {"Dose": "Half of it."}


@pytest.mark.parametrize("page", ["<html></html>", "<html><body><script>x</script></body></html>", "<html"])
def test_a_page_without_text_says_so(tmp_path, page):
    with pytest.raises(SourceUnreadableError, match=r"page\.html: is a web page without text"):
        read(write(tmp_path, "page.html", page))


def test_a_page_that_is_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.load_html._LARGEST", 1000)
    with pytest.raises(SourceUnreadableError, match="Split it"):
        read(write(tmp_path, "page.html", PAGE))


def test_deep_nesting_is_no_harm(tmp_path):
    page = "<html><body>" + "<div>" * 20000 + f"<p>{FILLER}</p>"
    told = told_by(lambda: read(write(tmp_path, "page.html", page)))
    assert told is None or "page.html" in told


def test_a_table_that_lays_out_a_page_is_read_as_text():
    writer = Writer()
    tree = parse_html(
        "<table><tr><td><h2>Dose</h2><p>Half.</p><table><tr><td>a</td><td>b</td></tr></table></td></tr></table>"
    )
    write_tree(tree, writer)
    writer.close()
    assert [section.path for section in writer.sections] == [("Dose",)]
    assert writer.text == "Half.\n\na | b\n\n"


@given(st.text(alphabet="<>/ahpdivult1 =\"'&;x\n", max_size=200))
def test_any_fragment_can_be_written(fragment):
    writer = Writer()
    write_fragment(fragment, writer)
    writer.close()
    assert "".join(section.span.of(writer.text) for section in writer.sections) == writer.text


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_ends_in_another_error(tmp_path, data):
    told = told_by(lambda: read(write(tmp_path, "page.html", data.draw(mutated(PAGE.encode())))))
    assert told is None or "page.html" in told
