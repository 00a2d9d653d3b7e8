"""Read which works a bibliography names: by DOI, PMID or PMCID, from the formats in which people keep them.

JATS reference lists, YAML, JSON (also CSL), CSV, BibTeX, RIS, MEDLINE text, or plain text, one work a line.
Not for finding the works: see `ingest.fetch.citations`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from corpus.errors import SourceUnreadableError
from ingest.loader import read_text
from ingest.recognise import head_of
from ingest.unpack import texts
from ingest.xml import parse, records, words_at

_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>{}]+")
_PMCID = re.compile(r"\bPMC\d{3,9}\b", re.IGNORECASE)
# "PMID: 123", "PMID- 123" (MEDLINE), "pmid = {123}" (BibTeX), and the address of a PubMed page.
_PMID = re.compile(
    r"(?:\bpmid\b[\s:=\-{\"']*|pubmed\.ncbi\.nlm\.nih\.gov/|/pubmed/)([1-9]\d{0,8})\b", re.IGNORECASE
)
_NUMBER = re.compile(r"\s*([1-9]\d{0,8})\s*")
_RIS_PMID = re.compile(r"^(?:AN|ID|C2)  - ([1-9]\d{4,8})\s*$", re.MULTILINE)
_RIS_DB = re.compile(r"^(?:DB|DP|L2|UR)  - .*(?:pubmed|nlm\.nih)", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Named:
    """The identifiers by which a work is named; empty where it has none."""

    doi: str = ""
    pmid: str = ""
    pmcid: str = ""


def named_works(path: Path) -> list[Named]:
    """The works that a file names, each once, in its order.

    Raises:
        SourceUnreadableError: It cannot be read, or names no work.
    """
    name = path.name
    head = head_of(path, name)
    if head.is_binary:
        raise SourceUnreadableError(
            f"{name}: is a binary file.", "Save the bibliography as text, BibTeX, RIS, YAML or CSV."
        )
    if head.root in {"article", "pmc-articleset", "OAI-PMH"}:
        found: Iterable[Named] = _in_jats(path)
    else:
        found = _in_text(read_text(path, name), path.suffix.casefold(), name)
    works = list(dict.fromkeys(each for each in found if each != Named()))
    if not works:
        raise SourceUnreadableError(
            f"{name}: names no work by DOI, PMID or PMCID.", "Add them, one work a line."
        )
    return works


def _in_jats(path: Path) -> Iterator[Named]:
    for record in records(texts(path, path.name), ("ref",)):
        ref = parse(record)
        ids = {each.get("pub-id-type", ""): words_at(each) for each in ref.iter("pub-id")}
        links = " ".join(value for each in ref.iter("ext-link") for value in each.attrib.values())
        yield named(ids.get("doi") or links, ids.get("pmid", ""), ids.get("pmcid") or ids.get("pmc", ""))


def _in_text(text: str, suffix: str, name: str) -> Iterable[Named]:
    if suffix in {".yaml", ".yml", ".json"}:
        try:
            return _in_tree(yaml.safe_load(text))  # JSON is YAML
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            problem = " ".join(str(error).split())[:120]
            raise SourceUnreadableError(f"{name}: is broken ({problem}).", "Mend that line.") from error
    if suffix in {".csv", ".tsv"}:
        rows = csv.DictReader(io.StringIO(text), delimiter="\t" if suffix == ".tsv" else ",")
        return _in_tree(list(rows))
    return [_in_entry(entry) for entry in _entries(text)]


def _in_tree(tree: Any) -> Iterator[Named]:  # noqa: ANN401 - what a YAML file holds may be anything
    if isinstance(tree, Mapping):
        fields = {str(key).casefold(): str(value) for key, value in tree.items() if _is_plain(value)}
        yield named(fields.get("doi", ""), fields.get("pmid", ""), fields.get("pmcid", ""))
        yield from (each for value in tree.values() if not _is_plain(value) for each in _in_tree(value))
    elif isinstance(tree, list):
        yield from (each for value in tree for each in _in_tree(value))
    elif _is_plain(tree):
        yield _in_entry(str(tree))


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int)


def _entries(text: str) -> list[str]:
    """A text cut into what names one work each."""
    if re.search(r"^\s*@\w+\s*\{", text, re.MULTILINE):
        return re.split(r"^\s*@", text, flags=re.MULTILINE)
    if re.search(r"^TY  - ", text, re.MULTILINE):
        return re.split(r"^ER  -.*$", text, flags=re.MULTILINE)
    if re.search(r"^PMID- ", text, re.MULTILINE):
        return re.split(r"\n\s*\n", text)
    return text.splitlines()


def _in_entry(entry: str) -> Named:
    if number := _NUMBER.fullmatch(entry):
        return named("", number[1], "")
    doi, pmid, pmcid = _DOI.search(entry), _PMID.search(entry), _PMCID.search(entry)
    if pmid is None and _RIS_DB.search(entry):
        pmid = _RIS_PMID.search(entry)
    return named(doi[0] if doi else "", pmid[1] if pmid else "", pmcid[0] if pmcid else "")


def named(doi: str, pmid: str, pmcid: str) -> Named:
    """Identifiers as they may stand in a field, in one form: a DOI without its resolver, in lower case."""
    found = _DOI.search(doi)
    number = re.search(r"[1-9]\d{0,8}", pmid)
    pmc = re.search(r"(?:PMC)?(\d{3,9})", pmcid, re.IGNORECASE)
    return Named(
        doi=_without_end(found[0]).casefold() if found else "",
        pmid=number[0] if number else "",
        pmcid=f"PMC{pmc[1]}" if pmc else "",
    )


def _without_end(doi: str) -> str:
    """A DOI without the punctuation of the sentence around it; its own brackets stay."""
    doi = doi.rstrip(".,;:'")
    while doi.endswith(")") and doi.count(")") > doi.count("("):
        doi = doi[:-1].rstrip(".,;")
    return doi
