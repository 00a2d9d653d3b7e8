import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import SourceUnreadableError
from ingest.document import normalise
from ingest.load_markdown import MarkdownLoader
from ingest.plain_text import plain_text
from tests.ingest.wild import texts


def sections(markdown: str) -> dict[tuple[str, ...], str]:
    text, found = plain_text(markdown)
    return {each.path: each.span.of(text).strip() for each in found}


def read(tmp_path, content: str):
    (tmp_path / "a file.md").write_text(content)
    (document,) = MarkdownLoader(tmp_path / "a file.md").documents()
    return document


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("x\n# A\na\n## B\nb\n## C\nc\n# D\nd",
         {(): "x", ("A",): "a", ("A", "B"): "b", ("A", "C"): "c", ("D",): "d"}),
        ("## A\na\n## B\nb\n### C\nc\n## D\nd", {("A",): "a", ("B",): "b", ("B", "C"): "c", ("D",): "d"}),
        ("# A\n### B\nb\n### C\nc\n## D\nd", {("A", "B"): "b", ("A", "C"): "c", ("A", "D"): "d"}),
        ("A\n=\na\n\nB\n-\nb", {("A",): "a", ("A", "B"): "b"}),
        ("# \nx", {(): "x"}),
        ("# *A* `b` &amp; c\nx", {("A b & c",): "x"}),
        ("> # A\n> a", {("A",): "a"}),
    ],
)  # fmt: skip
def test_headings_make_sections(markdown, expected):
    assert sections(markdown) == expected


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("**bold** _it_ `code` ~x~", "bold it code ~x~"),
        ("see [the label](http://x.org/a) now", "see the label now"),
        ("![a **chart** of it](http://x.org/a.png)", "a chart of it"),
        ("5 \\* 3 &lt; 4 &#x202e;&#0;", "5 * 3 < 4 \ufffd"),
        ("one<br>two<br/>three  \nfour\nfive", "one two three four five"),
        ("a <b>b</b> c", "a b c"),
        ("<div>\nhidden\n</div>\n\nshown", "shown"),
        ("<script>alert(1)</script>", ""),
        ("| a | b |\n|---|---|\n| 1 | **2** |\n| 3 | |", "a | b\n\n1 | 2\n\n3 |"),
        ("- one\n- two\n  1. three", "one\n\ntwo\n\nthree"),
        ("```\ncode\n```\n\n    more", "code\n\nmore"),
        ("e&#x301;", "é"),
    ],
)
def test_markup_is_taken_off(markdown, words):
    assert plain_text(markdown)[0].strip() == words


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.one_of(texts, st.sampled_from(["# ", "\n## ", "| a |\n|---|\n", "> ", "- ", "&#x202e;", "<"]))
    )
)
def test_any_text_comes_out_normal_with_sections_that_tile_it(parts):
    text, found = plain_text(normalise("".join(parts)))
    assert text == normalise(text)
    at = 0
    for section in found:
        assert section.span.start == at < section.span.end
        at = section.span.end
    assert at == len(text)


@pytest.mark.parametrize(
    "markdown",
    [
        ">" * 20000 + " x", "[" * 5000, "![" * 5000, "*a " * 5000, "`" * 5001 + "a",
        "\n".join("  " * depth + "- x" for depth in range(200)), "![" * 500 + "x" + "](y)" * 500, "<" * 20000,
    ],
)  # fmt: skip
def test_a_huge_nesting_ends_soon(markdown):
    started = time.perf_counter()
    plain_text(markdown)
    assert time.perf_counter() - started < 5


def test_lists_within_lists_keep_their_words():
    text, _ = plain_text("\n".join("  " * depth + f"- item{depth}" for depth in range(20)))
    assert all(f"item{depth}\n" in text for depth in range(20))


def test_the_front_matter_is_the_record(tmp_path):
    document = read(
        tmp_path, "---\nid: x1\nkind: label\ntitle: Label of X\nyear: 2020\n---\n## Dose\n\nHalf.\n"
    )
    assert (document.source.id, document.source.kind, document.source.year) == ("x1", "label", 2020)
    assert document.sections[0].path == ("Dose",)


@pytest.mark.parametrize(
    ("content", "title"), [("# First\n\nx", "First"), ("words", "a file"), ("## Two\n\nx", "Two")]
)
def test_without_front_matter_the_first_heading_or_the_name_is_the_title(tmp_path, content, title):
    assert read(tmp_path, content).source.title == title


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("---\nid: [1\n---\nText.", "not valid YAML"),
        ("---\nid: x\n---\nText.", "Field required"),
        ("---\nid: X Y\nkind: trial\ntitle: Title\n---\nText.", "id"),
        ("---\nid: x\nkind: novel\ntitle: Title\n---\nText.", "kind"),
        ("---\nid: x\nkind: trial\ntitle: Title\nauhtors: [A]\n---\nText.", "auhtors"),
        ("---\nid: x\nkind: trial\ntitle: Title\nurl: 'javascript:x'\n---\nText.", "url"),
    ],
)
def test_errors_in_the_front_matter_name_the_file_and_a_remedy(tmp_path, content, why):
    with pytest.raises(SourceUnreadableError, match=why) as caught:
        read(tmp_path, content)
    assert caught.value.what.startswith("a file.md: ")
    assert caught.value.remedy.endswith(".")
