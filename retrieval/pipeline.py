"""A question is triaged, understood, searched for, answered, verified, and presented.

Read `Citewell._answer` from top to bottom: it is the whole flow.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING

from corpus.errors import CitewellError
from corpus.facets import load_facets
from corpus.lexicon import Lexicon, load_lexicon
from ingest.document import digest
from ingest.embed import make_embedder
from ingest.index import open_current
from ingest.settings import Settings
from retrieval.answer import Answer, Outcome, Receipt
from retrieval.compose import Chosen, Draft, compose
from retrieval.conclude import conclude
from retrieval.danger import raise_level
from retrieval.evidence import Desk
from retrieval.gather import Gathered, gather
from retrieval.help import help_for
from retrieval.plan import IN_SHORT, Slot, load_outlines, plan
from retrieval.present import load_messages, present
from retrieval.search import Filters, Method
from retrieval.triage import Level, Triage, triage
from retrieval.understand import Understanding, in_its_words, understand
from retrieval.verify import LEAST_SUPPORT
from retrieval.warn import warn
from retrieval.words import is_known, ordinary_words

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

_log = logging.getLogger(__name__)
_CONSIDERED = 20  # passages named in a receipt


@dataclass
class _Clock:
    """Milliseconds spent in each step."""

    started: float = field(default_factory=time.perf_counter)
    steps: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.steps[name] = round((time.perf_counter() - begun) * 1000, 2)

    @property
    def total_ms(self) -> float:
        return round((time.perf_counter() - self.started) * 1000, 2)


class Citewell:
    """Answers questions from the served index. Safe to use from several threads.

    Args:
        settings: Where the index stands and which model reads questions.

    The index and the model are opened with the first question that needs them: an emergency that a
    pattern finds needs neither.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.lexicon: Lexicon = load_lexicon()
        self._desk: Desk | None = None
        self._opening = Lock()

    @property
    def desk(self) -> Desk:
        """What questions are answered with; opened once.

        Raises:
            IndexMissingError, IndexDamagedError, IndexMismatchError, ModelError: It cannot be opened.
        """
        with self._opening:
            if self._desk is None:
                embedder = make_embedder(self.settings)
                index = open_current(self.settings.index_dir, embedder)
                method = Method(self.settings.dense_weight, self.settings.candidates)
                self._desk = Desk(index, embedder, self.lexicon, load_facets(), method)
        return self._desk

    def warm_up(self) -> None:
        """Open everything, so that the first question does not pay for it."""
        self.desk.embedder.warm_up()
        self.ask("what is diazepam")

    def ask(self, question: str, earlier: Sequence[str] = (), filters: Filters | None = None) -> Answer:
        """Answer one question.

        Args:
            question: As the person wrote it.
            earlier: The person's earlier questions in this conversation, oldest first.
            filters: Which sources may be used.

        Returns:
            An Answer, always with the disclaimer. What goes wrong is an Answer too: its outcome is
            ``error`` and its notes say what happened and what helps.
        """
        clock = _Clock()
        try:
            return self._answer(question, earlier, filters or Filters(), clock)
        except CitewellError as error:
            return self._failed(question, str(error), clock)
        except Exception:
            # The one place where every error ends: a person who asks gets the disclaimer, never a traceback.
            _log.exception("a question could not be answered")
            return self._failed(question, load_messages()["error"], clock)

    def as_runnable(self) -> Runnable[str, Answer]:
        """LangChain's seam: the pipeline as a Runnable from a question to an Answer."""
        from langchain_core.runnables import RunnableLambda

        return RunnableLambda(self.ask)

    def _answer(self, question: str, earlier: Sequence[str], filters: Filters, clock: _Clock) -> Answer:
        with clock.step("triage"):
            triaged = triage(question, earlier)
            if triaged.level is not Level.EMERGENCY:  # which needs neither index nor model
                triaged = raise_level(triaged, question, self.desk.embedder)
        if triaged.level is Level.EMERGENCY:
            return self._help(question, triaged, clock)
        desk = replace(self.desk, filters=filters)
        with clock.step("understand"):
            asked = self._understand(question, earlier)
            slots = self._plan(asked, triaged)
        with clock.step("search"):
            gathered = gather(asked, slots, desk)
        with clock.step("compose"):
            draft = compose(asked, slots, gathered, desk)
        if not draft.chosen and slots and not asked.subjects and triaged.level is not Level.DECLINE:
            with clock.step("search by words"):
                gathered, draft = self._by_words(asked, desk)
        with clock.step("verify"):
            chosen = [kept for each in draft.chosen if (kept := self._verified(each, desk)) is not None]
            found = warn(asked, triaged.cautions, chosen, desk)
            warnings = [kept for each in found if (kept := self._verified(each, desk)) is not None]
        end = conclude(asked, triaged, draft, chosen, desk)
        return present(
            question,
            end.outcome,
            self.settings.region,
            self._receipt(clock, desk, gathered, triaged),
            chosen,
            warnings,
            end.opening,
            end.notes,
        )

    def _understand(self, question: str, earlier: Sequence[str]) -> Understanding:
        def is_word(word: str) -> bool:
            return word in ordinary_words() or is_known(word, self.desk.index)

        before: list[Understanding] = []
        for each in [*earlier[-6:], question]:
            before.append(understand(each, self.lexicon, is_word, before))
        return before[-1]

    def _plan(self, asked: Understanding, triaged: Triage) -> tuple[Slot, ...]:
        if triaged.level is Level.DECLINE:
            ids = load_outlines()["declines"].get(triaged.category, ())
            if not asked.subjects:
                return ()
            return tuple(Slot(load_facets()[each].heading, (each,), asked.subjects, 2) for each in ids)
        if not (asked.subjects or asked.context or asked.terms):
            return ()
        return plan(asked, self.lexicon, load_facets())

    def _by_words(self, asked: Understanding, desk: Desk) -> tuple[Gathered, Draft]:
        """Search for the question's own words: a reader's own documents are about anything."""
        plain = in_its_words(asked)
        slots = (Slot(IN_SHORT, (), (), 3),) if plain.terms else ()
        gathered = gather(plain, slots, desk)
        return gathered, compose(plain, slots, gathered, desk)

    def _verified(self, chosen: Chosen, desk: Desk) -> Chosen | None:
        """Keep a statement only with citations whose quoted words stand in the store and support it."""
        stored = all(
            desk.index.row_of(evidence.passage.id) == evidence.row
            and evidence.span.of(desk.index.passage(evidence.row).text) == evidence.text
            and support.score >= LEAST_SUPPORT
            for evidence, support in chosen.backing
        )
        return chosen if chosen.backing and stored else None

    def _help(self, question: str, triaged: Triage, clock: _Clock) -> Answer:
        lines = help_for(triaged.category or "", self.settings.region)
        receipt = Receipt(settings=self._settings_hash(), took_ms=clock.total_ms, triage=triaged.rule)
        return present(question, Outcome.EMERGENCY, self.settings.region, receipt, opening=lines)

    def _failed(self, question: str, why: str, clock: _Clock) -> Answer:
        receipt = Receipt(settings=self._settings_hash(), took_ms=clock.total_ms)
        return present(question, Outcome.ERROR, self.settings.region, receipt, notes=[why])

    def _receipt(self, clock: _Clock, desk: Desk, gathered: Gathered, triaged: Triage) -> Receipt:
        manifest = desk.index.manifest
        return Receipt(
            index=manifest.id,
            embedding_model=manifest.embedding_model,
            embedding_fingerprint=manifest.embedding_fingerprint,
            settings=self._settings_hash(),
            took_ms=clock.total_ms,
            timings_ms=dict(clock.steps),
            passages=tuple(hit.passage.id for hit in gathered.hits[:_CONSIDERED]),
            triage=triaged.rule,
        )

    def _settings_hash(self) -> str:
        shared = self.settings.model_dump(mode="json", exclude={"home", "host", "port"})
        return digest(str(sorted(shared.items())), length=12)
