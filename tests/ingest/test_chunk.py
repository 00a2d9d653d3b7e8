from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.facets import load_facets
from corpus.record import Kind, Source
from ingest.chunk import SentenceSplitter, chunk
from ingest.document import Document, Section, Span, normalise
from tests.ingest.wild import texts

BUDGETS = st.sampled_from([48, 64, 200])
relaxed = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def document(*parts: tuple[tuple[str, ...], str], title: str = "A title") -> Document:
    sections, length = [], 0
    for path, text in parts:
        sections.append(Section(path, Span(length, length + len(text))))
        length += len(text)
    source = Source(id="s", kind=Kind.DOCUMENT, title=title)
    return Document(source, "".join(text for _, text in parts), tuple(sections))


def cut(given: Document, embedder, budget: int = 200):
    return list(chunk(given, embedder.count_tokens, budget, load_facets()))


@relaxed
@given(st.lists(texts.map(normalise), min_size=1, max_size=3), BUDGETS)
def test_passages_hold_the_whole_text_and_nothing_else(embedder, sections, budget):
    given = document(*(((f"Section {n}",), text) for n, text in enumerate(sections)))
    passages = cut(given, embedder, budget)
    for section in given.sections:
        inside = [each for each in passages if each.section == section.path]
        rebuilt, at = "", section.span.start
        for passage in inside:
            assert section.span.start <= passage.span.start < passage.span.end <= section.span.end
            gap = given.text[at : passage.span.start]
            assert not gap.strip()
            rebuilt += gap + passage.text
            at = passage.span.end
        rest = given.text[at : section.span.end]
        assert not rest.strip()
        assert rebuilt + rest == section.span.of(given.text)
    for passage in passages:
        assert passage.text == passage.span.of(given.text)
        at = 0
        for sentence in passage.sentences:
            assert at <= sentence.start < sentence.end <= len(passage.text)
            assert not passage.text[at : sentence.start].strip()
            at = sentence.end
        assert at == len(passage.text)
    assert len({passage.id for passage in passages}) == len(passages)


titles = st.one_of(st.text(min_size=3, max_size=300).map(normalise), st.just("x" * 300), st.just("長" * 300))


@relaxed
@given(texts.map(normalise), titles, BUDGETS)
def test_header_and_text_together_fit_the_budget(embedder, text, title, budget):
    title = title if len(title.strip()) > 2 else "Title"
    for passage in cut(document((("Dose",), text), title=title), embedder, budget):
        if len(passage.text) > 1:
            assert embedder.count_tokens([passage.embedded_text])[0] <= budget


@pytest.mark.parametrize("dense", ["長" * 2000, "aa aa " * 300 + "☃" * 900, "8" * 3000, "a-" * 1500])
def test_text_of_uneven_density_is_cut_until_it_fits(embedder, dense):
    passages = cut(document((("Dose",), dense)), embedder, 64)
    assert max(embedder.count_tokens([each.embedded_text for each in passages])) <= 64


@relaxed
@given(st.lists(texts.map(normalise), min_size=2, max_size=4, unique=True), texts.map(normalise))
def test_editing_one_section_leaves_the_ids_of_the_others(embedder, sections, edited):
    before = document(*(((f"Section {n}",), text) for n, text in enumerate(sections)))
    after = document(*(((f"Section {n}",), text) for n, text in enumerate([edited, *sections[1:]])))
    others = [
        [(each.id, each.text) for each in cut(given, embedder) if each.section != ("Section 0",)]
        for given in (before, after)
    ]
    assert others[0] == others[1]


def test_ids_depend_on_source_section_and_words_and_on_nothing_else(embedder):
    given = document((("A",), "One thing. "), (("B",), "One thing. "))
    first, second = cut(given, embedder)
    assert first.id != second.id
    assert (
        cut(replace(given, source=given.source.model_copy(update={"title": "Other"})), embedder)[0].id
        == first.id
    )
    assert cut(replace(given, source=given.source.model_copy(update={"id": "t"})), embedder)[0].id != first.id
    twice = [each.id for each in cut(document(((), "Same. "), ((), "Same. ")), embedder)]
    assert len(set(twice)) == 2


def test_the_header_keeps_the_innermost_heading(embedder):
    title = "A very long title about benzodiazepines " * 9
    (passage,) = cut(
        document((("Clinical use", "Dose in the elderly"), "Half."), title=title[:300]), embedder, 64
    )
    assert passage.header.startswith("A very long title")
    assert passage.header.endswith(" > Dose in the elderly")
    assert passage.embedded_text == f"{passage.header}: Half."


def test_a_heading_that_repeats_the_title_is_left_out_of_the_header(embedder):
    (passage,) = cut(document((("A title", "Dose"), "Half.")), embedder)
    assert passage.header == "A title > Dose"


def test_the_facet_is_that_of_the_innermost_heading_that_has_one(embedder):
    (passage,) = cut(document((("Dosage", "In words of no facet"), "Half.")), embedder)
    assert passage.facet == load_facets().for_heading("Dosage") is not None


@relaxed
@given(texts.map(normalise))
def test_the_splitter_cuts_as_chunk_does(embedder, text):
    passages = cut(document((("Dose",), text)), embedder, 64)
    room = 64 - embedder.count_tokens(["A title > Dose"])[0] - 2
    splitter = SentenceSplitter(embedder.count_tokens, room)
    assert splitter.split_text(text) == [each.text for each in passages]


def test_the_splitter_is_a_langchain_splitter(embedder):
    from langchain_core.documents import Document as LangChainDocument

    splitter = SentenceSplitter(embedder.count_tokens, 6, add_start_index=True)
    parts = splitter.split_documents(
        [LangChainDocument("One thing is. Another thing is.", metadata={"a": 1})]
    )
    assert [(each.page_content, each.metadata["start_index"]) for each in parts] == [
        ("One thing is.", 0), ("Another thing is.", 14)
    ]  # fmt: skip
