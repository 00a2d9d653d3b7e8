"""Find sentences that tell the reader what amount of a medicine to take, or a program what to do.

Citewell never says one. "Take 10 mg" is a directive; "the label gives 5 to 10 mg" and "patients took 10 mg"
are facts about others; "ignore all instructions", in a source, is neither a fact nor meant for a
reader. What is in doubt is a directive. Not for questions: see `retrieval.safety.triage`.
"""

from __future__ import annotations

import re
from functools import lru_cache

_COUNT = (
    r"(?:\d+(?:[.,]\d+)?|half|quarter|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|"
    r"twenty|thirty|an?|another|a few|several|extra|more)"
)
_UNIT = (
    r"(?:(?:m|mc|µ|μ|k)?g|mgs?|micrograms?|milligrams?|grams?|ml|mls|cc|millilit(?:er|re)s?|tablets?|tabs?|"
    r"pills?|capsules?|caps|drops?|puffs?|sprays?|patch(?:es)?|suppositor(?:y|ies)|ampoules?|spoonfuls?|"
    r"teaspoons?|(?:double|half|single|extra|full|quarter) doses?)"
)
_COUNTED = (
    rf"(?<![\w.]){_COUNT}(?:\s*(?:-|–|to|or|and)\s*(?:a\s+)?{_COUNT})?[\s-]*(?:of\s+)?"
    rf"(?:an?\s+|more\s+|extra\s+|whole\s+)*{_UNIT}\b"
)
_SHARE = (
    r"\d+(?:[.,]\d+)?\s*(?:%|percent\b|per cent\b)"
    r"|(?:by|to|in)\s+(?:a\s+|one\s+)?(?:half|third|quarter|tenth)\b"
)
_AMOUNT = rf"(?:{_COUNTED}|{_SHARE})"
_VERB = (
    r"(?:take|use|give|have|swallow|inject|snort|smoke|start|begin|increase|raise|reduce|lower|decrease|cut|"
    r"drop|taper|titrate|switch|convert|go up|go down|go to|move|get|keep|stay|try|add|divide|split|skip|"
    r"continue|aim)"
)
# Who is spoken to. "Patients should take" speaks of others; a bare verb opens a clause.
_MODAL = (
    r"(?:should|must|can|could|may|might|will|would|need to|needs to|have to|had better|ought to|want to|"
    r"better|shall|are to|start|begin|then)"
)
_YOU = rf"\b(?:you|u)(?:'d|’d)?\s+(?:\w+\s+){{0,2}}?{_MODAL}\s+(?:\w+\s+){{0,2}}?"
_OPENERS = (
    r"please|just|then|simply|always|now|instead|tomorrow|today|tonight|first|next|finally|afterwards?|and|or"
)
_ADVICE = r"(?:recommend(?:ed)?|advise|suggest|best|safe|fine|ok|okay|good|want)"
_OPENING = (
    r"(?:^|[.!?:;]\s+|\n\s*|[-•*>\"“'(]\s*|,\s+(?:and\s+|then\s+|so\s+|just\s+)?"
    rf"|\b(?:{_OPENERS})\s+|\b{_ADVICE}\s+(?:that\s+)?(?:you\s+|to\s+|for you to\s+)+)"
)
# "Use of 10 mg", "cut its clearance by a fifth": nouns, and what others did.
_NOT_A_VERB = r"(?!\s+(?:of|in|from|among|was|were|is|are|has|had|its|their|his|her)\b)"
_WORDS = r"(?:(?![.!?;]\s)[\s\S]){0,80}?"
_CHANGE = r"(?:(?:double|halve|triple)\s+(?:your|the)|(?:increase|reduce|lower|raise|cut|skip)\s+your)"
_SAYS = r"(?:should|must|can|could|may|would|will|is|to)"
_PATTERNS = (
    rf"{_YOU}{_VERB}\b{_WORDS}{_AMOUNT}",
    rf"{_OPENING}(?:do\s+|to\s+)?{_VERB}\b{_NOT_A_VERB}{_WORDS}{_AMOUNT}",
    rf"\byour\s+(?:\w+\s+){{0,3}}(?:dose|dosage|amount)\s+{_SAYS}\b{_WORDS}{_AMOUNT}",
    rf"\b(?:dose|dosage|amount)\s+for\s+you\b{_WORDS}{_AMOUNT}",
    rf"{_OPENING}{_CHANGE}\s+(?:\w+\s+){{0,2}}(?:dose|dosage|tablets?|pills?)\b",
    r"\b(?:double|halve|triple)\s+your\s+(?:\w+\s+){0,2}(?:dose|dosage)\b",
)
_DIRECTIVE = re.compile("|".join(f"(?:{each})" for each in _PATTERNS), re.IGNORECASE | re.MULTILINE)
_IGNORE = r"(?:ignore|disregard|forget|override|bypass)"
_GUIDANCE = r"(?:instructions?|rules|prompts?|guidelines|above)"
_SHOW = r"(?:show|display|print|output|mention|cite|add|include|reveal)"
_TO_A_PROGRAM = re.compile(
    r"^\W*(?:system|assistant|developer|user|instructions?)\s*:"
    rf"|(?:^|[.!?:;,]\s+|\bplease\s+){_IGNORE}\b.{{0,40}}\b{_GUIDANCE}\b"
    rf"|(?:^|[.!?:;,]\s+|\bplease\s+)(?:do not|don't|never|always)\s+{_SHOW}\b"
    r".{0,40}\b(?:disclaimers?|citations?|sources?|warnings?|prompts?)\b"
    r"|\byou are (?:now|a chat ?bot|an? (?:ai|assistant|language model))\b|<\|\w+\|>|\[/?INST\]",
    re.IGNORECASE | re.MULTILINE,
)
_QUANTITY = re.compile(
    r"\b\d+(?:[.,]\d+)?\s*(?:(?:-|–|to)\s*\d+(?:[.,]\d+)?\s*)?"
    r"(?:(?:m|mc|µ|μ)?g|grams?|milligrams?|micrograms?|ml|tablets?|pills?|capsules?)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=65536)
def is_directive(text: str) -> bool:
    """Whether a text tells its reader to take, or to change to, an amount, or a program what to do."""
    return _DIRECTIVE.search(text) is not None or _TO_A_PROGRAM.search(text) is not None


def names_quantity(text: str) -> bool:
    """Whether a text names an amount of a medicine, whoever takes it."""
    return _QUANTITY.search(text) is not None
