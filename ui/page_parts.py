"""The fixed parts of the page as HTML: top, welcome, panel, box, and the two dialogs.

Nothing here depends on a visitor. Not for answers: see `ui.html`.
"""

from __future__ import annotations

from ingest.settings import EMBEDDED_MODEL, Settings
from retrieval.privacy import privacy_lines
from retrieval.safety.disclaimer import disclaimer_for
from ui.markup import escaped, list_html
from ui.page_request import load_groups

_EMBEDDED = {EMBEDDED_MODEL: "all-MiniLM-L6-v2, packaged"}
_REGIONS = {
    "general": "no country in particular",
    "us": "the United States",
    "uk": "the United Kingdom",
    "ie": "Ireland",
    "eu": "the European Union",
    "ca": "Canada",
    "au": "Australia",
    "nz": "New Zealand",
    "in": "India",
}

TOP = """
<header class="cw-header"><h1>Citewell</h1>
<p>Answers to medical questions. Every sentence shows the source it comes from.</p></header>
<div class="cw-tools" role="group" aria-label="Conversation">
  <button type="button" class="cw-button cw-started" data-tool="anew">New
    <span class="cw-wide">conversation</span></button>
  <button type="button" class="cw-button cw-started" data-tool="export" aria-haspopup="dialog">Export</button>
  <button type="button" class="cw-button" data-tool="theme" aria-pressed="false">Dark</button>
  <button type="button" class="cw-button" data-tool="about" aria-haspopup="dialog">About</button>
</div>
"""

WELCOME = """
<div class="cw-welcome"><h2>What would you like to know?</h2>
<p>Ask in your own words, or start with one of these.</p></div>
"""

PANEL = """
<aside class="cw-panel" id="cw-source" aria-labelledby="cw-source-title">
  <div class="cw-panel__bar">
    <h2 id="cw-source-title" tabindex="-1">Sources</h2>
    <button type="button" class="cw-button cw-close" hidden>Back to the answer</button>
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
  <div class="cw-panel__rested" hidden></div>
  <div class="cw-panel__card"></div>
</aside>
<div class="cw-tip" id="cw-tip" role="tooltip" hidden></div>
<p class="cw-hidden" id="cw-announce" role="status" aria-live="polite"></p>
<div class="cw-hidden" id="cw-spoken" role="log" aria-live="polite" aria-label="The answer as it comes"></div>
"""

EXPORT = """
<dialog class="cw-dialog" id="cw-export" aria-labelledby="cw-export-title">
  <h2 id="cw-export-title">Export this conversation</h2>
  <p>With every reference and the disclaimer. The file is made on the computer that runs Citewell and saved on
  yours.</p>
  <p class="cw-dialog__buttons">
    <button type="button" class="cw-button" data-export="markdown">Markdown</button>
    <button type="button" class="cw-button" data-export="page">Page for printing</button>
    <button type="button" class="cw-button cw-button--quiet" data-close>Cancel</button>
  </p>
  <p class="cw-problem" role="alert" hidden></p>
</dialog>
"""


def below_html(settings: Settings) -> str:
    """Render what stands under the box: filters, which are chosen, and the disclaimer."""
    lines = (disclaimer_for("answered", settings.region), *privacy_lines(settings))
    return (
        '<p class="cw-problem" role="alert" hidden></p>'
        '<p class="cw-editing" id="cw-editing" role="status" hidden>You are changing an earlier question: '
        "its answer and all after it will be replaced. Escape leaves it as it is.</p>"
        '<div class="cw-under"><button type="button" class="cw-under__filter" data-tool="filters" '
        'aria-haspopup="dialog">Filter sources</button>'
        '<span class="cw-under__chosen" id="cw-chosen" role="status"></span></div>'
        f'<p class="cw-disclaimer">{" ".join(escaped(each) for each in lines)}</p>'
    )


def filters_html(settings: Settings) -> str:
    """Render the dialog in which the sources are narrowed, and documents added."""
    groups = "".join(
        f'<label class="cw-choice"><input type="checkbox" name="group" value="{escaped(each.id)}">'
        f"{escaped(each.name)}</label>"
        for each in load_groups()
    )
    return (
        '<dialog class="cw-dialog" id="cw-filters" aria-labelledby="cw-filters-title">'
        '<h2 id="cw-filters-title">Filter sources</h2>'
        "<p>Answers then use only what you choose. Choose nothing to use everything.</p>"
        f'<fieldset><legend>Kinds of source</legend><div class="cw-choices">{groups}</div></fieldset>'
        '<fieldset><legend>Years</legend><div class="cw-years">'
        '<label>From <input type="number" name="since" min="1500" max="2100" inputmode="numeric"></label>'
        '<label>to <input type="number" name="until" min="1500" max="2100" inputmode="numeric"></label>'
        "</div></fieldset>"
        '<fieldset><legend>Collection</legend><div class="cw-choices">'
        f"{_from('any', 'All of it', ' checked')}{_from('mine', 'Only my collection')}"
        f"{_from('beside', 'All of it, and documents added here')}"
        f"{_from('own', 'Only documents added here')}</div>"
        '<p class="cw-quiet" id="cw-mine-note"></p></fieldset>'
        f"{_own_html(settings) if settings.serve_upload_mb else ''}"
        '<p class="cw-problem" role="alert" hidden></p>'
        '<p class="cw-dialog__buttons"><button type="button" class="cw-button cw-button--main" data-apply>'
        'Use these</button><button type="button" class="cw-button" data-clear>Use everything</button>'
        '<button type="button" class="cw-button cw-button--quiet" data-close>Cancel</button></p></dialog>'
    )


def _from(value: str, name: str, state: str = "") -> str:
    return f'<label class="cw-choice"><input type="radio" name="from" value="{value}"{state}>{name}</label>'


def _own_html(settings: Settings) -> str:
    if settings.serve_upload_for == "all":
        whose, remove = "for everybody", ""
        read_by = "<strong>Everybody who uses this page can read it</strong>, and may be answered from it."
    else:
        whose, read_by = "of your own", "It is asked only by this browser."
        remove = '<button type="button" class="cw-button" data-tool="remove-own" hidden>Remove my documents'
        remove += "</button>"
    return (
        f'<fieldset class="cw-own"><legend>Add a document {whose}</legend>'
        '<label class="cw-hidden" for="cw-own-file">Document</label>'
        '<input type="file" id="cw-own-file" accept=".pdf,.docx,.html,.htm,.md,.txt,.csv,.tsv,.json,.xml">'
        '<progress id="cw-own-progress" aria-label="Reading the document" hidden></progress>'
        f'<p class="cw-own__said" id="cw-own-said" role="status"></p>{remove}'
        f'<p class="cw-quiet">Up to {settings.serve_upload_mb} MB. It goes to the computer that runs '
        f"Citewell, and is deleted {settings.serve_upload_hours:g} hours after it was last used. "
        f"{read_by}</p></fieldset>"
    )


def about_html(settings: Settings) -> str:
    """Render the dialog that says how this copy answers, where a question goes, and how to use the page."""
    if settings.llm:
        model = settings.llm.partition(":")[2]
        worded = f"{model} shortens and joins what the sources say; each sentence is checked against them."
    else:
        worded = "In the sources' own words, without a language model."
    rows = [
        ("Answers", worded),
        (
            "Search",
            f"By words and by meaning ({_EMBEDDED.get(settings.embedding_model, settings.embedding_model)}).",
        ),
        ("Region", f"Emergency numbers are those of {_REGIONS[settings.region]}."),
    ]
    private = [
        *(
            privacy_lines(settings)
            or ["Your question stays on the computer that runs Citewell; it is not stored there."]
        ),
        "This browser keeps the conversation, for a reload, until you choose New conversation.",
        "A remark (helpful, not helpful) is stored only when you press Send, with its question and answer.",
        "The page loads nothing from any other host.",
    ]
    listed = "".join(f"<div><dt>{name}</dt><dd>{escaped(said)}</dd></div>" for name, said in rows)
    keys = [
        "Enter sends, Shift and Enter makes a new line.",
        "On a number, Enter opens the source; Escape goes back.",
    ]
    return (
        '<dialog class="cw-dialog" id="cw-about" aria-labelledby="cw-about-title">'
        '<h2 id="cw-about-title">About this copy of Citewell</h2>'
        f'<dl class="cw-record">{listed}<div><dt>Sources</dt><dd id="cw-about-sources">…</dd></div></dl>'
        f"<h3>Privacy</h3>{list_html([escaped(each) for each in private])}"
        f"<h3>Keys</h3>{list_html(keys)}"
        '<p class="cw-dialog__buttons"><button type="button" class="cw-button" data-close>Close</button></p>'
        "</dialog>"
    )
