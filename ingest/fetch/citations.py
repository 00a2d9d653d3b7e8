"""The works that a source cites: which they are, their PMIDs, and whether their full text is open.

A summary's keys, a JATS article's reference list, a bibliography file; else what Europe PMC knows that the
work cites. Not for fetching the records: see `ingest.fetch.fetch`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from corpus.errors import FetchError, IndexMissingError, SourceUnreadableError, UnreachableError
from corpus.files import SOURCES
from corpus.record import Kind, Source, SourceId
from corpus.written import read_record
from ingest.fetch import europepmc
from ingest.fetch.bibliography import Named, named, named_works
from ingest.fetch.europepmc import Work
from ingest.fetch.http import Http
from ingest.fetch.pubmed import Eutils
from ingest.generation import current_folder
from ingest.index import Index


def cited_here(source: str, index_dir: Path) -> tuple[Source | None, list[Named]]:
    """The record of a source, if it has one, and the works that it is known here to cite.

    Args:
        source: A file; the id of a source in the index, else of the shipped corpus; or a DOI, PMID or PMCID.
        index_dir: Where the index stands.

    Raises:
        SourceUnreadableError: There is no such source, or the file names no work.
    """
    if Path(source).is_file():
        return None, named_works(Path(source))
    if (given := _by_identifier(source)) is not None:
        return given, []
    found = _in_index(source, index_dir) or _in_corpus(source)
    if found is None:
        raise SourceUnreadableError(
            f"'{source}': there is no such file, source of the index or identifier.",
            "Name a file, an id that 'citewell sources' lists, a DOI or a PMID.",
        )
    return found


def _in_index(id_: str, index_dir: Path) -> tuple[Source, list[Named]] | None:
    try:
        index = Index(current_folder(index_dir))
    except IndexMissingError:
        return None
    try:
        source = index.source(SourceId(id_))
        keys = dict.fromkeys(key for keys in source.references.values() for key in keys)
        return source, _names_of(source, {key: record for key in keys if (record := _record(index, key))})
    except KeyError:
        return None
    finally:
        index.close()


def _record(index: Index, key: str) -> Source | None:
    try:
        return index.source(SourceId(key))
    except KeyError:
        return None


def _in_corpus(id_: str) -> tuple[Source, list[Named]] | None:
    paths = {path.stem: path for path in SOURCES.rglob("*.md")}  # a record's file is named by its id
    if id_ not in paths:
        return None
    record = read_record(paths[id_], id_)
    keys = dict.fromkeys(key for keys in record.keys.values() for key in keys)
    cited = {key: read_record(paths[key], key).source for key in keys if key in paths}
    return record.source, _names_of(record.source, cited)


def _names_of(source: Source, cited: Mapping[str, Source]) -> list[Named]:
    names = [named(each.doi or "", each.pmid or "", each.pmcid or "") for each in cited.values()]
    return [each for each in dict.fromkeys(names) if each not in {Named(), _name_of(source)}]


def _name_of(source: Source) -> Named:
    return named(source.doi or "", source.pmid or "", source.pmcid or "")


def _by_identifier(text: str) -> Source | None:
    """A record of nothing but the identifier that a text is; None where it is none."""
    if found := re.fullmatch(r"(?:pmid[\s:-]*)?([1-9]\d{0,8})", text, re.IGNORECASE):
        return Source(id="given", kind=Kind.DOCUMENT, title=f"PMID {found[1]}", pmid=found[1])
    if found := re.fullmatch(r"pmc-?(\d{3,9})", text, re.IGNORECASE):
        return Source(id="given", kind=Kind.DOCUMENT, title=f"PMC{found[1]}", pmcid=f"PMC{found[1]}")
    if re.fullmatch(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?10\.\d{4,9}/\S+", text, re.IGNORECASE):
        doi = named(text, "", "").doi
        return Source(id="given", kind=Kind.DOCUMENT, title=f"doi {doi}", doi=doi)
    return None


def cited_elsewhere(source: Source, http: Http) -> list[Named]:
    """What Europe PMC knows that a work cites.

    Raises:
        SourceUnreadableError: The source names no work that Europe PMC could know.
        FetchError: Europe PMC cannot be asked.
    """
    pmid, pmcid = source.pmid, source.pmcid
    if not (pmid or pmcid) and source.doi:
        known = europepmc.look_up(http, dois=[source.doi])
        pmid, pmcid = next(((work.pmid, work.pmcid) for work in known), (None, None))
    if pmid:
        cited = europepmc.references(http, "MED", pmid)
    elif pmcid:
        cited = europepmc.references(http, "PMC", pmcid)
    else:
        raise SourceUnreadableError(
            f"'{source.title[:80]}' has neither references nor an identifier that Europe PMC knows.",
            "Name a file with its reference list instead.",
        )
    return list(dict.fromkeys(named(each.doi, each.pmid, each.pmcid) for each in cited))


def resolve(
    names: Sequence[Named], http: Http, pubmed: Eutils, complete: bool
) -> tuple[list[Work], list[Named]]:
    """The PMIDs of works, and those that neither Europe PMC nor PubMed knows.

    Args:
        names: The works.
        http: Asks Europe PMC, many works at once.
        pubmed: Asked for what Europe PMC does not know.
        complete: Look up also what has a PMID, for its PMCID and whether its full text is open.

    Raises:
        FetchError: PubMed cannot be asked.
    """
    asked = [each for each in names if complete or not each.pmid]
    known = _looked_up(asked, http) if asked else []
    by_id = {key: work for work in known for key in (work.doi, work.pmid, work.pmcid) if key}
    works: list[Work] = []
    unknown: list[Named] = []
    for each in names:
        work = next((by_id[key] for key in (each.pmid, each.doi, each.pmcid) if key in by_id), None)
        if each.pmid and (work is None or not work.pmid):
            work = Work(pmid=each.pmid, pmcid=each.pmcid, doi=each.doi)
        elif (work is None or not work.pmid) and each.doi and (pmid := pubmed.find_doi(each.doi)):
            work = Work(pmid=pmid, pmcid=each.pmcid, doi=each.doi)
        if work is None or not (work.pmid or work.is_open):
            unknown.append(each)
        else:
            works.append(work)
    return list(dict.fromkeys(works)), unknown


def _looked_up(names: Iterable[Named], http: Http) -> list[Work]:
    """What Europe PMC knows; without it, PubMed is asked for each work instead."""
    names = list(names)
    pmids = [each.pmid for each in names if each.pmid]
    dois = [each.doi for each in names if each.doi and not each.pmid]
    pmcids = [each.pmcid for each in names if each.pmcid and not (each.pmid or each.doi)]
    try:
        return europepmc.look_up(http, dois, pmids, pmcids)
    except UnreachableError:
        raise  # most likely the whole net cannot be reached
    except FetchError:
        return []
