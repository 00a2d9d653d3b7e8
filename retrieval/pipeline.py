"""A question is triaged, understood, searched for, answered, verified, and presented.

Read `Citewell._answer` and `_answer_triaged` from top to bottom: they are the whole flow.
"""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Generator as Stream
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from corpus.errors import CitewellError
from corpus.lexicon import Lexicon
from ingest.settings import Settings
from retrieval.answer import Answer, Outcome, Receipt, Statement
from retrieval.audit import audited
from retrieval.by_parts import with_each_part
from retrieval.by_study import told_of_study
from retrieval.composing.both import with_both
from retrieval.composing.compose import Chosen, Draft, compose
from retrieval.composing.conclude import conclude, not_compared
from retrieval.composing.consequence import with_consequence
from retrieval.composing.limit import with_limits
from retrieval.events import Done, Event, StatementReady, opening_of, ready, whole
from retrieval.evidence.desk import Desk
from retrieval.evidence.gather import Gathered, gather
from retrieval.evidence.search import Filters
from retrieval.model.generate import Generator
from retrieval.model.merge import Report
from retrieval.model.prompt import Task
from retrieval.prepare import likeness, parts, understood
from retrieval.present import Numbering, load_messages, present
from retrieval.privacy import whereabouts
from retrieval.question.hear import says_little
from retrieval.question.restate import asked_last, asked_plainly, comes_to
from retrieval.question.slot import IN_SHORT, Slot
from retrieval.question.understand import Understanding, in_its_words
from retrieval.safety import danger
from retrieval.safety.decline import what_may_be_told, with_what_helps, without_amounts
from retrieval.safety.directive import is_directive
from retrieval.safety.doubt import assess
from retrieval.safety.help import help_for, in_case_of, reminder_for
from retrieval.safety.triage import Level, Triage
from retrieval.safety.warn import apart, warn
from retrieval.served import Served, open_desk
from retrieval.support.verify import LEAST_SUPPORT
from retrieval.verdict.other_side import with_other_side
from retrieval.verdict.verdict import decide

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

_log = logging.getLogger(__name__)
# After these every list of words has been read.
_OF_EACH_SHAPE = (
    "is diazepam addictive",
    "why is sertraline slower than diazepam in the UK, and how much slower",
)
# What was looked for, its parts, what was found, and the answer drafted from it.
_Found: TypeAlias = tuple[Understanding, tuple[Slot, ...], Gathered, Draft]
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


@dataclass(frozen=True)
class _Asked:
    """A question on its way: after what, of which sources, how long it takes, and what words its answer."""

    question: str
    earlier: Sequence[str]
    filters: Filters
    clock: _Clock
    generator: Generator | None


class Citewell:
    """Answers questions from the served index. Safe to use from several threads.

    Args:
        settings: Where the index stands and which model reads questions.
        opening: Opens these.

    The index and the model are opened with the first question that needs them: an emergency that a
    pattern finds needs neither.
    """

    def __init__(self, settings: Settings, opening: Callable[[Settings], Desk] = open_desk) -> None:
        self.settings = settings
        self._served = Served(settings, opening)
        self._generator = Generator(settings) if settings.llm else None

    @property
    def desk(self) -> Desk:
        """What questions are answered with; opened once.

        Raises:
            IndexMissingError, IndexDamagedError, IndexMismatchError, ModelError: It cannot be opened.
        """
        return self._served.desk

    @property
    def generation(self) -> str | None:
        """Id of the generation that questions are answered from; None where none has been opened yet."""
        return self._served.generation

    def refresh(self) -> bool:
        """Answer from the generation that is published now. An answer that has begun keeps its own.

        Returns:
            Whether another generation is answered from than before.

        Raises:
            IndexMissingError, IndexDamagedError, IndexMismatchError, ModelError: It cannot be opened; what
                was answered from before goes on being answered from.
        """
        return self._served.refresh()

    @property
    def lexicon(self) -> Lexicon:
        """The names that are known, those of the sources included."""
        return self.desk.lexicon

    def likeness(self, question: str, earlier: Sequence[str]) -> float | None:
        """How like a question is to those that sources are expected to answer (`retrieval.safety.doubt`).

        Returns:
            The greatest cosine; None where there is no index, or none that expects questions.
        """
        try:
            return likeness(question, earlier, self.desk)
        except Exception as error:  # whatever it is, help must not fail by it
            _log.warning("likeness could not be told: %s", whereabouts(error))
            return None

    def warm_up(self) -> None:
        """Open everything, so that the first question does not pay for it."""
        self.desk.embedder.warm_up()
        danger.warm_up()
        for question in _OF_EACH_SHAPE:
            for _ in self._stream(question, (), None, None):
                pass  # without the chat model: nobody asked it anything
        # What was opened stays: looking through it for garbage now and then made one answer in a hundred
        # wait 0.2 s.
        gc.unfreeze()
        gc.collect()
        gc.freeze()

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
        *_, last = self.stream(question, earlier, filters)
        if not isinstance(last, Done):
            raise TypeError(f"the last event of an answer is {last}")
        return last.answer

    def stream(
        self, question: str, earlier: Sequence[str] = (), filters: Filters | None = None
    ) -> Iterator[Event]:
        """Answer one question, statement by statement, each verified before it is yielded.

        Takes what `ask` takes. Closing the iterator ends the request to the chat model, if one is set.

        Yields:
            An Opening with the warnings, a StatementReady for each statement, and Done with the Answer.
        """
        with closing(self._stream(question, earlier, filters, self._generator)) as events:
            for each in events:
                yield Done(audited(each.answer, self.settings)) if isinstance(each, Done) else each

    def _stream(
        self, question: str, earlier: Sequence[str], filters: Filters | None, generator: Generator | None
    ) -> Stream[Event]:
        clock = _Clock()
        try:
            yield from self._answer(_Asked(question, earlier, filters or Filters(), clock, generator))
        except CitewellError as error:
            yield Done(self._failed(question, str(error), clock))
        except Exception as error:
            # The one place where every error ends: a person who asks gets the disclaimer, never a traceback.
            # Nor does the log get the error's own words, which may hold the question.
            _log.error("a question could not be answered: %s", whereabouts(error))
            yield Done(self._failed(question, load_messages()["error"], clock))

    def as_runnable(self) -> Runnable[str, Answer]:
        """LangChain's seam: the pipeline as a Runnable from a question to an Answer."""
        from langchain_core.runnables import RunnableLambda

        return RunnableLambda(self.ask)

    def _answer(self, of: _Asked) -> Iterator[Event]:
        with of.clock.step("triage"):
            triaged = assess(of.question, of.earlier, self.likeness)
        if triaged.level is Level.EMERGENCY:
            yield from whole(self._help(of.question, triaged, of.clock))
            return
        try:
            yield from self._answer_triaged(of, triaged)
        except Exception as error:
            if triaged.perhaps is None:
                raise
            # Whatever keeps what may be an emergency from being answered, help does not wait for it.
            _log.error("help was given, for a question could not be answered: %s", whereabouts(error))
            yield from whole(self._help(of.question, replace(triaged, category=triaged.perhaps), of.clock))

    def _answer_triaged(self, of: _Asked, triaged: Triage) -> Iterator[Event]:
        """Answer a question that is no emergency, or hardly one."""
        question, earlier, clock, generator = of.question, of.earlier, of.clock, of.generator
        desk = replace(self.desk, filters=of.filters)  # the one that all of this answer is from
        with clock.step("understand"):
            asked = understood(question, earlier, desk)
        declined = triaged.level is Level.DECLINE
        about, slots, gathered, draft = (
            self._look_instead(asked, triaged.category or "", clock, desk)
            if declined
            else self._look(asked, earlier, clock, desk)
        )
        with clock.step("verify"):
            drafted = draft.chosen if declined else self._rounded(about, draft.chosen, gathered, desk)
            chosen = [kept for each in drafted if (kept := self._verified(each, desk)) is not None]
            if declined:
                chosen = without_amounts(chosen)
            found = warn(asked, triaged.cautions, chosen, desk) if chosen or declined else ()
            warnings = [kept for each in found if (kept := self._verified(each, desk)) is not None]
        end = conclude(asked, triaged, draft, [*chosen, *warnings], desk)
        names = not asked.inherited and bool(asked.subjects or asked.context)
        is_bare = not names and says_little(question)
        meant = triaged.earlier_category if is_bare else None
        if end.outcome is Outcome.ABSTAINED and (meant or triaged.perhaps):
            # "Should I go in?", asked of what was told before: an abstention would take the help back.
            again = replace(triaged, category=triaged.perhaps or meant)
            yield from whole(self._help(question, again, clock))
            return
        opening = (*self._reminder(triaged, is_bare=is_bare), *end.opening)
        numbering, report = Numbering(), Report()
        said: list[Chosen] = []
        yield opening_of(warnings, numbering)
        for text in opening:
            yield StatementReady(Statement(heading="", text=text))
        if not chosen or declined or triaged.perhaps:
            generator = None  # nothing to word, or nothing that a model should
        stated, verdict = apart(chosen, warnings), None
        if generator is None and not declined:  # what a model words bears no verdict
            with clock.step("decide"):
                stated, verdict = decide(asked, stated, gathered.everything, desk.lexicon)
        task = Task(question, about, slots, gathered, tuple(stated), tuple(warnings))
        with clock.step("word"):
            for each in self._worded(task, desk, generator, report):
                said.append(each)
                yield ready(each, numbering)
        receipt = self._receipt(clock, desk, gathered, triaged)
        uncompared = not_compared(asked, chosen, stated, gathered.everything, desk.lexicon)
        notes = end.notes if declined else (*uncompared, *end.notes)
        if generator is not None:
            receipt = receipt.model_copy(update={"llm": self.settings.llm})
            notes = (*notes, *report.notes(str(self.settings.llm)))
        region = self.settings.region
        yield Done(present(question, end.outcome, region, receipt, said, warnings, opening, notes, verdict))

    def _look(self, asked: Understanding, earlier: Sequence[str], clock: _Clock, desk: Desk) -> _Found:
        """Search for what answers a question, and draft the answer."""
        about, slots = asked, parts(asked, desk)
        gathered, draft = Gathered((), (), ()), Draft((), ())
        lines = [each(asked, desk.lexicon) for each in (comes_to, asked_plainly, asked_last)]
        if asked.leans_on and (line := lines.pop(0)) is not None:
            slots, gathered, draft = self._in_a_line(line, clock, desk)
        if not draft.chosen:
            slots = parts(asked, desk)
            with clock.step("search"):
                gathered = gather(about, slots, desk)
            with clock.step("compose"):
                draft = with_both(about, compose(about, slots, gathered, desk), gathered, desk)
                draft = with_other_side(about, slots, draft, gathered, desk)
        if not draft.chosen and (line := next(filter(None, lines), None)) is not None:
            slots, gathered, draft = self._in_a_line(line, clock, desk)
        if not draft.chosen and slots and not self._names_what(asked, desk):
            with clock.step("search by words"):
                about, slots, gathered, draft = self._by_words(asked, desk)
        with clock.step("parts"):
            draft = with_each_part(about, earlier, draft, desk)
        return about, slots, gathered, draft

    def _look_instead(self, asked: Understanding, category: str, clock: _Clock, desk: Desk) -> _Found:
        """Search for what may be told where what was asked for is declined."""
        slots = what_may_be_told(category, parts(asked, desk))
        with clock.step("search"):
            gathered = gather(asked, slots, desk)
        with clock.step("compose"):
            draft = with_what_helps(compose(asked, slots, gathered, desk), asked, category, desk)
        return asked, slots, gathered, draft

    def _rounded(
        self, asked: Understanding, chosen: Sequence[Chosen], gathered: Gathered, desk: Desk
    ) -> list[Chosen]:
        """The statements with the limits of what was found, and the harm that stands behind them."""
        return with_consequence(asked, with_limits(chosen, desk), gathered, desk)

    def _worded(
        self, task: Task, desk: Desk, generator: Generator | None, report: Report
    ) -> Iterator[Chosen]:
        """The statements of the draft, or those that a chat model makes of it, each verified."""
        if generator is None:
            yield from task.draft
            return
        with closing(generator.generate(task, desk, report)) as statements:
            yield from (kept for each in statements if (kept := self._verified(each, desk)) is not None)

    def _names_what(self, asked: Understanding, desk: Desk) -> bool:
        """Whether a question names what an answer must be about: then its words alone find nothing better."""
        kinds = {desk.lexicon.entities[each].kind for each in asked.context}
        return bool(asked.subjects or kinds & {"substance", "therapy"})

    def _in_a_line(self, line: str, clock: _Clock, desk: Desk) -> tuple[tuple[Slot, ...], Gathered, Draft]:
        """Search for what a story or a follow-up comes to."""
        with clock.step("search restated"):
            about = understood(line, (), desk)
            slots = parts(about, desk)
            gathered = gather(about, slots, desk)
            return slots, gathered, compose(about, slots, gathered, desk)

    def _by_words(self, asked: Understanding, desk: Desk) -> _Found:
        """Search for the question's own words: a reader's own documents are about anything."""
        plain = in_its_words(asked)
        slots: tuple[Slot, ...] = (Slot(IN_SHORT, (), (), 3),) if plain.terms else ()
        gathered = gather(plain, slots, desk)
        draft = compose(plain, slots, gathered, desk)
        if not draft.chosen:
            slots, gathered, draft = told_of_study(plain, desk) or (slots, gathered, draft)
        return plain, slots, gathered, draft

    def _verified(self, chosen: Chosen, desk: Desk) -> Chosen | None:
        """Keep a statement only with citations whose quoted words stand in the store and support it.

        Never one that tells the reader an amount to take, whatever source says so.
        """
        stored = all(
            desk.index.row_of(evidence.passage.id) == evidence.row
            and evidence.span.of(desk.index.passage(evidence.row).text) == evidence.quote
            and support.score >= LEAST_SUPPORT
            for evidence, support in chosen.backing
        )
        texts = (chosen.evidence.text, *(evidence.text for evidence, _ in chosen.backing))
        told = any(is_directive(text) for text in texts)
        return chosen if chosen.backing and stored and not told else None

    def _help(self, question: str, triaged: Triage, clock: _Clock) -> Answer:
        lines = help_for(triaged.category or "", self.settings.region, triaged.rule)
        receipt = Receipt(settings=self._settings_hash(), took_ms=clock.total_ms, triage=triaged.rule)
        return present(question, Outcome.EMERGENCY, self.settings.region, receipt, opening=lines)

    def _reminder(self, triaged: Triage, *, is_bare: bool) -> tuple[str, ...]:
        """What may be an emergency, or was one earlier in the same conversation, still calls for."""
        region, category = self.settings.region, triaged.earlier_category
        if triaged.perhaps:
            return (in_case_of(triaged.perhaps, region, triaged.rule),)
        if category is None:
            return ()
        if triaged.earlier_emergency:
            return (reminder_for(category, region),)
        # "Should I go in?" may be asked of what may have been one.
        return (in_case_of(category, region),) if is_bare else ()

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
        return self.settings.fingerprint
