"""Cut a document into passages that never cross a section and never split a sentence.

Passages carry exact offsets into the document. `SentenceSplitter` is the same as a LangChain TextSplitter.
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
            identity = digest(*key, str(seen[key]), length=12)
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
    words = " > ".join(parts).split()
    while len(words) > 1 and tokens([" ".join(words)])[0] > budget:
        # The innermost heading says what the passage is about: the title loses its tail first.
        keep = len(parts[-1].split()) + 1 if len(parts) > 1 else 0
        cut = len(words) - keep - 1
        words = words[: max(cut, 0)] + words[cut + 1 :] if cut > 0 else words[:-1]
    return " ".join(words)


def _groups(text: str, tokens: TokenCounter, room: int) -> Iterator[list[Span]]:
    group: list[Span] = []
    used = 0
    for span, count in _fitting(text, tokens, room):
        if group and used + count > room:
            yield group
            group, used = [], 0
        group.append(span)
        used += count
    if group:
        yield group


def _fitting(text: str, tokens: TokenCounter, room: int) -> Iterator[tuple[Span, int]]:
    spans = sentence_spans(text, _LONGEST_SENTENCE)
    counts = tokens([span.of(text) for span in spans]) if spans else []
    for span, count in zip(spans, counts, strict=True):
        if count <= room or span.end - span.start <= 1:
            yield span, count
            continue
        longest = max(1, (span.end - span.start) * room // (count + 1))
        pieces = [
            Span(piece.start + span.start, piece.end + span.start)
            for piece in sentence_spans(span.of(text), longest)
        ]
        yield from zip(pieces, tokens([piece.of(text) for piece in pieces]), strict=True)


class SentenceSplitter(TextSplitter):
    """LangChain's seam: splits a text into the same passages as `chunk`, without headers."""

    def __init__(self, tokens: TokenCounter, budget: int, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(chunk_size=budget, chunk_overlap=0, **kwargs)
        self._tokens = tokens
        self._budget = budget

    def split_text(self, text: str) -> list[str]:
        """The passages' texts, in order."""
        return [text[group[0].start : group[-1].end] for group in _groups(text, self._tokens, self._budget)]
