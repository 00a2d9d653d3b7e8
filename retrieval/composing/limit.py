"""Set beside a finding the limit that its own work puts on it: an association is no proof of cause.

Only the limits that a source states in so many words, under a heading that says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from corpus.facets import FacetId
from corpus.record import Kind, SourceId
from retrieval.composing.back import back
from retrieval.composing.compose import Chosen, says_the_same
from retrieval.evidence.desk import Desk, Evidence
from retrieval.evidence.gather import sentences_of
from retrieval.evidence.standing import stands_alone

_LIMITS = FacetId("limits")
# What was found, as against what a drug is: only a finding can be limited.
_FINDINGS = frozenset(
    {"efficacy", "comparison", "response", "memory", "older_people", "pregnancy", "serious_harms", "stopping"}
)
# Works that ask one question: a limit that a label or a narrative review states is of one statement of many.
_OF_ONE_FINDING = frozenset(
    {Kind.GUIDELINE, Kind.SYSTEMATIC_REVIEW, Kind.META_ANALYSIS, Kind.TRIAL}
    | {Kind.COHORT, Kind.CASE_CONTROL, Kind.CROSS_SECTIONAL, Kind.HUMAN_STUDY}
    | {Kind.ANIMAL_STUDY, Kind.IN_VITRO}
)
_RELATED = 0.6  # cosine from which a limit is one of the finding, not of something else in the same work
_MOST = 1  # limits in one answer: more would bury what was found
# What makes a finding less sure, or no proof; not what else a study did not do.
_WEIGHS = re.compile(
    r"\b(proof|proves?|caus\w+|associat\w+|observational|(un)?certain\w*|(in)?conclusive\w*|quality|bias\w*"
    r"|confound\w*|randomi[sz]ed)\b",
    re.IGNORECASE,
)
_SAYS_ITSELF = re.compile(
    r"\b(not (a )?proof|not prove|unproven|association only|uncertain|unclear|not (been )?assessed)\b",
    re.IGNORECASE,
)


def with_limits(chosen: Sequence[Chosen], desk: Desk) -> list[Chosen]:
    """The statements, each followed by the limit that its work states, unless one of them says it already."""
    said = list(chosen)
    added = 0
    result: list[Chosen] = []
    for each in chosen:
        result.append(each)
        is_finding = each.evidence.passage.facet in _FINDINGS
        if is_finding and added < _MOST and not _SAYS_ITSELF.search(each.evidence.text):
            limit = _limit_of(each, said, desk)
            if limit is not None:
                result.append(limit)
                said.append(limit)
                added += 1
    return result


def _limit_of(finding: Chosen, said: Sequence[Chosen], desk: Desk) -> Chosen | None:
    """The nearest limit that a work behind a finding states."""
    works = dict.fromkeys(
        SourceId(evidence.source.id)
        for evidence, _ in finding.backing
        if evidence.source.kind in _OF_ONE_FINDING
    )
    limits = [
        sentence
        for work in works
        for row in desk.index.rows_where("s.id = ? AND p.facet = ?", [work, _LIMITS])
        for sentence in sentences_of(row, finding.evidence.vector, desk)
    ]
    for limit in sorted(limits, key=lambda each: (-each.relevance, each.key)):
        if limit.relevance < _RELATED:
            return None
        if not _WEIGHS.search(limit.text) or not stands_alone(limit.text):
            continue
        if not any(says_the_same(limit, each.evidence) for each in said):
            return _stated(limit, finding, desk)
    return None


def _stated(limit: Evidence, finding: Chosen, desk: Desk) -> Chosen | None:
    backing = back(limit, (), desk)
    return replace(finding, evidence=limit, backing=backing) if backing else None
