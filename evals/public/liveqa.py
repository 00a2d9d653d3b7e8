"""LiveQA-Med (Ben Abacha et al. 2017, TREC): consumers' messages with reference answers, as XML.

Asked over the index that is served, in the consumer's own words: subject and message.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element

from evals.public.found import ANSWERABLE, Found, open_text, the_file
from evals.questions import Question
from ingest.xml import parse, records, words_at

NAME = "LiveQA-Med"


def find(path: Path) -> Path | None:
    """The test questions: with summaries or without."""
    file = the_file(path, "*LiveQA*Test*.xml", "*med-qs*.xml")
    return file if file is not None and "<NLM-QUESTION" in file.read_text(encoding="utf-8")[:5000] else None


def read(path: Path) -> Found:
    """Read the questions; one file has ReferenceAnswer where another has RefAnswer."""
    with open_text(path) as text:
        return Found("liveqa", tuple(_question(parse(each)) for each in records(text, ["NLM-QUESTION"])))


def _question(root: Element) -> Question:
    asked = [words_at(root, f"Original-Question/{part}") for part in ("SUBJECT", "MESSAGE")]
    whole = (
        ": ".join(filter(None, asked)) or words_at(root, "NIST-PARAPHRASE") or words_at(root, "NLM-Summary")
    )
    answers = [each for each in root.iter() if each.tag in ("RefAnswer", "ReferenceAnswer")]
    urls = [words_at(each, "AnswerURL") for each in answers]
    return Question(
        id=root.get("qid", ""),
        question=whole,
        outcome=ANSWERABLE,
        sources={url: 1 for url in urls if url},
        reference="\n\n".join(filter(None, (words_at(each, "ANSWER") for each in answers))) or None,
        tags=tuple(dict.fromkeys(words_at(each).casefold() for each in root.iter("TYPE"))),
    )
