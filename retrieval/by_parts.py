"""Answer a question that asks for two things: what is found for each of them, and which found nothing.

A sentence that answers one half does not answer the whole, so that the other half is easily lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from corpus.lexicon import Lexicon
from retrieval.composing.compose import Chosen, Draft, compose, says_the_same
from retrieval.evidence.desk import Desk
from retrieval.evidence.gather import gather
from retrieval.evidence.weed import read_closely
from retrieval.prepare import parts, understood
from retrieval.question.compound import asked_apart, is_alternative
from retrieval.question.understand import Understanding
from retrieval.question.wording import as_read

_OF_EACH = 2  # statements that a part may add
_HARDLY = -1.0  # log odds: one in four


def with_each_part(asked: Understanding, earlier: Sequence[str], draft: Draft, desk: Desk) -> Draft:
    """A draft with what answers each part of the question, and the parts that nothing answers.

    Args:
        asked: The whole question.
        earlier: What was asked before it.
        draft: What answers the whole.
        desk: The index and the names.
    """
    asking = asked_apart(asked.text)
    chosen, silent = list(draft.chosen), []
    for at, part in enumerate(asking):
        # Each part is asked in the light of those before it, as the turns of a conversation are.
        meant = understood(part, (*earlier, *asking[:at]), desk)
        slots = parts(meant, desk)
        found = compose(meant, slots, gather(meant, slots, desk), desk).chosen
        outlined = {slot.heading for slot in slots if slot.outlined}
        said = [each.evidence for each in chosen]
        # Who asks for two things wants neither told at large, where there is something to say.
        telling = [each for each in found if not (said and each.heading in outlined)][:_OF_EACH]
        chosen += [each for each in telling if not any(says_the_same(each.evidence, other) for other in said)]
        is_told = bool(found) or is_alternative(part, asked.text)
        if not is_told and not _is_answered(meant, chosen, desk.lexicon):
            silent.append(part.strip(" ?.!"))
    unanswered = tuple(silent) if chosen and len(silent) < len(asking) else ()
    return replace(draft, chosen=tuple(chosen), unanswered=unanswered)


def _is_answered(meant: Understanding, chosen: Sequence[Chosen], lexicon: Lexicon) -> bool:
    """Whether one of the statements is read to answer a part: no note says that nothing does if one may."""
    texts = [each.evidence for each in chosen]
    return any((odds or 0.0) > _HARDLY for odds in read_closely(texts, as_read(meant, lexicon), lexicon))
