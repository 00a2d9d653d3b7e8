"""What the scripted models of these tests are asked, and what several of them say: true, a lie, the draft."""

import re

from tests.generation.server import line

QUESTION = "why does Valium work when SSRIs didn't"
FELL_BACK = "gave no reply that could be used"
LIE = "Diazepam cures depression in 93 percent of people."


def quote(call, holding):
    """The first quoted sentence that holds a pattern."""
    return next(each for each in call.quotes if re.search(holding, each["quote"]))


def draft_lines(call):
    return "".join(line(each["draft"], *each["cites"], heading=each["heading"]) for each in call.draft)


def shortens(call):
    strong = quote(call, "GABA-A receptor, where")
    text = strong["quote"].partition(", where")[0] + "."
    return line(text, strong["key"]) + draft_lines(call)
