"""The page: a conversation on the left, the source behind a citation on the right.

Gradio carries questions to `Citewell.ask` and HTML back. Not for that HTML (`ui.html`), nor for opening a
citation, which ui/page.js does without asking the server again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from ingest.document import Passage, PassageId
from retrieval.answer import Answer, Caution, Statement
from retrieval.pipeline import Citewell
from retrieval.privacy import privacy_lines
from retrieval.safety.disclaimer import disclaimer_for
from ui.html import Turn, turn_html
from ui.markup import escaped

if TYPE_CHECKING:
    import gradio as gr

_HERE = Path(__file__).parent
_TURNS_KEPT = 20
_LONGEST_QUESTION = 2000
_AT_ONCE = 8  # questions answered at the same time
_FORGET_AFTER_S = 6 * 3600

_SUMMARY = "Answers to medical questions. Every sentence shows the source it comes from."
_HEADER = f'<header class="cw-header"><h1>Citewell</h1><p>{_SUMMARY}</p></header>'
_WELCOME = """
<div class="cw-welcome"><h2>What would you like to know?</h2>
<p>Ask in your own words, or start with one of these.</p></div>
"""
_PANEL = """
<aside class="cw-panel" id="cw-source" aria-labelledby="cw-source-title">
  <div class="cw-panel__bar">
    <h2 id="cw-source-title" tabindex="-1">Sources</h2>
    <button type="button" class="cw-close" hidden>Back to the answer</button>
  </div>
  <div class="cw-panel__empty">
    <p>Choose a number such as <b>[1]</b> in an answer. The source opens here, with the exact words that the
    sentence rests on.</p>
    <ul>
      <li>Every sentence is checked against the words it cites before you see it.</li>
      <li>The kind of work is always named: guideline, drug label, trial, review, animal study.</li>
      <li>Where the sources say nothing, Citewell says so.</li>
    </ul>
  </div>
  <div class="cw-panel__card"></div>
</aside>
<p class="cw-hidden" id="cw-announce" role="status" aria-live="polite"></p>
"""


@dataclass(frozen=True, slots=True)
class Conversation:
    """What the server remembers of one visitor: the last few turns, and how many there have been."""

    turns: tuple[Turn, ...] = ()
    asked: int = 0

    def with_answer(self, turn: Turn) -> Conversation:
        """Add a turn; the oldest is forgotten when there are too many."""
        return Conversation((*self.turns, turn)[-_TURNS_KEPT:], turn.number)

    @property
    def questions(self) -> list[str]:
        """The earlier questions, oldest first."""
        return [turn.question for turn in self.turns]


@lru_cache(maxsize=1)
def load_examples() -> tuple[str, ...]:
    """Read `examples.yaml`; it never changes while the program runs."""
    return tuple(yaml.safe_load((_HERE / "examples.yaml").read_text(encoding="utf-8")))


@dataclass(frozen=True)
class _Replies:
    """Turns questions into what the page shows."""

    citewell: Citewell

    def reply(self, question: str, conversation: Conversation) -> Iterator[tuple[Any, ...]]:
        """Answer a question: first the question itself, then the answer statement by statement.

        Yields:
            The earlier turns, the current turn, the conversation, the text of the input box, and the welcome.
            A part that stays as it is is skipped, so that only what changed travels.

        """
        import gradio as gr

        question = question.strip()[:_LONGEST_QUESTION]
        if not question:
            yield (gr.skip(),) * 5
            return
        turn = Turn(conversation.asked + 1, question)
        earlier = "".join(self._turn(each) for each in conversation.turns)
        yield earlier, self._turn(turn), gr.skip(), "", gr.update(visible=False)
        turn = replace(turn, answer=self.citewell.ask(question, conversation.questions))
        for html in self._growing(turn):
            yield gr.skip(), html, gr.skip(), gr.skip(), gr.skip()
        yield gr.skip(), self._turn(turn), conversation.with_answer(turn), gr.skip(), gr.skip()

    def _growing(self, turn: Turn) -> Iterator[str]:
        if turn.answer is None or not turn.answer.sources:
            return
        passages = self._passages(turn.answer)
        for shown in range(1, len(turn.answer.statements)):
            yield turn_html(turn, passages, shown)

    def _turn(self, turn: Turn) -> str:
        return turn_html(turn, self._passages(turn.answer) if turn.answer else {})

    def _passages(self, answer: Answer) -> dict[str, Passage]:
        """Fetch the stored passages that an answer cites; one that the index no longer has is left out."""
        parts: list[Statement | Caution] = [*answer.statements, *answer.warnings]
        cited = {each.passage_id for part in parts for each in part.citations}
        if not cited:
            return {}
        index = self.citewell.desk.index
        rows = {each: index.row_of(PassageId(each)) for each in cited}
        return {each: index.passage(row) for each, row in rows.items() if row is not None}


def build_page(citewell: Citewell) -> gr.Blocks:
    """Make the page. Serve it with `**look()`: that is where Gradio takes its style and script from."""
    import gradio as gr

    replies = _Replies(citewell)
    disclaimer = " ".join(
        escaped(each)
        for each in (disclaimer_for("answered", citewell.settings.region), *privacy_lines(citewell.settings))
    )
    with gr.Blocks(title="Citewell", analytics_enabled=False, fill_width=True) as page:
        conversation = gr.State(Conversation(), time_to_live=_FORGET_AFTER_S)
        with gr.Row(elem_id="cw-top"):
            gr.HTML(_HEADER, js_on_load=None, apply_default_css=False)
            anew = gr.Button("New conversation", elem_id="cw-anew", size="sm")
        with gr.Row(elem_id="cw-columns"):
            with gr.Column(elem_id="cw-chat", min_width=0):
                with gr.Column(elem_id="cw-welcome") as welcome:
                    gr.HTML(_WELCOME, js_on_load=None, apply_default_css=False)
                    with gr.Row(elem_id="cw-examples"):
                        examples = [gr.Button(each, elem_classes="cw-example") for each in load_examples()]
                earlier = gr.HTML("", elem_id="cw-earlier", js_on_load=None, apply_default_css=False)
                current = gr.HTML("", elem_id="cw-current", js_on_load=None, apply_default_css=False)
                with gr.Column(elem_id="cw-composer"):
                    with gr.Row(elem_id="cw-ask"):
                        box = gr.Textbox(
                            label="Your question",
                            placeholder="Type your question",
                            elem_id="cw-box",
                            lines=1,
                            max_lines=6,
                            max_length=_LONGEST_QUESTION,
                            autofocus=True,
                            container=False,
                            show_label=False,
                            min_width=0,
                        )
                        send = gr.Button("Send", variant="primary", elem_id="cw-send", min_width=0)
                    gr.HTML(
                        f'<p class="cw-disclaimer">{disclaimer}</p>',
                        elem_id="cw-disclaimer",
                        js_on_load=None,
                        apply_default_css=False,
                    )
            with gr.Column(elem_id="cw-side", min_width=0):
                gr.HTML(_PANEL, js_on_load=None, apply_default_css=False)
        outputs = [earlier, current, conversation, box, welcome]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        asking: dict[str, Any] = {
            "concurrency_limit": _AT_ONCE,
            "concurrency_id": "ask",
            "trigger_mode": "once",
        }
        running = [
            gr.on([box.submit, send.click], replies.reply, [box, conversation], outputs, **quiet, **asking),
            *(
                each.click(replies.reply, [each, conversation], outputs, **quiet, **asking)
                for each in examples
            ),
        ]
        anew.click(
            lambda: ("", "", Conversation(), "", gr.update(visible=True)),
            None,
            outputs,
            cancels=running,
            **quiet,
        )
    return page


def look() -> dict[str, Any]:
    """Give the style and script of the page as `Blocks.launch` takes them. All of it is local."""
    import gradio as gr
    from gradio.themes.utils import fonts

    system = [fonts.Font(name) for name in ("system-ui", "sans-serif")]
    mono = [fonts.Font(name) for name in ("ui-monospace", "monospace")]
    return {
        "theme": gr.themes.Base(font=system, font_mono=mono),
        "css_paths": [_HERE / "page.css"],
        "js": (_HERE / "page.js").read_text(encoding="utf-8"),
        "footer_links": [],
        "run_history": False,
        "ssr_mode": False,
        "pwa": False,
        "mcp_server": False,
        "enable_monitoring": False,
        "show_error": True,
    }
