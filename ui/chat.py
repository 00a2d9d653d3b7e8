"""A conversation in the terminal: its turns, and what each line that is typed does.

Not for reading lines: see `ui.cli_chat`.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import CitewellError, NotFoundError
from ui.cli_ask import columns, print_as_it_comes, print_lines
from ui.console import say
from ui.scope import Scope

if TYPE_CHECKING:
    from retrieval.answer import Answer, Caution, Statement
    from ui.answerer import Answerer

_QUESTIONS_KEPT = 20  # as on the page: what follow-ups are understood from
COMMANDS = {
    "/sources": "the sources of the last answer in full, with the words that are cited",
    "/show N": "what the last answer cites of source N, where it stands",
    "/new": "begin a new conversation: follow-ups no longer refer to what was said",
    "/export FILE": "write the conversation with its references to FILE, as Markdown",
    "/help": "this list",
    "/quit": "end; so does Ctrl-D",
}


class ChatError(CitewellError):
    """What was typed cannot be done."""


@dataclass
class Chat:
    """A conversation: what was asked and answered, oldest first. It is kept in memory alone.

    Args:
        answerer: What answers.
        scope: Which sources may be used.

    Attributes:
        exit_code: That of the last question that ended in an error; 0 while there is none.
    """

    answerer: Answerer
    scope: Scope
    answers: list[Answer] = field(default_factory=list)
    exit_code: int = 0

    def take(self, line: str) -> bool:
        """Answer what was typed, or do as it says; whether the conversation goes on."""
        line = line.strip()
        if not line:
            return True
        if not line.startswith("/"):
            self._ask(line)
            return True
        try:
            return self._obey(line)
        except CitewellError as error:
            say(str(error))
        except OSError as error:
            say(f"{error.filename or ''}: {error.strerror}. Choose another file.")
        return True

    def _ask(self, question: str) -> None:
        earlier = [each.question for each in self.answers][-_QUESTIONS_KEPT:]
        events = self.answerer.stream(question, earlier, self.scope)
        answer = print_as_it_comes(events, self.answerer.privacy, in_full=False)
        self.answers.append(answer)
        self.exit_code = self.answerer.exit_code(answer) or self.exit_code

    def _obey(self, line: str) -> bool:
        name, _, rest = line.partition(" ")
        if name in ("/quit", "/exit", "/q"):
            return False
        orders: dict[str, Callable[[str], None]] = {
            "/sources": self._sources,
            "/show": self._show,
            "/new": self._new,
            "/export": self._export,
            "/help": _help,
        }
        if name not in orders:
            raise ChatError(f"There is no {name}.", "/help lists what there is.")
        orders[name](rest.strip())
        return True

    def _sources(self, _: str) -> None:
        from ui.sheet import sheet_of
        from ui.terminal import add_sources

        answer = self._last()
        if not answer.sources:
            raise ChatError("The last answer rests on no source.", "Ask about a medicine or condition.")
        sheet = sheet_of(columns())
        add_sources(sheet, answer, in_full=True)
        print_lines(sheet.lines)

    def _show(self, which: str) -> None:
        from ui.passage_text import passage_lines
        from ui.stored import passage_of

        answer = self._last()
        parts: list[Caution | Statement] = [*answer.warnings, *answer.statements]
        cited = [each for part in parts for each in part.citations if which.strip("[]") == str(each.number)]
        if not cited:
            known = ", ".join(str(each.number) for each in answer.sources) or "none"
            raise ChatError(f"The last answer has no source '{which}'.", f"It has: {known}.")
        spans: dict[str, list[tuple[int, int]]] = {}
        for each in cited:
            spans.setdefault(each.passage_id, []).append((each.start, each.end))
        for passage_id, marked in spans.items():
            found = passage_of(self.answerer, passage_id)
            if found is None:
                raise NotFoundError(f"The index no longer has the passage {passage_id}.", "Ask again.")
            print_lines(passage_lines(found, sorted(set(marked)), columns()))

    def _new(self, _: str) -> None:
        self.answers.clear()
        say("A new conversation.")

    def _export(self, where: str) -> None:
        from ui.batch_journal import write_atomically
        from ui.export import Exchange, conversation_markdown

        if not self.answers:
            raise ChatError("There is nothing to export yet.", "Ask something first.")
        names = _words(where)
        if len(names) != 1:
            raise ChatError("/export takes the name of one file.", 'As in: /export "my talk.md"')
        path = Path(names[0]).expanduser()
        if path.exists():
            raise ChatError(f"There is a {path} already.", "Choose another name, or delete it first.")
        exchanges = [Exchange(each.question, each) for each in self.answers]
        text = conversation_markdown(exchanges, datetime.now().astimezone())
        write_atomically(path, [text.encode("utf-8", "replace")])
        say(f"{len(exchanges):,} answers with their references are in {path}.")

    def _last(self) -> Answer:
        if not self.answers:
            raise ChatError("There is no answer yet.", "Ask something first.")
        return self.answers[-1]


def _words(text: str) -> Sequence[str]:
    try:
        return shlex.split(text)
    except ValueError:  # a quote that is not closed
        return [text]


def _help(_: str) -> None:
    width = max(map(len, COMMANDS))
    for name, meaning in COMMANDS.items():
        say(f"  {name:<{width}}  {meaning}")
