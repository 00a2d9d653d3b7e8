"""What a visitor can do with an answer: copy it, say what it was worth, ask again, ask in other words.

Pure HTML; what the buttons do stands in page_talk.js and page_tools.js. Not for the answer: see `ui.html`.
"""

from __future__ import annotations

import json

from retrieval.answer import Answer
from ui.export import answer_text
from ui.feedback import Reason, load_reasons
from ui.markup import escaped

_RATINGS = (("up", "Helpful"), ("down", "Not helpful"))
_LONGEST_COMMENT = 1000
_KEPT_WHERE = (
    "Sent only when you press Send: your question, this answer, and what you say here are then stored on the "
    "computer that runs Citewell, where its evaluators read them. Leave out what identifies you."
)


def actions_html(number: int, question: str, answer: Answer, narrowed: str) -> str:
    """Render the row of buttons, the form for a remark, and, hidden, what the browser keeps and copies."""
    ratings = "".join(
        f'<button type="button" class="cw-action cw-rate" data-rating="{rating}" aria-expanded="false" '
        f'aria-controls="cw-remark-{number}-{rating}">'
        f'<span class="cw-icon cw-icon--{rating}" aria-hidden="true"></span>{name}</button>'
        for rating, name in _RATINGS
    )
    kept = {"number": number, "question": question, "narrowed": narrowed}
    # ASCII, so that nothing that is escaped for being invisible changes what is kept.
    record = json.dumps({**kept, "answer": answer.model_dump(mode="json")}, ensure_ascii=True)
    return (
        '<div class="cw-actions" role="group" aria-label="This answer">'
        f"{_action('copy', 'Copy')}{ratings}{_action('edit', 'Edit question')}{_action('again', 'Ask again')}"
        "</div>"
        f"{''.join(_remark_html(number, rating, name) for rating, name in _RATINGS)}"
        f'<div class="cw-copy" hidden>{escaped(answer_text(question, answer))}</div>'
        f'<div class="cw-kept" hidden>{escaped(record)}</div>'
    )


def _action(name: str, label: str) -> str:
    return (
        f'<button type="button" class="cw-action" data-action="{name}">'
        f'<span class="cw-icon cw-icon--{name}" aria-hidden="true"></span>{label}</button>'
    )


def _remark_html(number: int, rating: str, name: str) -> str:
    id_ = f"cw-remark-{number}-{rating}"
    reasons = "".join(_reason_html(each) for each in load_reasons()[rating])
    return (
        f'<div class="cw-remark" id="{id_}" data-rating="{rating}" hidden>'
        f'<fieldset><legend>{name}: why? <span class="cw-quiet">(optional)</span></legend>'
        f'<div class="cw-choices">{reasons}</div></fieldset>'
        f'<label for="{id_}-said">Anything else</label>'
        f'<textarea id="{id_}-said" class="cw-said" rows="2" maxlength="{_LONGEST_COMMENT}"></textarea>'
        f'<p class="cw-quiet">{_KEPT_WHERE}</p>'
        '<p class="cw-remark__buttons"><button type="button" class="cw-button cw-send-remark">Send</button>'
        '<button type="button" class="cw-button cw-button--quiet cw-drop-remark">Cancel</button></p></div>'
    )


def _reason_html(reason: Reason) -> str:
    return (
        f'<label class="cw-choice"><input type="checkbox" value="{escaped(reason.id)}">'
        f"{escaped(reason.name)}</label>"
    )
