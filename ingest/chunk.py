"""Cut a document into passages with exact offsets, that never cross a section and never split a sentence.

`SentenceSplitter` is the same for LangChain. Not for what a sentence is: see `ingest.sentences`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_text_splitters import TextSplitter

from corpus.facets import FacetTable
from ingest.document import Document, Passage, PassageId, Section, Span, digest
from ingest.sentences import sentence_spans

TokenCounter = Callable[[Sequence[str]], list[int]]

_HEADER_SHARE = 0.3  # of the passage's tokens; a longer title is cut, for the text matters more
_LONGEST_SENTENCE = 1200  # characters; what has no sentence end for longer is a table or a list


def chunk(document: Document, tokens: TokenCounter, budget: int, facets: FacetTable) -> Iterator[Passage]:
    """Yield the passages of a document in order.

    Args:
        document: Sections must not overlap.
        tokens: Counts the tokens of texts as the embedding model does, without its special tokens.
        budget: Most tokens of header and text together.
        facets: Says what the headings stand for.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    for section in document.sections:
        header = _header(document, section, tokens, int(budget * _HEADER_SHARE))
        room = budget - tokens([header])[0] - 2  # the colon between header and text, and one to spare
        facet = next(
            (found for title in reversed(section.path) if (found := facets.for_heading(title))), None
        )
        for group in _groups(section.span.of(document.text), tokens, room):
            start = section.span.start + group[0].start
            end = section.span.start + group[-1].end
            text = document.text[start:end]
            key = (document.source.id, *section.path, text)
            # The same words twice in one section stay two passages; the id does not depend on the rest of
            # the document, so that a citation outlives a change elsewhere in it.
            identity = digest(*key, str(seen[key]))
            seen[key] += 1
            yield Passage(
                id=PassageId(f"p-{identity}"),
                source_id=document.source.id,  # type: ignore[arg-type]
                section=section.path,
                facet=facet,
                text=text,
                span=Span(start, end),
                page=section.page,
                header=header,
                sentences=tuple(
                    Span(each.start - group[0].start, each.end - group[0].start) for each in group
                ),
            )


def _header(document: Document, section: Section, tokens: TokenCounter, budget: int) -> str:
    # A document's first heading often repeats its title.
    parts = [document.source.title, *(title for title in section.path if title != document.source.title)]
    header = " > ".join(parts)
    if tokens([header])[0] <= budget:
        return header
    # The innermost heading says what the passage is about: what stands before it loses its tail first.
    inner = _beginning(parts[-1], tokens, budget)
    outer = _beginning(" > ".join(parts[:-1]), tokens, budget - tokens([inner])[0] - 1).rstrip(" >")
    return f"{outer} > {inner}" if outer else inner


def _beginning(text: str, tokens: TokenCounter, budget: int) -> str:
    """As much of the beginning of a text as fits, in whole words where there are any."""
    while text and (count := tokens([text])[0]) > budget:
        text = text[: len(text) * max(budget, 0) // count]
        text = text.rpartition(" ")[0] or text
    return text.rstrip()


def _groups(text: str, tokens: TokenCounter, room: int) -> Iterator[list[Span]]:
    group: list[Span] = []
    used = 0
    for span, count in _fitting(text, Span(0, len(text)), tokens, room, _LONGEST_SENTENCE):
        if group and used + count > room:
            yield from _whole(group, text, tokens, room)
            group, used = [], 0
        group.append(span)
        used += count
    if group:
        yield from _whole(group, text, tokens, room)


def _whole(group: list[Span], text: str, tokens: TokenCounter, room: int) -> Iterator[list[Span]]:
    """The group, or its halves where its text has more tokens than its sentences have one by one."""
    if len(group) > 1 and tokens([text[group[0].start : group[-1].end]])[0] > room:
        middle = len(group) // 2
        yield from _whole(group[:middle], text, tokens, room)
        yield from _whole(group[middle:], text, tokens, room)
    else:
        yield group


def _fitting(
    text: str, within: Span, tokens: TokenCounter, room: int, longest: int
) -> Iterator[tuple[Span, int]]:
    """The sentences in a part of the text and their tokens; one with too many is cut until its pieces fit."""
    spans = [
        Span(within.start + each.start, within.start + each.end)
        for each in sentence_spans(within.of(text), longest)
    ]
    counts = tokens([span.of(text) for span in spans]) if spans else []
    for span, count in zip(spans, counts, strict=True):
        length = span.end - span.start
        if count <= room or length == 1:
            yield span, count
        else:
            yield from _fitting(text, span, tokens, room, max(1, length * room // (count + 1)))


class SentenceSplitter(TextSplitter):
    """LangChain's seam: splits a text into the same passages as `chunk`, without headers."""

    def __init__(self, tokens: TokenCounter, budget: int, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(chunk_size=budget, chunk_overlap=0, **kwargs)
        self._tokens = tokens
        self._budget = budget

    def split_text(self, text: str) -> list[str]:
        """Cut a text into the texts of its passages, in order."""
        return [text[group[0].start : group[-1].end] for group in _groups(text, self._tokens, self._budget)]
