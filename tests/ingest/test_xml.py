import pytest

from corpus.errors import SourceUnreadableError
from ingest.xml import LARGEST_RECORD, RawRecord, parse, parse_beginning, records, words_at


def cut(text: str, size: int, *tags: str) -> list[tuple[str, str, str]]:
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    return [(each.tag, each.text, each.problem) for each in records(pieces, tags or ("r",))]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_records_are_cut_wherever_the_blocks_end(size):
    text = '<?xml?><set><r a="1">x</r> <rr>no</rr>\n<r\n>y<q/></r ><n:r>z</n:r></set>'
    assert cut(text, size) == [
        ("r", '<r a="1">x</r>', ""), ("r", "<r\n>y<q/></r >", ""), ("r", "<n:r>z</n:r>", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_a_record_without_an_end_ends_where_the_next_begins(size):
    assert cut("<r>a<r>b</r><r>c", size) == [
        ("r", "<r>a", "it has no end"), ("r", "<r>b</r>", ""), ("r", "<r>c", "the file ends in it"),
    ]  # fmt: skip


def test_what_the_stream_raises_comes_after_what_was_read():
    def stream():
        yield "<r>a</r><r>b"
        raise SourceUnreadableError("broken", "Get it again.")

    found = records(stream(), ("r",))
    assert [next(found).text, next(found).text] == ["<r>a</r>", "<r>b"]
    with pytest.raises(SourceUnreadableError, match="broken"):
        next(found)


def test_a_record_that_never_ends_is_given_up_and_the_next_is_read():
    block = "x" * (1 << 20)
    stream = ["<r>", *([block] * (LARGEST_RECORD // len(block) + 1)), "</r><r>y</r>"]
    first, second = records(stream, ("r",))
    assert "larger than" in first.problem
    assert len(first.text) < 10_000
    assert second.text == "<r>y</r>"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<r>p<0.05 and 3 < 4 &amp; R&D</r>", "p<0.05 and 3 < 4 & R&D"),
        (
            "<r>&nbsp;5&nbsp;&micro;g &alpha; &ldquo;x&rdquo; &unknown; &#945; &#x3b1;</r>",
            "5 µg α “x” &unknown; α α",
        ),
        ("<r>a&#0;&#xFFFF;&#55296;&#9999999;b\x00\x0b\ud800</r>", "ab"),
        ("<r><![CDATA[a < b & <i>c</i>]]></r>", "a < b & <i>c</i>"),
        ('<r xmlns="urn:x" z:y="1"><z:q>x</z:q></r>', "x"),
    ],
)
def test_a_record_is_parsed_without_its_dtd(markup, text):
    root = parse(RawRecord("r", markup))
    assert words_at(root) == text
    assert all(":" not in element.tag for element in root.iter())


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "text",
    [
        f'<!DOCTYPE r [<!ENTITY l0 "lol">{LAUGHS}]><set><r>&l9; words</r></set>',
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><set><r>&x; words</r></set>',
        '<!DOCTYPE r SYSTEM "http://localhost:1/r.dtd"><set><r>&x; words</r></set>',
    ],
)
def test_declared_entities_are_neither_expanded_nor_fetched(text):
    ((_, raw, _),) = cut(text, 1000)
    assert words_at(parse(RawRecord("r", raw))) in {"&l9; words", "&x; words"}


@pytest.mark.parametrize(
    ("markup", "why"),
    [
        ("<r><q></r>", "broken"), ("<r>", "broken"), ("<r></r><r></r>", "broken"),
        ("<r><!DOCTYPE r></r>", "broken"),
        ("<q>" * 100_000 + "</q>" * 100_000, "too deep"),
        ("<r>" + "<q/>" * 2_000_001 + "</r>", "more markup"),
    ],
)  # fmt: skip
def test_what_cannot_be_parsed_safely_is_refused(markup, why):
    with pytest.raises(SourceUnreadableError, match=why):
        parse(RawRecord("r", markup))


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<r><s><p>One.</p><p>Two <i>wor", "One."),
        ("<r><s><p>One.</p><p>Two.</p><x></s>", "One.Two."),
        ("<r><p>One.</p><table><tr><td>1</td></tr><tr>", "One."),
        ("<r><p>One.</p>", "One."),
    ],
)
def test_the_beginning_of_a_broken_record(markup, text):
    assert words_at(parse_beginning(RawRecord("r", markup, "the file ends in it"))) == text


def test_the_beginning_of_nothing():
    with pytest.raises(SourceUnreadableError, match="broken"):
        parse_beginning(RawRecord("r", "< <"))
