"""Whether cited words support a sentence, by Citewell's own verifier, for one answer at a time.

Not for the metrics that ask this: see `evals.metrics.citations` and `evals.match`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from corpus.lexicon import Lexicon
from ingest.embed import Embedder, Vectors
from retrieval.support.claims import read_claim
from retrieval.support.likeness import coverage
from retrieval.support.verify import (
    CARRIED,
    LEAST_SUPPORT,
    Support,
    carries,
    cosine,
    support_together,
    supports,
)


class Verifier:
    """Judges sentences against texts whose vectors it has.

    Args:
        texts: Every text that will be asked about. They are encoded together, answer by answer and never
            across answers, so that no score depends on what was asked before.
    """

    def __init__(self, texts: Iterable[str], embedder: Embedder, lexicon: Lexicon) -> None:
        wanted = sorted(set(texts))
        self._vectors: Mapping[str, Vectors] = (
            dict(zip(wanted, embedder.encode(wanted), strict=True)) if wanted else {}
        )
        self._lexicon = lexicon

    def similarity(self, first: str, second: str) -> float:
        """Cosine of two of its texts."""
        return cosine(self._vectors[first], self._vectors[second])

    def support(self, sentence: str, text: str) -> Support:
        """How well one text supports a sentence."""
        if is_same(sentence, text):
            return Support(1.0, "the same words")
        return supports(sentence, text, self.similarity(sentence, text), self._lexicon)

    def nearest(self, sentence: str, texts: Sequence[str]) -> str:
        """The text that would be cited for a sentence: the likest that holds what can be checked."""
        return max(texts, key=lambda text: self.similarity(sentence, text) + carries(sentence, text))

    def holds(self, sentence: str, texts: Sequence[str]) -> bool:
        """Whether texts support a sentence: one of them alone, or all between them."""
        if any(self.support(sentence, text).holds for text in texts):
            return True
        if len(texts) == 1:
            return False
        spans = [(text, self.similarity(sentence, text)) for text in texts]
        if support_together(sentence, spans, self._lexicon) is not None:
            return True
        # One that adds nothing must not take the support of the others away: read as one text.
        joined = " ".join(texts)
        near = max(similarity for _, similarity in spans)
        said, cited = read_claim(sentence, self._lexicon), read_claim(joined, self._lexicon)
        together = supports(sentence, joined, near, self._lexicon)
        return together.score >= LEAST_SUPPORT and coverage(said, cited) >= CARRIED


def is_same(sentence: str, text: str) -> bool:
    """Whether two texts are the same words."""
    return " ".join(sentence.split()) == " ".join(text.split())
