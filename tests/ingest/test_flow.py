from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.flow import Flow
from ingest.table import table_lines

FLOW = Flow(frozenset({"p", "item"}), lambda element: element.tag == "xref")


def lines(markup: str) -> list[str]:
    return list(FLOW.paragraphs(ElementTree.fromstring(f"<r>{markup}</r>")))


@pytest.mark.parametrize(
    ("markup", "line"),
    [
        ("10<sup>6</sup> and 10<sup>-6</sup>", "10^6 and 10^-6"),
        ("5<sup>th</sup>, 2<sup>nd</sup>", "5th, 2nd"),
        ("(a + b)<sup>2</sup>", "(a + b)^2"),
        ("kg/m<sup>2</sup>, Ca<sup>2+</sup>, <sup>99m</sup>Tc", "kg/m2, Ca2+, 99mTc"),
        ("Genotype<sup>a</sup>", "Genotype^a"),
        ("<sup>a</sup>In week 1", "a In week 1"),
        ("Alphax<sup>®</sup>, Alphax<sup>TM</sup>", "Alphax®, Alphax™"),
        ("GABA<sub>A</sub>, H<sub>2</sub>O, V<sub>max</sub>", "GABA-A, H2O, Vmax"),
        ("log10<sub>2</sub>", "log10_2"),
        ("0.4-<u>&lt;</u>4.5, <u>&gt;</u> 2, <u>word</u>", "0.4-≤4.5, ≥ 2, word"),
        ("x <math>\n <mi>V</mi>\n <mo>.</mo> <mi>O</mi></math> y", "x V.O y"),
        ("Africa <xref>1</xref>–<xref>4</xref>. Next", "Africa. Next"),
        ("so [<xref>1</xref>]–[<xref>4</xref>], and", "so, and"),
        ("so [<xref>1</xref>,<xref>4</xref>] and", "so and"),
        ("(Roe<xref>1</xref>) and (b)", "(Roe) and (b)"),
        ("one<br/>two", "one two"),
    ],
)
def test_inline_markup_keeps_its_meaning(markup, line):
    assert lines(markup) == [line]


def test_blocks_are_paragraphs_and_what_stands_around_them_too():
    assert lines("a <b>b</b><p>c<p>d</p>e</p>f<item/>g") == ["a b", "c", "d", "e", "f", "g"]


def table(markup: str) -> list[str]:
    element = ElementTree.fromstring(f"<table>{markup}</table>")
    return list(table_lines(element, FLOW.line))


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<tr><td>a</td><td>b</td></tr><tr><td>c</td></tr>", ["a | b", "c"]),
        ("<thead><tr><th>H:</th><th>K</th></tr></thead><tr><td>a</td><td>b</td></tr>", ["H: a; K: b"]),
        ("<thead><tr><th>Only a caption</th></tr></thead><tr><td>a</td><td>b</td></tr>", ["a | b"]),
        ("<tr><td rowspan='2'>g</td><td>1</td></tr><tr><td>2</td></tr>", ["g | 1", "g | 2"]),
        ("<tr><td>g</td><td>1</td></tr><tr><td/><td>2</td></tr>", ["g | 1", "g | 2"]),
        ("<tr><td colspan='2'>Group</td></tr><tr><td/><td>2</td></tr>", ["Group", "2"]),
        ("<tr><td rowspan='99999999999' colspan='x'>g</td><td>1</td></tr>", ["g | 1"]),
        ("<tbody/>", []),
    ],
)
def test_rows_read_on_their_own(markup, expected):
    assert table(markup) == expected


cells = st.builds(
    "<td rowspan='{}' colspan='{}'>{}</td>".format,
    st.integers(0, 700), st.integers(-1, 900), st.sampled_from(["", "a", "1"]),
)  # fmt: skip
rows = st.lists(st.lists(cells, max_size=6).map("".join).map("<tr>{}</tr>".format), max_size=6).map("".join)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(rows, rows)
def test_no_table_is_too_odd(head, body):
    for line in table(f"<thead>{head}</thead><tbody>{body}</tbody>"):
        assert line == " ".join(line.split())
        assert line
