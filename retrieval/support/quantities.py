"""Read the numbers of a sentence, each with its unit, in one measure: 0.5 g is 500 mg, five mg is 5mg.

Not for what a number belongs to: see `retrieval.support.claims`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from retrieval.support.wording import Token, Wording

# Of these a span may leave the unit out, for people and studies are counted in many words ("n = 681").
_COUNTED = frozenset({"people", "studies", "points", "doses", "steps", "units", "ratio", "nights", "drinks"})
_JOINS = frozenset({"-", "–", "−", "to", "or", "and", ",", "/"})
_RANGE_JOINS = frozenset({"-", "–", "−", "to"})
_YEARS = (1900.0, 2100.0)
_SHARES = {"half": 50.0, "quarter": 25.0, "quarters": 25.0, "third": 100 / 3, "thirds": 100 / 3}
_NEAR_SHARE = 0.4  # percentage points: "a third" is 33%, "two thirds" 67%


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of a sentence.

    Attributes:
        value: In the base unit of what it measures.
        number: As the sentence gives it, in its own unit.
        of: What it measures (mass, time, share, ...); empty when it has no unit.
        per: What it is counted by (kg, day, ...); empty when by nothing.
        ranged: Whether it is one end of a range.
        at: Its token.
        written: As the sentence has it.
    """

    value: float
    number: float
    of: str
    per: str
    ranged: bool
    at: int
    written: str

    @property
    def is_year(self) -> bool:
        """Whether it may be a year."""
        return not self.of and _YEARS[0] < self.number < _YEARS[1] and self.number % 1 == 0

    def is_in(self, other: Quantity) -> bool:
        """Whether the other one, of a span, states this one, of a statement."""
        if not self.of:
            return self.number == other.number
        within = _NEAR_SHARE if self.of == other.of == "share" and self._rounded(other) else 1e-6
        if abs(self.value - other.value) > within * (max(1.0, abs(self.value)) if within < 0.1 else 1.0):
            return False
        if self.of != other.of and (other.of or self.of not in _COUNTED):
            return False
        return self.per == other.per or ("day" in {self.per, other.per} and not (self.per and other.per))

    def _rounded(self, other: Quantity) -> bool:
        return any(each.value % 1 > 0.3 and not each.written[0].isdigit() for each in (self, other))


def read_quantities(tokens: Sequence[Token], wording: Wording) -> tuple[Quantity, ...]:
    """Read every number, with its unit, in order.

    "One" counts only before a unit, and "third" only as a part, for both have other meanings.
    """
    found: list[Quantity] = []
    after: list[int] = []
    at = 0
    while at < len(tokens):
        read = _number(tokens, at, wording)
        if read is None:
            at += 1
            continue
        number, of, end = read
        value = number
        if not of:
            value, of, end = _with_unit(value, tokens, at, end, wording)
        per, end = _per(tokens, end, wording)
        if not _says_nothing(tokens, at, of):
            found.append(
                Quantity(value, number, of, per, False, at, " ".join(t.text for t in tokens[at:end]))
            )
            after.append(end)
        at = end
    return _shared_units(found, after, tokens, wording)


def _says_nothing(tokens: Sequence[Token], at: int, of: str) -> bool:
    """Whether a number word counts nothing that could differ: "one of them", "the two"."""
    if tokens[at].text == "one":
        return not of or of in _COUNTED
    return (
        not of and tokens[at].is_word and at > 0 and tokens[at - 1].text in {"the", "these", "those", "all"}
    )


def _number(tokens: Sequence[Token], at: int, wording: Wording) -> tuple[float, str, int] | None:
    """Read one number in digits or words: its value, what it measures if it says so, and where it ends."""
    word = tokens[at].text
    following = tokens[at + 1].text if at + 1 < len(tokens) else ""
    if word in wording.times_words:
        if word == "once" and following not in {"daily", "a", "weekly", "every", "per"}:
            return None
        value = wording.times_words[word]
        return (100 * value, "share", at + 1) if value < 1 else (value, "ratio", at + 1)
    if word in _SHARES:
        before = tokens[at - 1].text if at else ""
        if following in {"life", "lives"} or (
            word != "half" and before not in {"a", "one"} and following != "of"
        ):
            return None
        return _SHARES[word], "share", at + 1
    if tokens[at].is_number:
        value = float(word.replace(",", ""))
    elif word in wording.number_words:
        value = float(wording.number_words[word])
        if value >= 20 and wording.number_words.get(following, 99) < 10:  # twenty-five
            return value + wording.number_words[following], "", at + 2
    else:
        return None
    if following in _SHARES and following != "half":
        return value * _SHARES[following], "share", at + 2
    end = at + 1
    while end < len(tokens) and tokens[end].text in wording.multiples:
        value *= wording.multiples[tokens[end].text]
        end += 1
    return value, "", end


def _with_unit(
    value: float, tokens: Sequence[Token], at: int, end: int, wording: Wording
) -> tuple[float, str, int]:
    """Measure a number by the unit after it (5 mg, two-week), or before it (week 4, aged 65)."""
    if end < len(tokens):
        word = tokens[end].text
        if word == "per" and end + 1 < len(tokens) and tokens[end + 1].text == "cent":
            return value, "share", end + 2
        # "5 older patients": one word may stand between a count and what is counted.
        for place in (end, end + 1):
            unit = wording.units.get(tokens[place].text) if place < len(tokens) else None
            if unit and (
                place == end or (unit.of in _COUNTED and tokens[end].is_word and not _joins(tokens[end]))
            ):
                return value * unit.times, unit.of, place + 1
    before = tokens[at - 1].text if at else ""
    unit = wording.units.get(before)
    if before in {"aged", "age", "ages"}:
        return value * 12, "months", end
    if unit and unit.of in {"time", "months"} and not before.endswith("s"):
        return value * unit.times, unit.of, end
    return value, "", end


def _joins(token: Token) -> bool:
    return token.text in _JOINS or token.text in {"of", "in", "on", "with", "for", "from", "by"}


def _per(tokens: Sequence[Token], end: int, wording: Wording) -> tuple[str, int]:
    """Read what a quantity is counted by: /kg, per hour, a day, daily."""
    if end >= len(tokens):
        return "", end
    word = tokens[end].text
    if word in {"daily", "nightly"}:
        return "day", end + 1
    if word in {"/", "per", "a", "each", "every"} and end + 1 < len(tokens):
        unit = tokens[end + 1].text
        if unit in wording.units and (word in {"/", "per"} or wording.units[unit].of in {"time", "nights"}):
            return "day" if unit in {"day", "d", "night"} else unit, end + 2
    return "", end


def _shared_units(
    found: Sequence[Quantity], after: Sequence[int], tokens: Sequence[Token], wording: Wording
) -> tuple[Quantity, ...]:
    """Give the numbers of a list or range the unit that stands after the last of them (20 to 50 hours)."""
    done: list[Quantity] = []
    for place in reversed(range(len(found))):
        each = found[place]
        between = {token.text for token in tokens[after[place] : found[place + 1].at]} if done else {""}
        if done and between and between <= _JOINS:
            opens = {token.text for token in tokens[max(0, each.at - 2) : each.at]} & {"between", "from"}
            ranged = bool(between & _RANGE_JOINS or (opens and "and" in between))
            later = done[-1]
            if ranged:
                done[-1] = replace(later, ranged=True)
            if (
                not each.of
                and later.of not in {"", "ratio"}
                and not ("," in between and _YEARS[0] < each.value < _YEARS[1])
            ):
                each = replace(
                    each, value=each.value * _times(later, tokens, after[place + 1], wording), of=later.of
                )
            each = replace(each, ranged=each.ranged or ranged, per=each.per or later.per)
        done.append(each)
    return tuple(reversed(done))


def _times(later: Quantity, tokens: Sequence[Token], after: int, wording: Wording) -> float:
    for token in tokens[later.at : after]:
        unit = wording.units.get(token.text)
        if unit and unit.of == later.of:
            return unit.times
    return 1.0
