"""`python -m evals.answering.measure`: what the pair reader finds where it has not learnt.

In sources that it has not learnt from, whether a question is answered by its sentence: the area under the ROC
curve over the pairs that answer and those that do not (the chance that of the two the first is read as
likelier), beside that of the likeness to expected questions. The same for the questions of four writers that
it has not learnt from, with the sentences that Citewell found for them; and of these questions, whether any
of the sentences answers, told by the one that is read as the likeliest. What a sentence says to a yes-or-no
question: precision and recall of yes and of no at some probabilities, and how often the contrary is said.
"""

from __future__ import annotations

from collections.abc import Sequence

import click
import numpy as np
from numpy.typing import NDArray

from corpus.expected import load_expected, masked
from corpus.lexicon import Lexicon, load_lexicon
from evals.answering.data import PARTLY, TO_MEASURE, Pair, is_kept_apart, read_pairs
from ingest.asking import load_reader
from retrieval.evidence.answering import Reading, load_pair_reader

_FROM = (0.7, 0.8, 0.9, 0.95)
_BEST_FROM = (0.1, 0.2, 0.3, 0.4, 0.5)


def auc(scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """The area under the ROC curve, ties counting half (Hanley and McNeil 1982)."""
    one, other = scores[positive][:, None], scores[~positive][None, :]
    return float((one > other).mean() + 0.5 * (one == other).mean())


def read_all(pairs: Sequence[Pair]) -> list[Reading]:
    """Read every pair by itself."""
    reader = load_pair_reader()
    return [reader.read(each.question, [each.sentence])[0] for each in pairs]


def foreseen(pairs: Sequence[Pair], lexicon: Lexicon) -> NDArray[np.float64]:
    """How like each question is to the expected ones of its sentence."""
    reader = load_reader()
    asked = {
        masked(sentence, lexicon): reader.encode([masked(each, lexicon) for each in questions])
        for source, held in load_expected().by_source.items()
        if is_kept_apart(source)
        for sentence, questions in held.items()
    }
    vectors = reader.encode([each.question for each in pairs])
    found = [asked[each.sentence] @ vector for each, vector in zip(pairs, vectors, strict=True)]
    return np.array([each.max() for each in found])


def _measure_questions(pairs: Sequence[Pair]) -> None:
    """Print how well questions that a sentence answers are told from those that none answers."""
    readings = np.array([each.answers for each in read_all(pairs)])
    answers = np.array([each.answers for each in pairs], dtype=float)
    plain = answers != PARTLY
    click.echo(f"{pairs[0].file}, not learnt from: {len(pairs)} pairs, {(answers == 1).sum()} that answer")
    click.echo(f"  read together: AUC {auc(readings[plain], answers[plain] == 1):.3f}")
    asked = np.array([each.question for each in pairs])
    questions = [asked == each for each in sorted(set(asked))]
    found = np.array([(readings[each].max(), answers[each].max() == 1) for each in questions])
    best, is_answered = found[:, 0], found[:, 1] == 1
    click.echo(f"  {len(found)} questions, {is_answered.sum()} answered: AUC {auc(best, is_answered):.3f}")
    for least in _BEST_FROM:
        lost, kept = (best < least)[is_answered].mean(), (best >= least)[~is_answered].mean()
        click.echo(f"  from {least}: answered ones lost {lost:.3f}, unanswered ones kept {kept:.3f}")


@click.command()
def main() -> None:
    """Print the figures."""
    lexicon = load_lexicon()
    pairs = read_pairs(lexicon)
    judged = [each for each in pairs if is_kept_apart(each.source) and each.answers in {0.0, 1.0}]
    answered = np.array([each.answers == 1.0 for each in judged])
    readings = np.array([each.answers for each in read_all(judged)])
    click.echo(f"sources not learnt from: {answered.sum()} pairs that answer, {(~answered).sum()} do not")
    click.echo(f"  read together: AUC {auc(readings, answered):.3f}")
    click.echo(f"  likeness to expected questions: AUC {auc(foreseen(judged, lexicon), answered):.3f}")
    for file in sorted(TO_MEASURE):
        _measure_questions([each for each in pairs if each.file == file])
    told = [each for each in pairs if each.is_kept_apart and each.stance is not None]
    stance = np.array([each.stance for each in told])
    found = read_all(told)
    click.echo(f"yes or no: {len(told)} pairs")
    for at, name in ((0, "yes"), (1, "no")):
        probability = np.array([getattr(each, name) for each in found])
        for least in _FROM:
            said = probability >= least
            right, contrary = stance[said] == at, stance[said] == 1 - at
            click.echo(
                f"  {name} from {least}: precision {right.mean():.3f},"
                f" recall {right.sum() / (stance == at).sum():.3f},"
                f" the contrary {contrary.mean():.3f} of {said.sum()}"
            )


if __name__ == "__main__":
    main()
