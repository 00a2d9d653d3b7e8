"""An MCP server, so that assistants can ask, search and read sources; by the official SDK.

What a tool returns is structured and carries the disclaimer. Whatever an assistant makes of it is not
checked by Citewell, and the tools' descriptions tell it what to keep.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

import anyio
import anyio.to_thread
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, TextContent, ToolAnnotations
from pydantic import BaseModel, ConfigDict, Field

from corpus.errors import CitewellError
from corpus.record import Kind
from ingest.settings import Settings
from retrieval import library
from retrieval.answer import Answer
from retrieval.evidence.search import Filters
from retrieval.library import PassageHit, SourceRecord
from retrieval.pipeline import Citewell
from retrieval.safety.disclaimer import disclaimer_for
from ui.api.schemas import LONGEST_QUESTION

T = TypeVar("T")
_LONGEST_TEXT = 20_000  # characters of a source in one reply, so that it fits what an assistant can read
_READS = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
_INSTRUCTIONS = """\
Citewell answers medical questions from a fixed collection of sources. Every statement it gives cites the
exact words of a stored passage. Keep each statement's citations with it, say nothing that no statement says,
and show the disclaimer. An answer whose outcome is 'emergency' is shown first and as it is. 'abstained' means
that no source answers the question: do not fill the gap.
"""

Words = Annotated[str, Field(min_length=1, max_length=LONGEST_QUESTION)]
Year = Annotated[int, Field(ge=1500, le=2100)] | None


class Found(BaseModel):
    """Passages, best first. They are what sources say, not an answer."""

    model_config = ConfigDict(frozen=True)

    hits: tuple[PassageHit, ...]
    disclaimer: str


class SourceText(BaseModel):
    """A source, with as many of its sections as fit into one reply.

    Attributes:
        next_section: Number of the first section that is left out; None where nothing is.
    """

    model_config = ConfigDict(frozen=True)

    source: SourceRecord
    next_section: int | None
    disclaimer: str


def make_server(citewell: Citewell, settings: Settings) -> MCPServer[Any]:
    """Make the server.

    Args:
        citewell: What answers.
        settings: How many questions are answered at the same time, and whose emergency number is shown.
    """
    server: MCPServer[Any] = MCPServer("citewell", instructions=_INSTRUCTIONS, log_level="ERROR")
    at_once = anyio.CapacityLimiter(settings.serve_at_once)

    async def run(function: Callable[[], T]) -> T:
        try:
            return await anyio.to_thread.run_sync(function, limiter=at_once)
        except CitewellError as error:
            raise ToolError(f"{error} {disclaimer_for('error', settings.region)}") from None

    @server.tool(title="Ask a medical question", annotations=_READS)
    async def ask(
        question: Words,
        earlier: Annotated[tuple[Words, ...], Field(max_length=20)] = (),
        kinds: tuple[Kind, ...] = (),
        since: Year = None,
        until: Year = None,
    ) -> Annotated[CallToolResult, Answer]:
        """Answer a medical question from the sources, each statement with its citations.

        Args:
            question: As the person wrote it, in full.
            earlier: The person's earlier questions in this conversation, oldest first.
            kinds: Only these kinds of source; none means all.
            since: Only sources of this year or later.
            until: Only sources of this year or earlier.
        """
        filters = Filters(kinds=frozenset(kinds), since=since, until=until)
        answer = await run(lambda: citewell.ask(question, earlier, filters))
        return CallToolResult(
            content=[TextContent(type="text", text=_text_of(answer))],
            structured_content=answer.model_dump(mode="json"),
        )

    @server.tool(title="Search the sources", annotations=_READS)
    async def search(
        question: Words,
        limit: Annotated[int, Field(ge=1, le=50)] = 8,
        kinds: tuple[Kind, ...] = (),
        since: Year = None,
        until: Year = None,
    ) -> Found:
        """Find the passages that are nearest to a question or to any words. They are not an answer.

        Args:
            question: What to search for.
            limit: Most passages to return.
            kinds: Only these kinds of source; none means all.
            since: Only sources of this year or later.
            until: Only sources of this year or earlier.
        """
        filters = Filters(kinds=frozenset(kinds), since=since, until=until)
        hits = await run(lambda: library.search(citewell, question, filters, limit))
        outcome = "partial" if hits else "abstained"
        return Found(hits=tuple(hits), disclaimer=disclaimer_for(outcome, settings.region))

    @server.tool(title="Read a source", annotations=_READS)
    async def get_source(
        source_id: Annotated[str, Field(max_length=200)], first_section: Annotated[int, Field(ge=0)] = 0
    ) -> SourceText:
        """Read a source: its record, and its text section by section.

        Args:
            source_id: As citations and hits name it.
            first_section: Where to go on, as an earlier reply's `next_section` says.
        """
        found = await run(lambda: [library.find_source(citewell, source_id)])
        if found[0] is None:
            raise ToolError("There is no such source. Citations and hits name the sources by their ids.")
        source, following = _part_of(found[0], first_section)
        return SourceText(
            source=source, next_section=following, disclaimer=disclaimer_for("partial", settings.region)
        )

    return server


def _part_of(source: SourceRecord, first: int) -> tuple[SourceRecord, int | None]:
    """The sections from the first wanted one that fit, one at least; and where to go on."""
    end, length = first, 0
    while end < len(source.sections) and (end == first or length < _LONGEST_TEXT):
        length += len(source.sections[end].text)
        end += 1
    shown = source.model_copy(update={"sections": source.sections[first:end]})
    return shown, end if end < len(source.sections) else None


def _text_of(answer: Answer) -> str:
    """An answer for assistants that read text alone: with its sources, their words, and the disclaimer."""
    from ui.terminal import answer_lines

    return _joined([line.plain for line in answer_lines(answer, in_full=True)])


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(line.rstrip() for line in lines)
