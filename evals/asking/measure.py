"""`python -m evals.asking.measure`: how near questions are read to the expected ones of what answers them.

For each vital nugget of the questions that may be tuned on, the sentences that name what is asked about are
ranked by the likeness of the question to their expected questions; what counts is the rank of the first that
states the nugget: mean reciprocal rank, and the shares found first and among the first three and eight. The
reader that is shipped is measured beside the packaged model as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import click
import numpy as np
from numpy.typing import NDArray

from corpus.record import SourceId
from evals.questions import Question, read_questions
from ingest.adapt import Numbers
from ingest.asking import QuestionReader, load_reader
from ingest.index import Index
from ingest.settings import load_settings
from retrieval.evidence.resolve import resolved
from retrieval.pipeline import Citewell
from retrieval.prepare import understood
from retrieval.question.wording import questions_in

_FIRST = (1, 3, 8)
Encode = Callable[[Sequence[str]], Numbers]


@dataclass(frozen=True)
class Wanted:
    """A nugget, what is held against the expected questions, and the sentences that count.

    Attributes:
        about: For each sentence, whether it names what is asked about.
        states: For each sentence, whether it states the nugget.
    """

    asked: Sequence[str]
    about: NDArray[np.bool_]
    states: NDArray[np.bool_]


def main_figures(wanted: Sequence[Wanted], index: Index, reader: Encode) -> dict[str, float]:
    """Rank the sentences for each nugget, and average."""
    question, sentence, _ = index.expected_of.T
    expected = reader(index.expected_texts)
    ranks = []
    for each in wanted:
        likeness = (expected @ reader(each.asked).T).max(axis=1)[question]
        best = np.full(len(each.about), -1.0)
        np.maximum.at(best, sentence, likeness)
        best[~each.about] = -1.0
        states = best[each.states]
        if len(states) and states.max() > -1:
            ranks.append(int((best > states.max()).sum()) + 1)
    held = np.array(ranks)
    return {
        "nuggets": float(len(wanted)),
        "reachable": float(len(held)),
        "MRR": float((1 / held).mean()),
        **{f"among the first {most}": float((held <= most).mean()) for most in _FIRST},
    }


def read_wanted(citewell: Citewell, questions: Sequence[Question]) -> Iterator[Wanted]:
    """The nuggets of questions, with the sentences of the index that state them."""
    desk = citewell.desk
    texts = [text for row in range(desk.index.manifest.passages) for text in _sentences(desk.index, row)]
    named = [desk.lexicon.entities_in(text) for text in texts]
    for question in questions:
        asked = understood(question.question, question.earlier, desk)
        about = set(asked.subjects or asked.context)
        yields = np.array([not about or bool(about & names) for names in named])
        for nugget in question.vital:
            states = np.array([nugget.stated_in([text]) for text in texts])
            yield Wanted(questions_in(asked, desk.lexicon), yields, states)


def _sentences(index: Index, row: int) -> list[str]:
    passage = index.passage(row)
    source = index.source(SourceId(passage.source_id))
    return [resolved(span.of(passage.text), source)[0] for span in passage.sentences]


@click.command()
def main() -> None:
    """Print the figures of the shipped reader and of the packaged model as it is."""
    citewell = Citewell(load_settings())
    questions = [each for each in read_questions() if each.split == "tune" and each.vital]
    wanted = list(read_wanted(citewell, questions))
    for name, reader in (("shipped", load_reader()), ("as packaged", QuestionReader({}))):
        found = main_figures(wanted, citewell.desk.index, reader.encode)
        click.echo(f"{name}: " + ", ".join(f"{figure} {value:.3f}" for figure, value in found.items()))


if __name__ == "__main__":
    main()
