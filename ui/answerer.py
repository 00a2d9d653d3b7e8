"""Answer a question from the terminal: by a running server where there is one, else in this process.

Whatever goes wrong is an Answer with the disclaimer, and an emergency is helped even then.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import CitewellError, SettingsError, UnreachableError
from ui.scope import Scope

if TYPE_CHECKING:
    from ingest.settings import Settings
    from retrieval.answer import Answer
    from retrieval.events import Event
    from retrieval.pipeline import Citewell
    from ui.client import Server

_log = logging.getLogger(__name__)
# What commands exit with when a script asks for it (--exit-outcome); all else exits 0 or as the error says.
EXIT_OUTCOMES = {"abstained": 10, "declined": 11, "emergency": 12}


@dataclass
class Answerer:
    """What answers questions.

    Args:
        settings: Where the index stands.
        server: The server that answers; None to answer in this process.
        problem: Why only emergencies can be helped; None where nothing is wrong.
    """

    settings: Settings
    server: Server | None = None
    problem: CitewellError | None = None
    _failed: CitewellError | None = field(default=None, init=False)

    @cached_property
    def citewell(self) -> Citewell:
        """What answers in this process."""
        from retrieval.pipeline import Citewell

        return Citewell(self.settings)

    @property
    def privacy(self) -> list[str]:
        """What is to be said of where a question goes."""
        from retrieval.privacy import privacy_lines

        if self.problem is not None:
            return []
        return privacy_lines(self.settings) if self.server is None else list(self.server.privacy)

    def ask(self, question: str, earlier: Sequence[str] = (), scope: Scope | None = None) -> Answer:
        """Answer one question; see `Citewell.ask`."""
        *_, last = self.stream(question, earlier, scope, whole=True)
        return _answer_of(last)

    def stream(
        self, question: str, earlier: Sequence[str] = (), scope: Scope | None = None, whole: bool = False
    ) -> Iterator[Event]:
        """Answer one question, statement by statement; see `Citewell.stream`.

        Args:
            question: As the person wrote it.
            earlier: The person's earlier questions, oldest first.
            scope: Which sources may be used.
            whole: The last event alone will do.
        """
        scope, self._failed = scope or Scope(), None
        if self.problem is not None:
            yield from self._without(self.problem, question, earlier)
            return
        if self.server is not None:
            from ui.client import KeyWantedError

            begun = False
            try:
                for event in self._served(self.server, question, earlier, scope, whole):
                    begun = True
                    yield event
            except UnreachableError as error:
                if self.server.named or begun:
                    self._failed = error
                    yield from self._without(error, question, earlier)
                    return
                if isinstance(error, KeyWantedError):  # each answer takes longer here: say how it need not
                    _log.warning("%s Answering without it.", error)
                self.server = None  # or it has gone since: what it would have said is said here
            else:
                return
        yield from self.citewell.stream(question, earlier, scope.filters())

    @staticmethod
    def _served(
        server: Server, question: str, earlier: Sequence[str], scope: Scope, whole: bool
    ) -> Iterator[Event]:
        from retrieval.events import Done

        if whole:
            yield Done(server.ask(question, earlier, scope))
        else:
            yield from server.stream(question, earlier, scope)

    def _without(self, error: CitewellError, question: str, earlier: Sequence[str]) -> Iterator[Event]:
        """Help in an emergency, which needs no index; tell everybody else what is wrong."""
        from retrieval.events import whole
        from retrieval.pipeline import Citewell

        nowhere = self.settings.model_copy(update={"home": Path(os.devnull), "llm": None})
        answer = Citewell(nowhere).ask(question, earlier)
        if answer.outcome == "error":
            answer = answer.model_copy(update={"notes": (str(error),)})
        yield from whole(answer)

    def exit_code(self, answer: Answer, by_outcome: bool = False) -> int:
        """The exit code of a command that gave this answer: 0, or the code of the error that it is.

        Args:
            answer: What was given.
            by_outcome: Whether an abstention, a decline and an emergency have codes of their own.
        """
        if answer.outcome != "error":
            return EXIT_OUTCOMES.get(answer.outcome.value, 0) if by_outcome else 0
        try:
            if (why := self._failed or self.problem) is not None:
                return why.exit_code
            if self.server is None:
                _ = self.citewell.desk  # says once more what is wrong with the index
        except CitewellError as error:
            return error.exit_code
        return 1


def make_answerer(home: Path | None, here: bool = False) -> Answerer:
    """What answers questions of a home; with `here` in this process, whatever runs."""
    from ingest.settings import Settings, load_settings
    from ui.client import find_server

    try:
        settings = load_settings(home=home)
    except SettingsError as error:
        return Answerer(Settings.model_construct(), problem=error)
    try:
        return Answerer(settings, None if here else find_server(settings))
    except UnreachableError as error:
        return Answerer(settings, problem=error)


def _answer_of(event: Event) -> Answer:
    from retrieval.events import Done

    if not isinstance(event, Done):
        raise TypeError(f"the last event of an answer is {event}")
    return event.answer
