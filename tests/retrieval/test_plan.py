"""What an answer is made of: an outline for who asks for nothing in particular, else what is asked."""

import pytest

from corpus.facets import load_facets
from corpus.lexicon import load_lexicon
from retrieval.question.plan import plan
from retrieval.question.understand import understand

LEXICON = load_lexicon()


@pytest.mark.parametrize(
    ("question", "is_outline"),
    [
        ("xanax", True),
        ("and duloxetine?", True),
        ("how about pregabalin", True),
        ("who makes Xanax", False),
        ("how is duloxetine made", False),
        ("is zopiclone ok", False),
    ],
)
def test_a_name_asks_for_an_outline_and_a_question_for_what_it_asks(question, is_outline):
    slots = plan(understand(question, LEXICON, lambda _: True), LEXICON, load_facets())
    assert slots
    assert all(slot.outlined for slot in slots) is is_outline
