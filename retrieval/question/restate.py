"""Restate in a line what a story asks: whether two may be taken together, when withdrawal begins or ends.

What a story tells besides makes it unlike any sentence that answers it. Only for what the names and the kind
of question say whole; what else a story asks for lies in its own words.
"""

from __future__ import annotations

import re

from corpus.lexicon import Lexicon
from retrieval.question.hear import says_little
from retrieval.question.outlines import load_outlines
from retrieval.question.slot import JOINT
from retrieval.question.understand import Understanding

_TOGETHER = JOINT - {"switching"}
_LASTS = frozenset({"duration", "outlook"})
_BEGINS = re.compile(r"\b(how (soon|quick\w*|fast)|when|start\w*|begin\w*|kick\w* in)\b", re.IGNORECASE)
_TAKEN_TOGETHER = re.compile(r"\b(together|on top|alongside|added)\b", re.IGNORECASE)
# "Cope badly with heat" is not "with diazepam".
_WITH, _NEXT = re.compile(r"\b(with|while on|already on)\b", re.IGNORECASE), 30
_IN_THE_BODY = re.compile(r"\bhalf[- ]?li(fe|ves)\b|\b(system|blood|urine|body)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.?!;])\s+")
_LEAST_WORDS = 9  # of a story; a shorter question says already what it asks


def comes_to(asked: Understanding, lexicon: Lexicon) -> str | None:
    """What a question of withdrawal or dependence comes to; None of another, or where it says so itself.

    "And diazepam?" after "when do they begin?" says nothing of withdrawal, and sounds like something else.

    Args:
        asked: The question.
        lexicon: The names.
    """
    names, facets = _names(asked, lexicon), set(asked.facets)
    said = f"{asked.text} {asked.wording}"
    if not names or not (_is_story(asked) or asked.leans_on) or _IN_THE_BODY.search(said):
        return None
    of = " or ".join(names)
    if "stopping" in facets and facets & _LASTS:
        return f"How long do withdrawal symptoms last after stopping {of}?"
    if "stopping" in facets and _BEGINS.search(said):
        return f"When do withdrawal symptoms begin after stopping {of}?"
    if "dependence" in facets and len(names) == 1 and _BEGINS.search(said):
        return f"How quickly can dependence on {of} develop?"
    return None


def asked_plainly(asked: Understanding, lexicon: Lexicon) -> str | None:
    """What else a story or a follow-up of few words asks, in a line; None where only its own words say it.

    Args:
        asked: The question.
        lexicon: The names.
    """
    names = _names(asked, lexicon)
    together = set(asked.facets) & _TOGETHER or (asked.kind != "compare" and _is_of_both(asked, lexicon))
    is_pair = len(names) == 2 and not _is_kind_of_other(asked, lexicon)
    if is_pair and together and (_is_story(asked) or asked.leans_on):
        return f"Can {names[0]} be taken with {names[1]}?"
    if len(names) == 1 and asked.leans_on and asked.facets and says_little(asked.text):
        line: str | None = load_outlines()["restated"].get(asked.facets[0])
        return line.format(name=names[0]) if line else None
    return None


def asked_last(asked: Understanding, lexicon: Lexicon) -> str | None:
    """The question at the end of a story, where it names by itself all that is asked about; else None.

    Args:
        asked: The question.
        lexicon: The names.
    """
    *story, last = _SENTENCE.split(asked.text.strip())
    named = lexicon.entities_in(last)
    if not story or not last.endswith("?") or not asked.subjects or not named.issuperset(asked.subjects):
        return None
    return last


def _is_story(asked: Understanding) -> bool:
    return len(asked.text.split()) >= _LEAST_WORDS


def _is_of_both(asked: Understanding, lexicon: Lexicon) -> bool:
    """Whether something is said to be taken, or to be so, with one that is named."""
    named = {*asked.subjects, *asked.context}
    return _TAKEN_TOGETHER.search(asked.text) is not None or any(
        named & lexicon.entities_in(asked.text[found.end() : found.end() + _NEXT])
        for found in _WITH.finditer(asked.text)
    )


def _is_kind_of_other(asked: Understanding, lexicon: Lexicon) -> bool:
    """Whether one that is named says what the other is: "the antidepressant Luvox" is one."""
    return any(lexicon.ancestors(each) & set(asked.subjects) for each in asked.subjects)


def _names(asked: Understanding, lexicon: Lexicon) -> list[str]:
    substances = [each for each in asked.context if lexicon.entities[each].kind == "substance"]
    return [lexicon.entities[each].name for each in (*asked.subjects, *substances)]
