"""The page's server side without a browser: its replies, a question, and a turn as the browser keeps it."""

from ui.own import OwnDocuments
from ui.page_replies import Replies

QUESTION = "why does Valium work when SSRIs didn't"


def replies_of(citewell):
    return Replies(citewell, OwnDocuments(citewell))


def kept(turn, **fields):
    row = {"number": turn.number, "question": turn.question, "answer": turn.answer.model_dump(mode="json")}
    return row | fields
