"""Does a sentence speak of grave harm: what kills, or needs help at once?"""

from __future__ import annotations

import re

from retrieval.evidence.desk import Evidence
from retrieval.evidence.standing import stands_alone

# Where harm is spoken of: that a medicine is used for seizures is none.
OF_HARM = frozenset(
    {"serious_harms", "boxed_warning", "contraindications", "interactions", "alcohol", "opioids"}
    | {"overdose", "stopping", "dependence", "pregnancy", "breastfeeding", "children", "liver_kidney"}
)
_GRAVE = re.compile(
    r"\b(fatal\w*|life-threatening|deaths?|lethal\w*|toxicity|coma|serotonin syndrome|hypertensive crisis"
    r"|dangerous\w*|suicid\w*|slowed breathing|liver (failure|injury|damage)|seizures?|serious injur\w+)\b",
    re.IGNORECASE,
)
# Where a sentence says how little of it there is.
_DENIES = re.compile(
    r"\b((was|were|is|are|has|have) (not|never) (been )?(seen|shown|found|associated|linked|raised|increased)"
    r"|no (clear |higher |increased )?(risk|link|increase|rise|association)|fewer|less (often|likely|linked)"
    r"|lower (odds|risk|rate)|reduced? the risk|(extremely|very) rare|seldom|unlikely)\b",
    re.IGNORECASE,
)


def speaks_gravely(text: str) -> bool:
    """Whether a text speaks of grave harm at all."""
    return _GRAVE.search(text) is not None


def is_grave(each: Evidence) -> bool:
    """Whether a sentence states a grave harm, under a heading of harms, and denies none."""
    is_harm = each.passage.facet in OF_HARM and speaks_gravely(each.text)
    return is_harm and not _DENIES.search(each.text) and stands_alone(each.text)
