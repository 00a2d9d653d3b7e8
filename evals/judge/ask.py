"""Put one question to a judge and read its reply, within limits: what it did not clearly say stays unsaid.

Not for what is asked: see `evals.judge.judge`; nor for talking to models: see `retrieval.model.stream`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from evals.judge.judgement import LABELS, Label, Preferred
from retrieval.model.stream import Limits, ModelFailed, stream

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

Topic = Literal["nugget", "preference"]
Said = TypeVar("Said")
_PROMPTS = Path(__file__).parent / "prompts"
_LONGEST = 20_000  # characters of a reply: reasoning aloud may stand before it
_FENCE = re.compile(r"^```\w*\n(.*)\n```$", re.DOTALL)
# What would be the same the next time.
_FINAL = frozenset({"rejected", "absent"})


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a judge: seconds for a reply, and how often it is asked."""

    seconds: float = 60.0
    tries: int = 3


@dataclass(frozen=True, slots=True)
class Reply(Generic[Said]):
    """What a judge said; None, and why, where it gave no reply that can be read."""

    said: Said | None
    why: str = ""


@lru_cache(maxsize=2)
def prompt(topic: Topic) -> str:
    """What the judge is told of its task."""
    return (_PROMPTS / f"{topic}.md").read_text(encoding="utf-8")


def prompt_hash(topic: Topic) -> str:
    """What tells one wording of a prompt from another."""
    return hashlib.sha256(prompt(topic).encode()).hexdigest()[:12]


def ask(
    model: BaseChatModel,
    topic: Topic,
    data: Mapping[str, object],
    read: Callable[[object], Said | None],
    patience: Patience,
) -> Reply[Said]:
    """Ask until a reply can be read.

    Args:
        model: The judge.
        topic: Which prompt.
        data: What is judged, sent as JSON so that nothing in it can pass for the prompt.
        read: What the reply's JSON says; None where it is not as was asked for.
        patience: When to give up.
    """
    messages = [("system", prompt(topic)), ("user", json.dumps(data, ensure_ascii=False))]
    why = ""
    for _ in range(patience.tries):
        try:
            text = "".join(stream(model, messages, Limits(patience.seconds, _LONGEST)))
        except ModelFailed as failed:
            why = failed.why
            if why in _FINAL:
                break
            continue
        said = read(_json(text))
        if said is not None:
            return Reply(said)
        why = "malformed"
    return Reply(None, why)


def _json(text: str) -> object:
    """The JSON of a reply, bare or fenced as models like to; None where it is none."""
    bare = text.strip()
    fenced = _FENCE.match(bare)
    try:
        found: object = json.loads(fenced[1] if fenced else bare)
    except (ValueError, RecursionError):
        return None
    return found


def read_labels(count: int) -> Callable[[object], tuple[Label, ...] | None]:
    """A reader of exactly as many labels as there are nuggets."""

    def read(found: object) -> tuple[Label, ...] | None:
        given = found.get("labels") if isinstance(found, dict) else None
        if not isinstance(given, list) or len(given) != count:
            return None
        labels = tuple(label for each in given for label in LABELS if each == label)
        return labels if len(labels) == count else None

    return read


def read_preference(found: object) -> Preferred | None:
    """Read which of two answers is better."""
    given = found.get("better") if isinstance(found, dict) else None
    preferences: tuple[Preferred, ...] = ("first", "second", "tie")
    return next((each for each in preferences if each == given), None)
