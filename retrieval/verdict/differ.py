"""Show disagreement as disagreement: statements that contradict each other stand together, each cited.

Not for yes-or-no questions: see `retrieval.verdict.verdict`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from corpus.lexicon import Lexicon
from retrieval.composing.compose import Chosen
from retrieval.evidence.desk import work_of
from retrieval.support.checks import check_denial, check_direction, check_roles
from retrieval.support.claims import Claim, read_claim
from retrieval.support.verify import cosine

SOURCES_DIFFER = "Sources differ"
_ALIKE = 0.70  # cosine from which two sentences speak of the same thing
_ALIKE_DISPUTED = 0.60  # the same, where one record says that the other disputes it
_SHARED = 0.6  # share of the shorter sentence's content words that both have


def together(chosen: Sequence[Chosen], lexicon: Lexicon) -> list[Chosen]:
    """Put the first two statements that contradict each other under a heading of their own.

    Args:
        chosen: The verified statements, in reading order.
        lexicon: The names that count as the same.
    """
    for one, other in combinations(range(len(chosen)), 2):
        if differ(chosen[one], chosen[other], lexicon):
            pair = [replace(chosen[at], heading=SOURCES_DIFFER) for at in (one, other)]
            before, between = list(chosen[:one]), list(chosen[one + 1 : other])
            heading = chosen[one].heading
            # What stands under the same heading stays together; the pair follows it.
            same = [each for each in (*between, *chosen[other + 1 :]) if each.heading == heading]
            rest = [each for each in (*between, *chosen[other + 1 :]) if each.heading != heading]
            return [*before, *same, *pair, *rest]
    return list(chosen)


def differ(one: Chosen, other: Chosen, lexicon: Lexicon) -> bool:
    """Whether two statements of different works contradict each other on the same thing."""
    if one.by_model or other.by_model or _works(one) & _works(other):
        return False
    if one.evidence.passage.facet != other.evidence.passage.facet or not one.evidence.entities:
        return False
    if one.evidence.entities != other.evidence.entities:
        return False
    alike = cosine(one.evidence.vector, other.evidence.vector)
    disputed = _disputes(one, other) or _disputes(other, one)
    if alike < (_ALIKE_DISPUTED if disputed else _ALIKE):
        return False
    first, second = read_claim(one.evidence.text, lexicon), read_claim(other.evidence.text, lexicon)
    if first.populations != second.populations:
        return False
    return _contradict(first, second, lexicon) and _contradict(second, first, lexicon)


def _contradict(first: Claim, second: Claim, lexicon: Lexicon) -> bool:
    """Whether the one denies or turns round what the other says of mostly the same things."""
    least = min(len(first.atoms), len(second.atoms))
    if not least or len(first.atoms & second.atoms) < _SHARED * least:
        return False
    return any(check(first, second, lexicon) for check in (check_denial, check_direction, check_roles))


def _disputes(one: Chosen, other: Chosen) -> bool:
    return bool(set(one.evidence.source.disputed_by) & {each.source.id for each, _ in other.backing})


def _works(chosen: Chosen) -> set[str]:
    return {work_of(evidence.source) for evidence, _ in chosen.backing}
