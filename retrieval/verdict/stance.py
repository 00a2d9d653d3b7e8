"""Does a sentence answer a yes-or-no question with yes, with no, or with neither?

Deterministic, from the wordings of `stance.yaml` and what `support.claims` reads. Chosen for precision:
what is in doubt is silent. Not for several sentences: see `retrieval.verdict.verdict`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from corpus.lexicon import Lexicon
from retrieval.question.premise import Premise, families_apart
from retrieval.question.understand import Understanding
from retrieval.support.claims import Claim, read_claim
from retrieval.support.wording import Found, Token, load_wording, read_tokens
from retrieval.verdict.compare import compared
from retrieval.verdict.proposition import Proposition, names_in, read_proposition
from retrieval.verdict.speaks import compares_with_others, conditions_of, elsewhere, missing, names_all
from retrieval.verdict.stance_words import StanceWords, load_stance_words

_PLACEBO = "arm:placebo"
# "Users who also took acid-suppressing drugs had no rise" denies nothing of the others.
_SOME_ONLY = re.compile(
    r"\b(?:who (?:also|only|had|took|take|were|did)|(?:those|people|patients|users) (?:with|who|taking))\b",
    re.IGNORECASE,
)
# "Less than on other drugs" is neither yes nor no.
_LESS_THAN = re.compile(r"\b(?:less|fewer|lower|rarer|milder)\b.*\bthan\b", re.IGNORECASE)


class Side(StrEnum):
    """How a sentence answers."""

    AFFIRMS = "affirms"
    DENIES = "denies"
    MIXED = "mixed"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Stance:
    """How a sentence answers a question, why, and with which of the leads of `stance.yaml` it may begin."""

    side: Side
    reason: str
    lead: str = ""


def stance(asked: Understanding, sentence: str, lexicon: Lexicon) -> Stance:
    """Say how a sentence answers a yes-or-no question.

    Args:
        asked: The question.
        sentence: One sentence of a source.
        lexicon: The names that count as the same.
    """
    proposition = read_proposition(asked, lexicon)
    if proposition is None:
        return silent("the question is not one for yes or no")
    return stance_on(proposition, sentence, lexicon)


@lru_cache(maxsize=8192)
def stance_on(proposition: Proposition, sentence: str, lexicon: Lexicon) -> Stance:
    """Say how a sentence answers a proposition."""
    if not names_all(proposition, sentence, lexicon):
        return silent("it does not name what was asked about")
    words, whole, tokens = load_stance_words(), read_claim(sentence, lexicon), read_tokens(sentence)
    if proposition.premise is not None:
        return _membership(proposition.premise, sentence, whole, lexicon)
    why = elsewhere(proposition, sentence, whole, tokens, words)
    if why:
        return silent(why)
    parts = [part for part in words.turns.split(sentence) if part.strip()]
    found = _joined(proposition, [_part(proposition, part, whole, lexicon, words) for part in parts])
    return _limited(found, proposition, whole, tokens)


def worded_as(proposition: Proposition, side: Side, reason: str, sentence: str, lexicon: Lexicon) -> Stance:
    """The stance of a sentence whose side is known, with the lead that says how certain the sentence is."""
    claim, tokens = read_claim(sentence, lexicon), read_tokens(sentence)
    return _limited(_worded(proposition, side, reason, claim, tokens, firm=True), proposition, claim, tokens)


def _limited(found: Stance, proposition: Proposition, whole: Claim, tokens: tuple[Token, ...]) -> Stance:
    """The stance, less plain where the sentence is about some people only or names exceptions."""
    words = load_stance_words()
    if proposition.foretells and proposition.asks != "safety" and found.side is Side.DENIES:
        return silent("nobody can say that it will not befall one person")
    some = whole.populations - proposition.claim.populations - load_wording().usual
    if found.lead == "yes" and (some or proposition.foretells or words.exceptions.find(tokens)):
        return Stance(found.side, found.reason, "in_some_cases")
    if found.lead == "no" and words.exceptions.find(tokens):
        return Stance(found.side, found.reason, "no_but")
    return found


def _joined(asked: Proposition, found: Sequence[Stance]) -> Stance:
    """What the parts of a sentence say together."""
    clear = [each for each in found if each.side is not Side.SILENT]
    if not clear:
        return found[0] if len(found) == 1 else silent("no part of it answers")
    if len({each.side for each in clear}) == 1:
        return clear[0]
    if asked.asks == "safety":
        return next(each for each in clear if each.side is Side.DENIES)
    if asked.asks in {"comparison", "equality"}:
        return silent("its parts answer differently")
    return Stance(Side.MIXED, "its parts answer differently", "mixed")


def silent(reason: str) -> Stance:
    """It answers with neither."""
    return Stance(Side.SILENT, reason)


def _part(asked: Proposition, text: str, whole: Claim, lexicon: Lexicon, words: StanceWords) -> Stance:
    """How a part of a sentence answers; it inherits what it does not name itself."""
    claim, tokens = read_claim(text, lexicon), read_tokens(text)
    lost = missing(asked, text, claim, whole, lexicon)
    if lost:
        return silent(f"it does not speak of {lost}")
    if words.mixed.find(tokens):
        return Stance(Side.MIXED, "it calls the evidence conflicting", "mixed")
    if asked.asks == "safety":
        return _safety(asked, tokens, claim, words)
    if asked.asks in {"comparison", "equality"}:
        sign, firm, why = compared(asked, text, lexicon)
        side = {1: Side.AFFIRMS, -1: Side.DENIES, 0: Side.SILENT}[sign]
        return _worded(asked, side, why, claim, tokens, firm)
    if compares_with_others(asked, text, claim, lexicon) or _LESS_THAN.search(text):
        return silent("it compares with something else")
    if asked.asks == "statement":
        (side, why), firm = _as_stated(asked, claim), True
    else:
        side, firm, why = _by_cues(asked, claim, tokens, words, lexicon)
    if side is Side.DENIES and _SOME_ONLY.search(text):
        return silent("it denies it of some people only")
    if side is Side.DENIES and whole.populations - asked.claim.populations - load_wording().usual:
        return silent("it denies it of some people only")
    return _worded(asked, side, why, claim, tokens, firm)


def _membership(premise: Premise, sentence: str, whole: Claim, lexicon: Lexicon) -> Stance:
    """Whether a sentence says to which family the drug belongs that was asked about."""
    named = [name for _, name in names_in(sentence, lexicon)]
    if premise.holds is None or not named or named[0] != premise.drug:
        return silent("it does not say what the drug is")
    denied = {atom for scope in whole.denials for atom in scope.atoms}
    if premise.holds:
        says = premise.claimed in named and f"@{premise.claimed}" not in denied
        return Stance(Side.AFFIRMS, "it names the class", "yes") if says else silent("it names no class")
    if f"@{premise.claimed}" in denied:
        return Stance(Side.DENIES, "it denies the class", "no")
    families = families_apart(premise.drug, premise.claimed, lexicon)
    other = [each for each in named[1:] if each in families and f"@{each}" not in denied]
    if other and premise.claimed not in named:
        return Stance(Side.DENIES, f"it names another class: {other[0]}", "no")
    return silent("it names no class")


def _safety(asked: Proposition, tokens: tuple[Token, ...], claim: Claim, words: StanceWords) -> Stance:
    """Whether a sentence advises against it, warns, or says in so many words that it may be done."""
    found = words.said["safety"].find(tokens)
    denied = _denied(claim)
    against = [each for each in found if each.label == "against"]
    cautions = [each for each in found if each.label == "caution" and not _is_denied(each, tokens, denied)]
    if against or cautions:
        limits = {tokens[each.first].stem for each in found if each.label == "limits"}
        limits -= {token.stem for token in read_tokens(asked.claim.text)}
        plain = against and not limits
        return Stance(Side.DENIES, "it advises against it or warns", "against" if plain else "caution")
    if any(each.label == "favours" for each in found):
        return Stance(Side.AFFIRMS, "it speaks for it, and does not say that it is safe")
    safe = [each for each in found if each.label == "safe" and not _is_denied(each, tokens, denied)]
    if safe and not asked.personal and not claim.denials and not words.possibly.find(tokens):
        return Stance(Side.AFFIRMS, "it says in so many words that it may be done", "can_be_used")
    return silent("it neither warns nor says that it may be done")


def _by_cues(
    asked: Proposition, claim: Claim, tokens: tuple[Token, ...], words: StanceWords, lexicon: Lexicon
) -> tuple[Side, bool, str]:
    """Affirmed or denied by the wordings for this predicate; whether it is more than want of proof; why."""
    found = words.said[asked.asks].find(tokens)
    denied = _denied(claim)
    denials = [each for each in found if each.label in {"deny", "unshown"}]
    taken = {place for each in denials for place in range(each.first, each.after)}
    open_ = [each for each in found if not taken & set(range(each.first, each.after))]
    cues = [each for each in open_ if each.label == "affirm"]
    if asked.asks == "benefit" and _PLACEBO in claim.names:
        cues = [each for each in cues if any(t.text == "placebo" for t in tokens[each.first : each.after])]
    if asked.touches and not claim.denials:
        cues += words.touches.find(tokens, frozenset(taken))
    affirms = [each for each in cues if not _is_denied(each, tokens, denied)]
    turned = len(affirms) < len(cues)
    if any(each.label in {"against", "harm"} for each in open_) and not asked.touches:
        return Side.SILENT, False, "it speaks of another effect"
    if asked.asks == "benefit" and not denials and _beats_placebo(claim, found, lexicon):
        return Side.AFFIRMS, True, "it did better than placebo"
    if (denials or turned) and affirms:
        return Side.SILENT, False, "it affirms and denies"
    if denials or turned:
        return Side.DENIES, not any(each.label == "unshown" for each in denials), "it denies it"
    if affirms and claim.denials:
        return Side.SILENT, False, "it denies something"
    return (Side.AFFIRMS, True, "it says so") if affirms else (Side.SILENT, False, "it does not say")


def _beats_placebo(claim: Claim, found: Sequence[Found], lexicon: Lexicon) -> bool:
    """Whether a drug exceeds placebo in something good, or in lowering what is measured."""
    measured = {f"@{each}" for each in conditions_of(claim, lexicon)} | {
        token.stem
        for each in found
        if each.label == "measure"
        for token in read_tokens(claim.text)[each.first : each.after]
    }
    good = any(each.label == "context" for each in found) or any(
        each.name == "amount" and each.sign < 0 and each.near & measured for each in claim.directions
    )
    beaten = any((other, kind) == (_PLACEBO, "exceeds") for _, other, kind in claim.relations)
    return good and beaten


def _as_stated(asked: Proposition, claim: Claim) -> tuple[Side, str]:
    """Whether a sentence that speaks of all that was asked says the same or the opposite."""
    said = frozenset((each.name, each.sign) for each in claim.directions)
    if asked.ways:
        same, against = asked.ways & said, {(name, -sign) for name, sign in asked.ways} & said
        aside = any(not scope.ways for scope in claim.denials)  # it denies something else as well
        if aside or bool(same) == bool(against):
            return Side.SILENT, "its direction is not clear"
        return (Side.AFFIRMS, "the same direction") if same else (Side.DENIES, "the opposite direction")
    if not claim.denials:
        return Side.AFFIRMS, "it says so"
    denied = _denied(claim)
    if {*asked.words, *(f"@{name}" for name in asked.names)} & denied:
        return Side.DENIES, "it denies it"
    return Side.SILENT, "it denies something"


def _denied(claim: Claim) -> frozenset[str]:
    """Content words that stand in a denial, and nowhere else."""
    return frozenset(atom for scope in claim.denials for atom in scope.atoms) - claim.asserted


def _is_denied(cue: Found, tokens: Sequence[Token], denied: Iterable[str]) -> bool:
    return bool({token.stem for token in tokens[cue.first : cue.after]} & set(denied))


def _worded(
    asked: Proposition, side: Side, why: str, claim: Claim, tokens: tuple[Token, ...], firm: bool
) -> Stance:
    """The stance with the lead that says how certain it is."""
    hedged = bool(load_stance_words().possibly.find(tokens))
    links = claim.associates and not claim.causes
    if asked.asks == "link":
        links = not (claim.causes or claim.brings_about)
    if side is Side.SILENT:
        return Stance(side, why)
    if side is Side.AFFIRMS:
        plain = "yes"
        if links and asked.asks in {"link", "effect"}:
            plain = "linked_said" if "proof" in claim.stems else "linked"
        return Stance(side, why, "possibly" if hedged else plain)
    if asked.asks == "link" or (links and asked.asks == "effect"):
        return Stance(side, why, "no_link")
    if not firm:
        return Stance(side, why, "not_shown")
    return Stance(side, why, "probably_not" if hedged else "no")
