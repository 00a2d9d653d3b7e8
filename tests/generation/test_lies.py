"""Of a model that does not behave no unsupported word reaches the answer.

Each of these models plants a falsehood that must not stand anywhere in the answer.
"""

import json
import re

import pytest

from tests.generation.check import check, same_statements
from tests.generation.scripts import FELL_BACK, LIE, QUESTION, draft_lines, quote
from tests.generation.server import line


def lies(*cites, text=LIE, heading="In short"):
    return lambda call: (line(text, *(cites or [call.quotes[0]["key"]]), heading=heading), text)


def changed(holding, old, new):
    """A source's sentence with a part of it changed."""

    def script(call):
        found = quote(call, holding)
        text = re.sub(old, new, found["quote"])
        assert text != found["quote"]
        return line(text, found["key"]), text

    return script


def swapped(call):
    found = next(each for each in call.draft if "while SSRIs block" in each["draft"])
    other = {"Benzodiazepines": "SSRIs", "SSRIs": "Benzodiazepines"}
    text = re.sub("|".join(other), lambda match: other[match.group()], found["draft"])
    return line(text, *found["cites"]), text


def swapped_over_two_spans(call):
    strong, ssri = quote(call, "GABA-A receptor, where"), quote(call, "potent inhibitors")
    text = "SSRIs strengthen the action of GABA, whereas benzodiazepines are inhibitors of serotonin."
    return line(text, strong["key"], ssri["key"]), text


def drops_a_doubt(call):
    found = quote(call, r"\bmay (take|respond)")
    text = re.sub(r"\bmay (take|respond)", r"\1", found["quote"])
    return line(text, found["key"]), text


def two_sentences(call):
    found = call.quotes[0]
    return line(f"{found['quote']} {LIE}", found["key"]), LIE


def two_clauses(call):
    found = call.quotes[0]
    text = found["quote"].rstrip(".") + "; diazepam also cures depression."
    return line(text, found["key"]), "diazepam also cures depression"


def spliced(call):
    found = next(each for each in call.draft if "while SSRIs block" in each["draft"])
    text = "Benzodiazepines block the reuptake of serotonin."
    return line(text, *found["cites"]), text


def in_markup(mark):
    def script(call):
        text = mark.format(call.quotes[0]["quote"])
        return line(text, call.quotes[0]["key"]), text

    return script


LIARS = {
    "invents a key": lies("p-abc123"),
    "invents a key beside a real one": lambda call: (line(LIE, call.quotes[0]["key"], "p-abc123"), LIE),
    "copies the key of the example": lies("p-example"),
    "counts its citations": lies("1"),
    "leaves a claim uncited": lambda call: (line(LIE), LIE),
    "cites words that do not support it": lies(),
    "changes a number": changed("week 8", "week 8", "week 3"),
    "changes a number of people": changed("122 placebo", "122", "212"),
    "flips a denial": changed("did not differ", "did not differ", "differed"),
    "adds a denial": changed("potent inhibitors", "describes SSRIs as", "describes SSRIs as not"),
    "changes one word": changed("a few hours", "hours", "minutes"),
    "turns a direction round": changed("strengthen the action", "strengthen", "weaken"),
    "drops a doubt": drops_a_doubt,
    "swaps two drugs": swapped,
    "swaps two drugs over two spans": swapped_over_two_spans,
    "splices two clauses": spliced,
    "names another drug": changed("Classical benz", "Classical benzodiazepines", "Phenobarbital"),
    "hides a second sentence": two_sentences,
    "hides a second clause": two_clauses,
    "writes HTML": in_markup("<img src=x onerror=alert(1)>{}"),
    "writes Markdown": in_markup("**{}** [more](https://evil.example/x)"),
    "writes a link": in_markup("{} See www.evil.example for more."),
    "invents a DOI": in_markup("{} (doi 10.1000/made.up)"),
    "gives a telephone number": in_markup("Call 555-123-4567 first, since {}"),
    "hides characters": in_markup("\u202e{}"),
    "breaks the encoding": in_markup("\ud83d {}"),
    "tells a dose": lies(text="Take 10 mg of diazepam twice a day."),
    "uses a heading of its own": lies(heading="Secret cure"),
}


@pytest.mark.parametrize("name", LIARS)
def test_no_unsupported_statement_reaches_the_answer(name, with_model, plain, citewell):
    planted = []

    def script(call):
        reply, falsehood = LIARS[name](call)
        planted.append(falsehood)
        call.say(reply + draft_lines(call))

    with with_model(script) as (worded, _):
        answer = worded.ask(QUESTION)
    check(answer, citewell, plain)
    text = answer.model_dump_json()
    assert planted
    assert planted[0] not in text
    assert json.dumps(planted[0])[1:-1] not in text
    assert "93 percent" not in text
    assert "evil.example" not in text
    assert same_statements(answer, plain)  # the rest of its reply was the draft
    assert any("One statement of openai:scripted was left out" in note for note in answer.notes)


def test_a_lie_alone_leaves_the_answer_without_the_model_and_says_why(with_model, plain, citewell):
    with with_model(lambda call: call.say(line(LIE, call.quotes[0]["key"]))) as (worded, _):
        answer = worded.ask(QUESTION)
    check(answer, citewell, plain)
    assert same_statements(answer, plain)
    assert any(FELL_BACK in note and "supported by the sources" in note for note in answer.notes)
