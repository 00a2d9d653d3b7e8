"""Generate an answer with a chat model: it edits a draft, and every statement is checked before it is shown.

A model that is absent, down, slow or makes no sense costs its time limit and a note, never the answer.
"""

from __future__ import annotations

from collections.abc import Generator as Stream
from contextlib import closing
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from corpus.errors import ChatModelError
from ingest.settings import Settings
from retrieval.composing.compose import Chosen
from retrieval.evidence.desk import Desk
from retrieval.model.admit import Bench
from retrieval.model.merge import Report, merge
from retrieval.model.model import open_model
from retrieval.model.prompt import Task, write_prompt
from retrieval.model.stream import Limits, stream

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_CHARACTERS_OF_TOKEN = 8  # more than a token has in any language: a server that counts none is stopped here


@dataclass
class Generator:
    """The chat model that the settings name, opened with the first question that it is to word."""

    settings: Settings
    _model: BaseChatModel | None = None
    _opening: Lock = field(default_factory=Lock)

    def generate(self, task: Task, desk: Desk, report: Report) -> Stream[Chosen]:
        """Yield the statements of the answer, each verified, as they come.

        Args:
            task: What is to be worded.
            desk: The index, the embedding model and the names.
            report: Filled in on the way.
        """
        try:
            model = self._opened()
        except ChatModelError as error:
            report.failed, report.what = "absent", str(error)
            yield from task.draft
            return
        prompt = write_prompt(task, desk, self.settings.llm_evidence_chars)
        bench = Bench(
            offered=prompt.offered,
            headings=prompt.headings,
            draft=task.draft,
            warnings=task.warnings,
            everything=task.gathered.everything,
            slots=task.slots,
            asked=task.asked,
            desk=desk,
        )
        limits = Limits(self.settings.llm_timeout_s, self.settings.llm_max_tokens * _CHARACTERS_OF_TOKEN)
        if not prompt.offered:
            report.failed = "over_budget"
            yield from task.draft
            return
        with closing(stream(model, prompt.messages, limits)) as pieces:
            yield from merge(pieces, bench, report)

    def _opened(self) -> BaseChatModel:
        with self._opening:
            if self._model is None:
                self._model = open_model(self.settings)
        return self._model
