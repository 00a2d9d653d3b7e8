"""A cited passage in its document: headings, pages and the text around it, with the cited words marked.

Pure HTML from what the index holds. Not for the record of the source: see `ui.source_html`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ingest.document import Span
from retrieval.library import SectionRecord, SourceRecord
from ui.markup import escaped

WINDOW = 6_000  # characters shown before and after the passage at first


@dataclass(frozen=True, slots=True)
class Place:
    """What is cited: offsets in the document, half-open."""

    passage: Span
    cited: Span


def document_html(source: SourceRecord, place: Place, window: int = WINDOW) -> str:
    """Render the part of a document around a passage.

    Args:
        source: The source with its sections.
        place: The passage and the cited words in it.
        window: How many characters before and after the passage to show, whole passages only.

    Returns:
        The headings and pages that the text stands under; the passage stands out, the cited words are in a
        `mark`. A button for what lies before and after, where there is more.
    """
    shown = Span(place.passage.start - window, place.passage.end + window)
    sections = [each for each in source.sections if each.end > shown.start and each.start < shown.end]
    blocks = "".join(_section_html(each, place, shown) for each in _headed(sections))
    last = source.sections[-1].end if source.sections else 0
    first = source.sections[0].start if source.sections else 0
    more = first < shown.start or last > shown.end
    button = '<button type="button" class="cw-button cw-button--quiet cw-doc__more">Show more of it</button>'
    return f'<div class="cw-doc" data-window="{window}">{blocks}</div>{button if more else ""}'


@dataclass(frozen=True, slots=True)
class _Headed:
    """A section with what its heading adds to that of the one before."""

    section: SectionRecord
    heading: tuple[str, ...]
    page: int | None


def _headed(sections: list[SectionRecord]) -> Iterator[_Headed]:
    before: SectionRecord | None = None
    for each in sections:
        known = before.heading if before else ()
        shared = 0
        while shared < min(len(known), len(each.heading)) and known[shared] == each.heading[shared]:
            shared += 1
        # The same heading again is the same section going on, on another page.
        heading = each.heading[shared:]
        yield _Headed(each, heading, each.page if before is None or each.page != before.page else None)
        before = each


def _section_html(headed: _Headed, place: Place, shown: Span) -> str:
    section = headed.section
    page = f'<p class="cw-doc__page">Page {headed.page}</p>' if headed.page is not None else ""
    heading = "".join(f'<p class="cw-doc__heading">{escaped(each)}</p>' for each in headed.heading)
    cut = [each for each in section.passages if each.end > shown.start and each.start < shown.end]
    text = ""
    end = cut[0].start if cut else 0
    for each in cut:
        text += escaped(_piece(section, end, each.start))
        inner = _passage_html(section, Span(each.start, each.end), place)
        is_cited = each.start == place.passage.start
        text += f'<span class="cw-doc__passage">{inner}</span>' if is_cited else inner
        end = each.end
    return f'{page}{heading}<div class="cw-doc__text">{text}</div>'


def _passage_html(section: SectionRecord, span: Span, place: Place) -> str:
    cited = place.cited
    if not (span.start <= cited.start < cited.end <= span.end) or span.start != place.passage.start:
        return escaped(_piece(section, span.start, span.end))
    before, after = _piece(section, span.start, cited.start), _piece(section, cited.end, span.end)
    return f"{escaped(before)}<mark>{escaped(_piece(section, cited.start, cited.end))}</mark>{escaped(after)}"


def _piece(section: SectionRecord, start: int, end: int) -> str:
    return section.text[max(0, start - section.start) : max(0, end - section.start)]
