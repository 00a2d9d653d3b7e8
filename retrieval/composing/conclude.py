"""Conclude how a question ended, what opens the answer, and which notes stand below it.

Not for statements: these are chosen in `composing.compose`. The fixed sentences stand in `messages.yaml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corpus.facets import load_facets
from corpus.lexicon import EntityId, Lexicon
from retrieval.answer import Outcome
from retrieval.composing.comparing import compares_somewhere, is_uncompared
from retrieval.composing.compose import Chosen, Draft
from retrieval.evidence.desk import Desk, Evidence
from retrieval.evidence.grave import OF_HARM
from retrieval.evidence.licence import asks_for_licence, is_licensed_for_one
from retrieval.present import load_messages
from retrieval.question.language import load_replies
from retrieval.question.premise import Premise, families_apart
from retrieval.question.slot import CAUTIONS, CORRECTION, IN_SHORT, MOST_COMPARED
from retrieval.question.understand import Understanding
from retrieval.safety.help import decline_for
from retrieval.safety.triage import Level, Triage
from retrieval.verdict.stance_words import load_stance_words
from retrieval.words import frequency, is_known

_NOT_OFFERED = frozenset({"study", "limits"})  # facets that nobody asks for by name
_OFFERED = 6
_ANSWERED, _PLAINLY = 0.5, 0.9  # from where a statement answers the question: by reading alone, all in all


@dataclass(frozen=True, slots=True)
class Conclusion:
    """How it ended, the fixed sentences that open the answer, and the notes below it."""

    outcome: Outcome
    opening: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def conclude(
    asked: Understanding, triaged: Triage, draft: Draft, chosen: Sequence[Chosen], desk: Desk
) -> Conclusion:
    """Say how a question ended.

    Args:
        asked: The question.
        triaged: What the triage found.
        draft: What was looked for, and what of it stayed empty.
        chosen: The statements that held.
        desk: The index and the names.
    """
    lexicon, said = desk.lexicon, load_messages()["notes"]
    notes = [
        said["read_as"].format(written=each.written, name=_name(each.entity, lexicon))
        for each in asked.corrections
    ]
    notes += [
        said["premise"].format(name=_name(each.drug, lexicon), claimed=_name(each.claimed, lexicon))
        for each in asked.premises
        if each.holds is False and not each.is_asked
    ]
    notes += [
        said["no_member"].format(name=_name(each.drug, lexicon), claimed=_name(each.claimed, lexicon))
        for each in asked.premises
        if each.holds is False and each.is_asked and not _class_is_told(each, chosen, lexicon)
    ]
    if asked.inherited:
        notes.append(said["inherited"].format(names=_names(asked.subjects or asked.context, lexicon)))
    if triaged.level is Level.DECLINE and triaged.category:
        lines = decline_for(triaged.category, bool(chosen), bool(asked.subjects))
        return Conclusion(Outcome.DECLINED, lines, tuple(notes))
    if asked.courtesy:
        hint = (_covers(asked, desk),) if asked.courtesy == "greeting" else ()
        return Conclusion(Outcome.ABSTAINED, (load_messages()["courtesies"][asked.courtesy],), hint)
    if not chosen:
        return Conclusion(Outcome.ABSTAINED, (_abstention(asked, desk),), (*notes, _covers(asked, desk)))
    notes += _one_sided(asked, chosen, lexicon)
    missing = _missing(asked, draft, chosen, lexicon)
    if missing:
        notes.append(said["partial"].format(headings=", ".join(missing)))
    notes += [said["unanswered"].format(part=part) for part in draft.unanswered]
    is_whole = not missing and not draft.unanswered
    return Conclusion(Outcome.ANSWERED if is_whole else Outcome.PARTIAL, (), tuple(notes))


def _class_is_told(premise: Premise, chosen: Sequence[Chosen], lexicon: Lexicon) -> bool:
    """Whether a statement on a drug says that it is none of a class, or names a class that tells it apart."""
    telling = {premise.claimed, *families_apart(premise.drug, premise.claimed, lexicon)}
    return any(premise.drug in each.evidence.entities and telling & each.evidence.entities for each in chosen)


def _missing(asked: Understanding, draft: Draft, chosen: Sequence[Chosen], lexicon: Lexicon) -> list[str]:
    """What was asked for and not found: headings of parts, names of drugs."""
    # Where its own words are spoken of, or a sentence is read to answer it, a facet that they were taken for
    # is no gap.
    short = [each.evidence for each in chosen if each.heading == IN_SHORT]
    answered = bool(short and asked.terms) or any(map(_is_read_to_answer, short))
    empty = (
        [] if answered else [slot.heading for slot in draft.empty if slot.asked and slot.heading != IN_SHORT]
    )
    about = [each for each in asked.subjects if asked.kind != "yes_no" or set(asked.facets) != {"definition"}]
    # What is asked of a medicine that was taken for another has no answer: the correction says why.
    is_corrected = all(each.heading == CORRECTION for each in chosen)
    silent = [] if is_corrected else [each for each in about if not _spoken_of(each, chosen, lexicon)]
    silent += _unlicensed(asked, chosen, lexicon)
    return list(dict.fromkeys(empty)) + [_name(each, lexicon) for each in silent]


def _is_read_to_answer(each: Evidence) -> bool:
    read = each.reading is not None and each.reading.answers >= _ANSWERED
    return read or (each.answering or 0.0) >= _PLAINLY


def _unlicensed(asked: Understanding, chosen: Sequence[Chosen], lexicon: Lexicon) -> list[EntityId]:
    """The conditions that a medicine was asked to be licensed for, and that nothing said names."""
    if not asks_for_licence(asked) or any(is_licensed_for_one(each.evidence, asked) for each in chosen):
        return []
    conditions = [each for each in asked.context if lexicon.entities[each].kind == "condition"]
    return [each for each in conditions if not _spoken_of(each, chosen, lexicon)]


def not_compared(
    asked: Understanding,
    chosen: Sequence[Chosen],
    stated: Sequence[Chosen],
    everything: Sequence[Evidence],
    lexicon: Lexicon,
) -> tuple[str, ...]:
    """The note that nothing compares what was to be compared; none where something does or a lead says it."""
    lead = load_stance_words().leads["not_compared"]
    if not chosen or any(each.lead == lead for each in stated) or not is_uncompared(asked, chosen, lexicon):
        return ()
    if compares_somewhere(asked, everything, lexicon):
        return ()
    return (load_messages()["notes"]["no_comparison"].format(names=_names(asked.subjects, lexicon)),)


def _one_sided(asked: Understanding, chosen: Sequence[Chosen], lexicon: Lexicon) -> list[str]:
    """Of two that are compared, the one that no caution speaks of: a reader must not take it for harmless."""
    cautions = [each for each in chosen if each.heading == CAUTIONS or each.evidence.passage.facet in OF_HARM]
    if not any(each.heading == CAUTIONS for each in cautions) or asked.kind not in {"compare", "contrast"}:
        return []
    silent = [each for each in asked.subjects[:MOST_COMPARED] if not _spoken_of(each, cautions, lexicon)]
    return [load_messages()["notes"]["one_sided"].format(names=_names(silent, lexicon))] if silent else []


def _spoken_of(entity: EntityId, chosen: Sequence[Chosen], lexicon: Lexicon) -> bool:
    near = lexicon.near(entity)
    return any(near & each.evidence.entities for each in chosen)


def _abstention(asked: Understanding, desk: Desk) -> str:
    messages = load_messages()["abstained"]
    if asked.language:
        return f"{load_replies()[asked.language]} {messages['english_only']}"
    if not asked.text:
        return str(messages["nothing_asked"])
    if asked.facets and not (asked.subjects or asked.context or asked.terms):
        return str(messages["which_medicine"])
    silent = [
        each
        for each in asked.subjects
        if not any(is_known(word, desk.index) for word in _name(each, desk.lexicon).split())
    ]
    if silent and len(silent) == len(asked.subjects):
        return str(messages["drug_unknown"]).format(names=_names(silent, desk.lexicon))
    return str(messages["not_covered"])


def _covers(asked: Understanding, desk: Desk) -> str:
    """A hint at what can be asked instead, from what the index holds."""
    index, lexicon, messages = desk.index, desk.lexicon, load_messages()
    for each in (*asked.subjects, *asked.context):
        name = _name(each, lexicon)
        facets = [facet for facet in index.facets_naming(name) if facet not in _NOT_OFFERED]
        if facets:
            headings = [load_facets()[facet].heading.lower() for facet in facets[:_OFFERED]]
            return str(messages["covers_of"]).format(name=name, headings="; ".join(headings))
    drugs = {
        each.name: count
        for each in lexicon.entities.values()
        if each.kind == "drug" and (count := frequency(each.name, index))
    }
    spoken = sorted(drugs, key=lambda name: (-drugs[name], name)) or [each.title for each in index.sources()]
    return str(messages["covers"]).format(examples=", ".join(spoken[:_OFFERED]))


def _name(entity: EntityId, lexicon: Lexicon) -> str:
    return lexicon.entities[entity].name


def _names(entities: Sequence[EntityId], lexicon: Lexicon) -> str:
    names = [_name(each, lexicon) for each in entities]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1] if names else "")))
