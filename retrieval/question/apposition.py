"""Find the classes that only say what a medicine is which is named beside them ("the antidepressant Luvox").

And those that stand for one named before ("I take erythromycin: does the antibiotic make it stronger?"). What
is asked is asked of the medicine, and not of two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from corpus.lexicon import EntityId, Lexicon, Mention

# Between a class and its member.
_NAMING = re.compile(r"\s*[,(]?\s*(?:(?:called|named|like|such as|e\.?g\.?),?)?\s*", re.IGNORECASE)
# Before a class that stands for what was named.
_THE_SAME = re.compile(r"\b(?:the|this|that|my|his|her|their|your)\s+$", re.IGNORECASE)


def standing_for_a_member(mentions: Sequence[Mention], text: str, lexicon: Lexicon) -> Iterator[EntityId]:
    """Give the classes that stand for one of their members, wherever they are mentioned.

    Args:
        mentions: What a text names, in order.
        text: The text.
        lexicon: Which class each belongs to.
    """
    of_classes = {each.entity for each in mentions if lexicon.entities[each.entity].kind == "class"}
    for name in sorted(of_classes):
        if any(other not in lexicon.near(name) for other in of_classes):
            continue  # "safer than SSRIs like fluoxetine", asked of tricyclics: classes are compared
        places = [at for at, each in enumerate(mentions) if each.entity == name]
        if all(_names_next(at, mentions, text, lexicon) or _is_named_before(at, mentions, text, lexicon)
               for at in places):  # fmt: skip
            yield name


def _names_next(at: int, mentions: Sequence[Mention], text: str, lexicon: Lexicon) -> bool:
    """Whether what follows a class at once is the name of a member."""
    if at + 1 == len(mentions):
        return False
    each, following = mentions[at : at + 2]
    between = text[each.end : following.start]
    return each.entity in lexicon.ancestors(following.entity) and bool(_NAMING.fullmatch(between))


def _is_named_before(at: int, mentions: Sequence[Mention], text: str, lexicon: Lexicon) -> bool:
    """Whether one of a class is spoken of again by the name of the class."""
    each = mentions[at]
    if not _THE_SAME.search(text[: each.start]) or text[: each.end].lower().endswith("s"):
        return False
    return any(each.entity in lexicon.ancestors(other.entity) for other in mentions[:at])
