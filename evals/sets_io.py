"""Find question sets by name or by path: our own files, and public sets as they are published.

A new set is one YAML file, in `evals/sets/` or anywhere. Not for the schema: see `evals.questions`; nor for
the formats of public sets: see `evals.public`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol

from evals.public import beir, bioasq, kqa, liveqa, medicationqa, medquad, pubmedqa, scifact
from evals.public.found import Found, Text
from evals.questions import CORE, Question, SetError, check_ids, read_rows

SETS = Path(__file__).with_name("sets")
_HELD = "_held"
_YAML = (".yaml", ".yml")
ALL = "all"


class Adapter(Protocol):
    """A module that reads one public set."""

    NAME: str

    def find(self, path: Path) -> Path | None: ...  # noqa: D102
    def read(self, path: Path) -> Found: ...  # noqa: D102


# In the order in which they are asked; SciFact before BEIR, whose layout it may have.
ADAPTERS: tuple[Adapter, ...] = (kqa, bioasq, pubmedqa, liveqa, medicationqa, scifact, beir, medquad)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A set that can be run.

    Attributes:
        kind: 'own', or the name of the public set that it was read as.
        documents: The texts that it is to be asked over, where it brings its own; else it is asked over the
            index that is served.
    """

    name: str
    path: Path
    kind: str
    questions: tuple[Question, ...]
    documents: Callable[[], Iterator[Text]] | None = None

    @property
    def sha256(self) -> str:
        """Of its questions, whatever the file looks like."""
        rows = [each.model_dump(mode="json", exclude_defaults=True) for each in self.questions]
        return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()

    @property
    def is_held(self) -> bool:
        """Whether it holds questions that must not be tuned on."""
        return any(each.split == "held" for each in self.questions)

    def part(self, every: int = 1, limit: int | None = None) -> QuestionSet:
        """The same set with every so many of its questions, and at most so many of these."""
        return replace(self, questions=self.questions[::every][:limit])


def own_sets() -> dict[str, Path]:
    """Our own sets by name: the core set first, then those in `evals/sets/`."""
    return {CORE.stem: CORE} | {path.stem: path for path in sorted(SETS.glob("*.yaml"))}


def read_set(wanted: str) -> QuestionSet:
    """Read one set.

    Args:
        wanted: The name of one of our own, or the path of a file or folder.

    Raises:
        SetError: There is none, or it cannot be read.
    """
    own = own_sets()
    path = own.get(wanted) or Path(wanted).expanduser()
    if path.suffix in _YAML and path.is_file():
        split: Literal["tune", "held"] = "held" if _HELD in path.stem else "tune"
        return QuestionSet(path.stem, path, "own", read_rows(path, split))
    if not path.exists():
        raise SetError(
            f"There is no set '{wanted}'.",
            f"Name one of {', '.join(own)}, 'all' for these, or the path of a YAML file or of a public set.",
        )
    for adapter in ADAPTERS:
        if (file := adapter.find(path)) is not None:
            return _public(adapter, file)
    known = ", ".join(adapter.NAME for adapter in ADAPTERS)
    raise SetError(f"{path} is no question set that is known.", f"A YAML file, or one of: {known}.")


def read_sets(wanted: Sequence[str]) -> tuple[QuestionSet, ...]:
    """Read several sets, each once; 'all' stands for all of our own.

    Raises:
        SetError: See `read_set`; or two of them have one name.
    """
    names = [name for each in wanted for name in (own_sets() if each == ALL else [each])]
    sets = tuple(read_set(each) for each in dict.fromkeys(names))
    if len({each.name for each in sets}) < len(sets):
        raise SetError("Two of these sets have one name.", "Run them one by one.")
    return sets


def public_sets(folder: Path) -> Iterator[QuestionSet]:
    """Read every public set in a folder and in the folders right under it.

    Raises:
        SetError: One is known by its files, yet cannot be read.
    """
    for path in sorted([folder, *(each for each in folder.iterdir() if each.is_dir())]):
        for adapter in ADAPTERS:
            if (file := adapter.find(path)) is not None:
                yield _public(adapter, file)
                break


def _public(adapter: Adapter, path: Path) -> QuestionSet:
    try:
        found = adapter.read(path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = " ".join(f"{type(error).__name__} {error}".split())[:200]
        raise SetError(
            f"{path} cannot be read as {adapter.NAME}: {problem}.", "Is it whole, and as it was published?"
        ) from error
    check_ids(found.questions, str(path))
    if not found.questions:
        raise SetError(f"{path} holds no questions of {adapter.NAME}.", "Is it the right file?")
    return QuestionSet(found.name, path, adapter.NAME, found.questions, found.documents)
