"""The page: a conversation on the left, the source behind a citation on the right.

Gradio carries questions to `ui.page_replies` and HTML back. All else (opening a citation, editing, exporting,
the conversation that the browser keeps) is done by the scripts beside this file, over `ui.page_bridge`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from retrieval.pipeline import Citewell
from ui import page_parts as parts
from ui.api.rate import Rate, client_of
from ui.own import OwnDocuments
from ui.page_bridge import Bridge
from ui.page_replies import Replies
from ui.page_request import LONGEST_QUESTION

if TYPE_CHECKING:
    import gradio as gr

_HERE = Path(__file__).parent
# Each is a function of one object, by which they know each other.
_SCRIPTS = ("page.js", "page_panel.js", "page_talk.js", "page_tools.js")
# The browser, and not the server, knows the conversation: it goes with each question.
_WITH_QUESTION = "(question) => [question, window.citewell.asking(question)]"
_CONVERSATION = """() => {
    const kept = (name) => {
        try { return window.localStorage.getItem(`citewell.${name}`) || ""; } catch { return ""; }
    };
    return [kept("conversation"), kept("visitor")];
}"""
_ENDED = "() => { window.citewell.ended(); }"


@lru_cache(maxsize=1)
def load_examples() -> tuple[str, ...]:
    """Read `examples.yaml`; it never changes while the program runs."""
    return tuple(yaml.safe_load((_HERE / "examples.yaml").read_text(encoding="utf-8")))


def build_page(citewell: Citewell, rate: Rate | None = None) -> gr.Blocks:
    """Make the page. Serve it with `**look()`: that is where Gradio takes its style and script from.

    Args:
        citewell: What answers.
        rate: How often one client may ask, here and elsewhere; as often as it likes if there is none.
    """
    import gradio as gr

    replies = Replies(citewell, OwnDocuments(citewell), rate)
    at_once = citewell.settings.serve_at_once * citewell.settings.serve_workers

    def reply(question: str, sent: str, visit: Any) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401
        yield from replies.reply(question, sent, client_of(visit.client.host if visit.client else None))

    reply.__annotations__["visit"] = gr.Request  # by which Gradio knows that it is to give it

    fixed: dict[str, Any] = {"js_on_load": None, "apply_default_css": False}
    with gr.Blocks(title="Citewell", analytics_enabled=False, fill_width=True) as page:
        gr.HTML(parts.TOP, elem_id="cw-top", **fixed)
        with gr.Row(elem_id="cw-columns"):
            with gr.Column(elem_id="cw-chat", min_width=0):
                with gr.Column(elem_id="cw-welcome"):
                    gr.HTML(parts.WELCOME, **fixed)
                    with gr.Row(elem_id="cw-examples"):
                        examples = [gr.Button(each, elem_classes="cw-example") for each in load_examples()]
                gr.HTML('<div id="cw-log"></div>', elem_id="cw-earlier", **fixed)
                restored = gr.HTML("", elem_id="cw-restored", **fixed)
                current = gr.HTML("", elem_id="cw-current", **fixed)
                with gr.Column(elem_id="cw-composer"):
                    with gr.Row(elem_id="cw-ask"):
                        box = gr.Textbox(
                            label="Your question",
                            placeholder="Type your question",
                            elem_id="cw-box",
                            lines=1,
                            max_lines=6,
                            max_length=LONGEST_QUESTION,
                            autofocus=True,
                            container=False,
                            show_label=False,
                            min_width=0,
                        )
                        send = gr.Button("Send", variant="primary", elem_id="cw-send", min_width=0)
                        gr.Button("Stop", elem_id="cw-stop", min_width=0)
                    gr.HTML(parts.below_html(citewell.settings), elem_id="cw-below", **fixed)
            with gr.Column(elem_id="cw-side", min_width=0):
                gr.HTML(parts.PANEL, **fixed)
        dialogs = parts.EXPORT + parts.filters_html(citewell.settings) + parts.about_html(citewell.settings)
        gr.HTML(
            dialogs,
            elem_id="cw-dialogs",
            js_on_load="(window.citewell ??= {}).server = server;",
            apply_default_css=False,
            server_functions=Bridge(replies).functions(),
        )
        # Their values are made by the script, and never shown.
        request, visitor = gr.Textbox(visible=False), gr.Textbox(visible=False)
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        asking: dict[str, Any] = {
            "fn": reply,
            "outputs": [current, box],
            "js": _WITH_QUESTION,
            "concurrency_limit": at_once,
            "concurrency_id": "ask",
            "trigger_mode": "once",
        }
        asked = [gr.on([box.submit, send.click], inputs=[box, request], **asking, **quiet)]
        asked += [each.click(inputs=[each, request], **asking, **quiet) for each in examples]
        for event in asked:
            event.then(None, None, None, js=_ENDED, api_visibility="private")
        page.load(
            replies.kept,
            [request, visitor],
            [restored],
            js=_CONVERSATION,
            concurrency_limit=at_once,
            concurrency_id="kept",
            **quiet,
        )
    # One more than wait for the API: Gradio counts the question that comes with those that wait.
    page.queue(max_size=citewell.settings.serve_waiting + 1, api_open=False)
    return page


def look() -> dict[str, Any]:
    """Give the style and script of the page as `Blocks.launch` takes them. All of it is local."""
    import gradio as gr
    from gradio.themes.utils import fonts

    system = [fonts.Font(name) for name in ("system-ui", "sans-serif")]
    mono = [fonts.Font(name) for name in ("ui-monospace", "monospace")]
    scripts = [f"({(_HERE / name).read_text(encoding='utf-8')})(citewell);" for name in _SCRIPTS]
    return {
        "theme": gr.themes.Base(font=system, font_mono=mono),
        "css_paths": [_HERE / "page.css"],
        "js": f"() => {{ const citewell = (window.citewell ??= {{}});\n{''.join(scripts)} }}",
        "footer_links": [],
        "run_history": False,
        "ssr_mode": False,
        "max_file_size": "1kb",  # Gradio's own way in for files, which the page does not use
        "pwa": False,
        "mcp_server": False,
        "enable_monitoring": False,
        "show_error": True,
    }
