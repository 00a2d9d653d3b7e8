"""What the page's script asks the server for besides answers: a document, an export, feedback, stop.

Each function takes what a browser sent, checks it, and gives HTML or text. A refusal is said in words, as
`{"problem": ...}`. Not for answers: see `ui.page_replies`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from corpus.errors import CitewellError, NotFoundError
from ingest.document import Span
from ingest.stock import CORPUS_ROOT
from retrieval.library import find_passage, find_source
from ui.export import Exchange, conversation_markdown, conversation_page
from ui.feedback import Remark, feedback_file
from ui.feedback import add as store
from ui.page_document import WINDOW, Place, document_html
from ui.page_replies import Replies
from ui.page_request import LONGEST_QUESTION, Asked, read_kept

_LARGEST_WINDOW = 400_000
_REMEDY = "Reload the page and try again."


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


Visitor = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{32})?$")]


class _Opened(_Part):
    passage: str = Field(max_length=200)
    start: int = Field(ge=0)
    end: int = Field(gt=0)
    window: int = Field(default=WINDOW, ge=0, le=_LARGEST_WINDOW)
    visitor: Visitor = ""


class _Added(_Part):
    visitor: Visitor
    name: str = Field(min_length=1, max_length=300)
    content: Base64Bytes


class _Whose(_Part):
    visitor: Visitor = ""


class _Urgent(_Part):
    question: str = Field(max_length=LONGEST_QUESTION)
    request: str = Field(max_length=1_000_000)


class _Export(_Part):
    form: Literal["markdown", "page"]
    conversation: str


@dataclass(frozen=True)
class Bridge:
    """The functions that the page's script may call. Safe to use from several threads."""

    replies: Replies

    def functions(self) -> list[Callable[[Any], Any]]:
        """The functions, each under the name by which the script calls it."""

        # Gradio marks the functions that it serves, which it cannot do with methods.
        def document(sent: Any) -> Any:  # noqa: ANN401
            return _answered(self.document, sent)

        def export(sent: Any) -> Any:  # noqa: ANN401
            return _answered(self.export, sent)

        def feedback(sent: Any) -> Any:  # noqa: ANN401
            return _answered(self.feedback, sent)

        def stop(sent: Any) -> Any:  # noqa: ANN401
            self.replies.stops.stop(str(sent)[:64])
            return {"stopped": True}

        def urgent(sent: Any) -> Any:  # noqa: ANN401
            return _answered(self.urgent, sent)

        def about(sent: Any) -> Any:  # noqa: ANN401
            return _answered(self.about, sent)

        def add(sent: Any) -> Any:  # noqa: ANN401
            return _answered(self.add, sent)

        def adding(sent: Any) -> Any:  # noqa: ANN401
            return _answered(self.adding, sent)

        def remove(sent: Any) -> Any:  # noqa: ANN401
            return _answered(self.remove, sent)

        return [document, export, feedback, stop, urgent, about, add, adding, remove]

    def document(self, sent: Any) -> dict[str, Any]:  # noqa: ANN401
        """A cited passage in its document, as HTML.

        Raises:
            NotFoundError: The index no longer has it.
        """
        opened = _Opened.model_validate(sent)
        passage = find_passage(citewell := self.replies.citewell, opened.passage)
        if passage is None and self.replies.own.any(opened.visitor):
            citewell = self.replies.own.citewell(opened.visitor)
            passage = find_passage(citewell, opened.passage)
        source = find_source(citewell, passage.source.id) if passage else None
        if passage is None or source is None or opened.end > len(passage.text):
            raise NotFoundError("The index has changed since, and no longer has this passage.", "Ask again.")
        cited = Span(passage.start + opened.start, passage.start + opened.end)
        place = Place(Span(passage.start, passage.end), cited)
        return {"html": document_html(source, place, opened.window)}

    def export(self, sent: Any) -> dict[str, Any]:  # noqa: ANN401
        """The conversation as a file: its name, its type and its text."""
        wanted = _Export.model_validate(sent)
        turns, _ = read_kept(wanted.conversation)
        if not turns:
            raise NotFoundError("There is no answer to export yet.", "Ask something first.")
        exchanges = [Exchange(each.question, each.answer, each.narrowed) for each in turns]
        at = datetime.now().astimezone()
        if wanted.form == "markdown":
            text, ending, mime = conversation_markdown(exchanges, at), "md", "text/markdown"
        else:
            text, ending, mime = conversation_page(exchanges, at), "html", "text/html"
        return {"name": f"citewell-{at:%Y-%m-%d}.{ending}", "type": mime, "text": text}

    def feedback(self, sent: Any) -> dict[str, Any]:  # noqa: ANN401
        """Store what a visitor says of an answer."""
        store(Remark.model_validate(sent), feedback_file(self.replies.citewell.settings.home))
        return {"said": "Thank you. Your remark is stored."}

    def urgent(self, sent: Any) -> dict[str, Any]:  # noqa: ANN401
        """Help in an emergency, for a question that got no answer: no queue that is full keeps help back."""
        asked = _Urgent.model_validate(sent)
        turn = self.replies.urgent(asked.question, Asked.read(asked.request))
        return {"html": self.replies.html(turn) if turn is not None else ""}

    def about(self, sent: Any) -> dict[str, Any]:  # noqa: ANN401
        """What is searched: how many sources there are, of them not shipped, and what was added here."""
        visitor = _Whose.model_validate(sent or {}).visitor
        index = self.replies.citewell.desk.index
        added = len(index.source_ids("s.root <> ?", CORPUS_ROOT))
        own = self.replies.own
        names = own.names(visitor) if own.any(visitor) else []
        return {"sources": len(index.source_ids("1")), "added": added, "own": names}

    def add(self, sent: Any) -> dict[str, Any]:  # noqa: ANN401
        """Add a document of the visitor's own; returns when it can be asked about."""
        added = _Added.model_validate(sent)
        self.replies.own.add(added.visitor, added.name, added.content)
        return {"own": self.replies.own.names(added.visitor)}

    def adding(self, sent: Any) -> dict[str, Any]:  # noqa: ANN401
        """Whether a document of the visitor's is being read, and how far it has got."""
        progress = self.replies.own.progress(_Whose.model_validate(sent).visitor)
        found = {"step": progress.step, "done": progress.done, "of": progress.of} if progress else {}
        return {"reading": bool(found), **found}

    def remove(self, sent: Any) -> dict[str, Any]:  # noqa: ANN401
        """Delete the visitor's documents."""
        self.replies.own.remove(_Whose.model_validate(sent).visitor)
        return {"own": []}


def _answered(function: Callable[[Any], dict[str, Any]], sent: Any) -> dict[str, Any]:  # noqa: ANN401
    try:
        return function(sent)
    except ValidationError:
        return {"problem": f"The page sent what cannot be read. {_REMEDY}"}
    except CitewellError as error:
        return {"problem": str(error)}
