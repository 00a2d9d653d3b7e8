"""Check every record of a corpus folder, its ledger, the lexicon and the facet table.

For what can be decided from the files alone. Not for whether a finding is true: a person reads the work.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import get_args

import yaml

from corpus.errors import CitewellError, RecordError
from corpus.expected import load_expected, without_sentence
from corpus.facets import FacetTable, load_facets
from corpus.files import CORPUS
from corpus.ledger import read_ledger
from corpus.lexicon import EntityKind, read_lexicon
from corpus.problem import Problem
from corpus.rules import findings
from corpus.written import WrittenRecord, read_record


def check_corpus(folder: Path) -> list[Problem]:
    """Check a corpus folder: the shipped one, or one's own.

    Args:
        folder: Holds the records, in `sources/` or directly. Identifiers are looked up in its `ledger.yaml`,
            else in the shipped one. Only with the shipped folder are the lexicon and the facet table checked.

    Returns:
        Every problem found, by file; empty when all is well.

    Raises:
        RecordError: There is no such folder.

    """
    if not folder.is_dir():
        raise RecordError(f"{folder}: there is no such folder.", "Check the path.")
    records, problems = _read(folder)
    ledger, faults = read_ledger(folder)
    problems += faults
    facets = load_facets()
    ids = {record.source.id for record in records}
    known = ids if ledger.own else ids | ledger.entries.keys()
    for record in records:
        for what, remedy in (*findings(record, facets, known), *ledger.findings(record)):
            problems.append(Problem(record.name, what, remedy))
    problems += _duplicates(records)
    problems += _copies_of_copies(records)
    # An entry whose record cannot be read has one all the same, and that has been reported.
    problems += ledger.without_record(ids | {Path(problem.file).stem for problem in problems})
    if folder.resolve() == CORPUS.resolve():
        sentences = {record.source.id: record.sentences for record in records}
        problems += without_sentence(load_expected(), sentences)
        problems += [*check_lexicon(CORPUS / "lexicon.yaml", facets), *check_facets(facets)]
    return sorted(problems, key=lambda problem: problem.file)


def _read(folder: Path) -> tuple[list[WrittenRecord], list[Problem]]:
    """All records that can be read, and what is wrong with the others."""
    root = folder / "sources" if (folder / "sources").is_dir() else folder
    records: list[WrittenRecord] = []
    problems: list[Problem] = []
    for path in sorted(each for each in root.rglob("*.md") if each.name.casefold() != "readme.md"):
        name = path.relative_to(folder).as_posix()
        try:
            records.append(read_record(path, name))
        except CitewellError as error:
            problems.append(Problem(name, error.what.removeprefix(f"{name}: "), error.remedy))
    if not records and not problems:
        problems.append(Problem(str(folder), "holds no record.", "Add Markdown files with front matter."))
    return records, problems


def _duplicates(records: Iterable[WrittenRecord]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for record in records:
        other = first.setdefault(record.source.id, record.name)
        if other != record.name:
            yield Problem(record.name, f"its id '{record.source.id}' is that of {other}.", "Give it another.")


def _copies_of_copies(records: Iterable[WrittenRecord]) -> Iterator[Problem]:
    original = {record.source.id: record.source.same_work_as for record in records}
    for record in records:
        other = record.source.same_work_as
        if other is not None and other != record.source.id and original.get(other) is not None:
            what = f"same_work_as names '{other}', which is itself the same work as '{original[other]}'."
            yield Problem(record.name, what, "Name that one in both.")


def check_lexicon(path: Path, facets: FacetTable) -> list[Problem]:
    """Check a lexicon: its schema, that names are unique, and that what it refers to exists."""
    try:
        lexicon = read_lexicon(path)
    except RecordError as error:
        return [Problem(path.name, error.what.removeprefix(f"{path.name}: "), error.remedy)]
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        what = f"cannot be read ({type(error).__name__}: {' '.join(str(error).split())})."
        return [Problem(path.name, what, "Every entity has an id, a kind and a name; every lay term a term.")]
    kinds = get_args(EntityKind)
    known = {facet.id for facet in facets.facets}
    problems = [
        Problem(path.name, f"{entity.id} has the kind '{entity.kind}'.", f"Use one of {', '.join(kinds)}.")
        for entity in lexicon.entities.values()
        if entity.kind not in kinds
    ]
    for term in lexicon.lay_terms:
        phrase = " ".join(term.phrase)
        if term.facet is not None and term.facet not in known:
            problems.append(
                Problem(path.name, f"'{phrase}' means the facet {term.facet}.", "Add that facet.")
            )
        elif term.facet is None and term.entity is None:
            problems.append(Problem(path.name, f"'{phrase}' means nothing.", "Give it a facet or an entity."))
    return problems


def check_facets(facets: FacetTable) -> list[Problem]:
    """Check that each facet's id, and each heading, stands in one facet only."""
    file = "facets.yaml"
    counts = Counter(facet.id for facet in facets.facets)
    problems = [
        Problem(file, f"the id {each} is used twice.", "Merge them.") for each in counts if counts[each] > 1
    ]
    owner: dict[str, str] = {}
    for facet in facets.facets:
        for heading in dict.fromkeys(facet.headings):
            other = owner.setdefault(heading, facet.id)
            if other != facet.id:
                what = f"the heading '{heading}' stands in {other} and in {facet.id}."
                problems.append(Problem(file, what, "Keep it in one."))
    return problems
