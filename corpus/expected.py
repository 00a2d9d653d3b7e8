"""The questions that people are expected to ask, each below the sentence of a source that answers it.

Lay people do not ask in the words of the sources. So each sentence of the shipped corpus has, in
`questions/<id of its source>.txt`, some questions that it answers, as people would type them:

    Withdrawal symptoms usually start within days.
    ? how soon does withdrawal start
    ? when do withdrawal symptoms begin after stopping

A question is then held against these questions besides the sentence itself. This is document expansion by
predicted queries (Nogueira, Yang, Lin and Cho 2019, arXiv:1904.08375), written by hand and held against
the question as in FAQ retrieval (Sakata et al. 2019, doi:10.1145/3331184.3331326). They are never shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path

from corpus.errors import RecordError
from corpus.files import CORPUS
from corpus.lexicon import Entity, Lexicon
from corpus.problem import Problem

EXPECTED = CORPUS / "questions"
ANY_MEDICINE = "this medicine"
_MARK = "? "
_MASKED = frozenset({"drug", "class"})

Questions = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Expected:
    """The expected questions of all sources.

    Attributes:
        by_source: By the id of a source, for each of its sentences the questions that it answers.
    """

    by_source: Mapping[str, Questions]

    @cached_property
    def id(self) -> str:
        """The same for the same questions."""
        parts = (
            "\x1f".join((source, sentence, *questions))
            for source, sentences in sorted(self.by_source.items())
            for sentence, questions in sorted(sentences.items())
        )
        return sha256("\x1e".join(parts).encode()).hexdigest()[:12]


def read_expected(folder: Path) -> Expected:
    """Read the questions of a folder: one file a source.

    Raises:
        RecordError: A question stands above the first sentence, or a sentence stands in a file twice.
    """
    return Expected({path.stem: dict(_read(path)) for path in sorted(folder.glob("*.txt"))})


@lru_cache(maxsize=1)
def load_expected() -> Expected:
    """The shipped questions; they never change while the program runs."""
    return read_expected(EXPECTED)


def _read(path: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    sentence, asked, seen = "", list[str](), set[str]()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        text = line.strip()
        if text.startswith(_MARK):
            if not sentence:
                raise RecordError(
                    f"{path.name}, line {number}: a question without a sentence.", "Add it above."
                )
            asked.append(text.removeprefix(_MARK).strip())
        elif text:
            if sentence:
                yield sentence, tuple(asked)
            if text in seen:
                raise RecordError(f"{path.name}, line {number}: the sentence stands twice.", "Join them.")
            sentence, asked = text, []
            seen.add(text)
    if sentence:
        yield sentence, tuple(asked)


def without_sentence(expected: Expected, sentences: Mapping[str, Iterable[str]]) -> Iterator[Problem]:
    """Questions whose sentence, or whose source, is not in the corpus any more.

    Args:
        expected: The questions.
        sentences: By the id of each source, its sentences.
    """
    for source, questions in sorted(expected.by_source.items()):
        name = f"{EXPECTED.name}/{source}.txt"
        if source not in sentences:
            yield Problem(name, "there is no such source.", "Delete the file, or name it after a source.")
            continue
        known = {" ".join(each.split()) for each in sentences[source]}
        for sentence, asked in questions.items():
            if " ".join(sentence.split()) not in known:
                what = f"the source does not hold the sentence '{sentence[:60]}'."
                yield Problem(name, what, "Write the sentence as it stands in the source.")
            if not asked:
                yield Problem(name, f"no question stands below '{sentence[:60]}'.", "Add one, or delete it.")


def named(text: str, lexicon: Lexicon) -> str:
    """A text with each medicine under the name that it has in the lexicon, whatever it is called there.

    >>> from corpus.lexicon import load_lexicon
    >>> named("does Zoloft make you sleepy", load_lexicon())
    'does sertraline make you sleepy'
    """
    return _medicines_as(lambda medicine: medicine.name, text, lexicon)


def masked(question: str, lexicon: Lexicon) -> str:
    """A question with its medicines masked: what it asks, of whatever medicine.

    Which medicine it is about is decided by name elsewhere; likeness should not be drawn to another
    question because both are about sertraline.

    >>> from corpus.lexicon import load_lexicon
    >>> masked("does Zoloft make you sleepy", load_lexicon())
    'does this medicine make you sleepy'
    """
    return _medicines_as(lambda _: ANY_MEDICINE, question, lexicon).casefold()


def _medicines_as(said: Callable[[Entity], str], text: str, lexicon: Lexicon) -> str:
    for each in reversed(lexicon.mentions(text)):
        medicine = lexicon.entities[each.entity]
        if medicine.kind in _MASKED:
            text = f"{text[: each.start]}{said(medicine)}{text[each.end :]}"
    return text
