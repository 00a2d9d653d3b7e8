"""What was read together with a question is not read again."""

from collections.abc import Sequence
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from retrieval.evidence.reread import read_once


class Reader:
    """Finds how long each sentence is, and remembers what it was given."""

    def __init__(self) -> None:
        self.given: list[tuple[str, str]] = []

    def read(self, question: str, sentences: Sequence[str]) -> list[int]:
        self.given += [(question, each) for each in sentences]
        return [len(question) + len(each) for each in sentences]


@given(st.lists(st.lists(st.text(max_size=3))))
def test_each_sentence_is_read_once_and_found_in_its_place(asked):
    reader = Reader()
    for sentences in asked:
        found = read_once(reader, "why", partial(reader.read, "why"), sentences)
        assert found == [3 + len(each) for each in sentences]
    assert sorted(reader.given) == sorted(("why", each) for each in {each for some in asked for each in some})


def test_another_question_or_reader_reads_anew():
    one, other = Reader(), Reader()
    for reader, question in ((one, "why"), (one, "when"), (other, "why"), (one, "why")):
        read_once(reader, question, partial(reader.read, question), ["a"])
    assert one.given == [("why", "a"), ("when", "a")]
    assert other.given == [("why", "a")]
