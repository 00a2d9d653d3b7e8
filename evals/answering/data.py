"""What is learnt from: which questions a sentence answers, with yes or with no, and which it does not.

A file of `pairs/` holds sentences of the shipped corpus, each above questions with a mark: `+` it answers
it, `-` it does not though it looks as if, `~` it helps and does not answer, `y`, `n` and `m` it answers with
yes, no, or that it depends, `x` it is no yes-or-no question or is not settled. The sentences of `asked_*.txt`
are those that Citewell found for questions which people might type, by 47 writers; from eight of them nothing
is learnt. A follow-up stands after the turns that it leans on, with ` || ` between them. The expected
questions of the corpus are answered too; what the reader of questions (`ingest.asking`) takes for like a
question, and says something else, does not answer it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.errors import RecordError
from corpus.expected import load_expected, masked
from corpus.lexicon import Lexicon, load_lexicon
from ingest.adapt import Numbers
from ingest.asking import load_reader
from ingest.embed import Embedder

PAIRS = Path(__file__).with_name("pairs")
STANCES = "ynmx"
PARTLY = 0.35  # how far a sentence answers that helps and does not answer
# How far a sentence answers, by its mark; "x" only says that it answers neither with yes nor with no.
_ANSWERS = {"+": 1.0, "~": PARTLY, "-": 0.0, "y": 1.0, "n": 1.0, "m": 1.0, "x": None}
TURN = " || "  # between a turn of a conversation and the next
# The questions of writers from which nothing is learnt: some to weigh what is read, some to measure it; all
# but the first of each with conversations.
TO_WEIGH = frozenset({"asked_14.txt", "asked_20.txt", "asked_37.txt", "asked_46.txt"})
TO_MEASURE = frozenset({"asked_7.txt", "asked_26.txt", "asked_39.txt", "asked_47.txt"})
# Cosines from which two sentences say the same, and a question asks what another sentence answers.
_SAME_SENTENCE, _SAME_QUESTION = 0.75, 0.88
_LIKE = 120  # sentences that are kept as like a question


Worded = Callable[[str, Lexicon], str]


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a sentence, medicines masked or named as the lexicon names them.

    Attributes:
        source: Id of the sentence's source, by which what is learnt from and what is measured are split.
        answers: How far the sentence answers the question, 0 to 1; None where only the stance is told.
        stance: Place in `STANCES`; None where it is not told.
        file: Where it stands.
        leans: Whether the question leans on others, which stand before it.
    """

    question: str
    sentence: str
    source: str
    answers: float | None
    stance: int | None = None
    file: str = ""
    leans: bool = False

    @property
    def is_kept_apart(self) -> bool:
        """Whether nothing is learnt from it."""
        return self.file in TO_WEIGH | TO_MEASURE or is_kept_apart(self.source)


@dataclass(frozen=True)
class Sentences:
    """The sentences with expected questions, and how like other questions are to these.

    Attributes:
        texts: Of the sentences, medicines masked or named.
        sources: Id of the source of each.
        asked: Of each, the rows of its questions.
        oblique: The sentences and rows of questions that ask in quite other words than these do.
        questions: Each that is another when medicines are masked once.
        like: For each question, the sentences that it is most like and that do not answer it, shape
            (questions, 120).
    """

    texts: Sequence[str]
    sources: Sequence[str]
    asked: Sequence[Sequence[int]]
    oblique: Sequence[tuple[int, int]]
    questions: Sequence[str]
    like: NDArray[np.int32]


def read_pairs(lexicon: Lexicon, worded: Worded = masked, then: str = " ") -> list[Pair]:
    """Give the pairs of the files.

    Args:
        lexicon: The names of the medicines.
        worded: What is done with these: they are masked, or named as the lexicon names them.
        then: What stands between the turns of a conversation.

    Raises:
        RecordError: A line has no mark.
    """
    sources = {sentence: source for source, asked in load_expected().by_source.items() for sentence in asked}
    return [
        Pair(
            worded(question.replace(TURN, then), lexicon),
            worded(sentence, lexicon),
            sources.get(sentence, ""),
            _ANSWERS[mark],
            STANCES.index(mark) if mark in STANCES else None,
            file,
            leans=TURN in question,
        )
        for file, sentence, mark, question in _lines()
    ]


def read_marks(files: Set[str]) -> Iterator[tuple[str, str, float]]:
    """Give question, sentence and how far it answers, of some files, as they are written.

    Raises:
        RecordError: A line has no mark.
    """
    for name, sentence, mark, question in _lines():
        answers = _ANSWERS[mark]
        if name in files and answers is not None:
            yield question, sentence, answers


def is_kept_apart(source: str) -> bool:
    """Whether nothing is learnt from a source, so that what was learnt is measured on it: one of eight."""
    return int(sha256(source.encode()).hexdigest(), 16) % 8 == 0


def read_sentences(worded: Worded = masked) -> Sentences:
    """Read the expected questions, and find what each is like without being answered by it.

    Those of sources that are kept apart are left out.

    Args:
        worded: What is done with the names of medicines, as in `read_pairs`.
    """
    lexicon, rows = load_lexicon(), dict[str, int]()
    originals, sources, asked = [], [], []
    questions: list[str] = []

    def row_of(question: str) -> int:
        row = rows.setdefault(masked(question, lexicon), len(rows))
        if row == len(questions):
            questions.append(worded(question, lexicon))
        return row

    for source, of_source in load_expected().by_source.items():
        if is_kept_apart(source):
            continue
        for sentence, expected in of_source.items():
            originals.append(sentence)
            sources.append(source)
            asked.append([row_of(each) for each in expected])
    at = {sentence: number for number, sentence in enumerate(originals)}
    oblique = [
        (at[sentence], row_of(question))
        for file, sentence, mark, question in _lines()
        if mark == "+" and sentence in at and not file.startswith("asked")
    ]
    answered: dict[int, set[int]] = {}
    for number, row in [*oblique, *((number, row) for number, held in enumerate(asked) for row in held)]:
        answered.setdefault(row, set()).add(number)
    reader, embedder = load_reader(), Embedder()
    vectors, meanings = reader.encode(list(rows)), embedder.encode(originals)
    same = meanings @ meanings.T >= _SAME_SENTENCE
    like = np.stack(list(_unanswering(asked, answered, vectors, same)))
    texts = [worded(each, lexicon) for each in originals]
    return Sentences(texts, sources, asked, oblique, questions, like)


def _lines() -> Iterator[tuple[str, str, str, str]]:
    """Give file, sentence, mark and question of each line of the files."""
    for path in sorted(PAIRS.glob("*.txt")):
        sentence = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            mark, _, question = line.partition(" ")
            if not line.strip():
                sentence = ""
            elif not sentence:
                sentence = line
            elif mark in _ANSWERS:
                yield path.name, sentence, mark, question
            else:
                raise RecordError(
                    f"{path.name}: '{line}' has no mark.", f"Begin it with one of {sorted(_ANSWERS)}."
                )


def likeness(asked: Sequence[Sequence[int]], vectors: Numbers, questions: Numbers) -> Numbers:
    """How like questions are to those of each sentence (the likest): shape (questions, sentences)."""
    starts = np.cumsum([0, *map(len, asked[:-1])])
    of_all = vectors[np.concatenate([np.array(rows) for rows in asked])]
    found: Numbers = np.maximum.reduceat(questions @ of_all.T, starts, axis=1)
    return found


def _unanswering(
    asked: Sequence[Sequence[int]],
    answered: Mapping[int, Set[int]],
    vectors: Numbers,
    same: NDArray[np.bool_],
) -> Iterator[NDArray[np.int32]]:
    for start in range(0, len(vectors), 256):
        for row, like in enumerate(likeness(asked, vectors, vectors[start : start + 256]), start):
            answering = same[sorted(answered[row])].any(axis=0) | (like >= _SAME_QUESTION)
            yield np.argsort(-np.where(answering, -1.0, like))[:_LIKE].astype(np.int32)
