"""Fetch from one place what a query finds: the flow of each command, from the settings to the files.

Read it with `ingest.fetch.run`, which goes record by record, and the module of the place, which asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from corpus.errors import SourceUnreadableError
from ingest.fetch import citations, dailymed, europepmc, medlineplus, openfda
from ingest.fetch.bibliography import Named
from ingest.fetch.http import Http
from ingest.fetch.manifest import Manifest
from ingest.fetch.places import load_places
from ingest.fetch.pubmed import BATCH, Eutils
from ingest.fetch.run import Job, OnProgress, Page, Tally, fetch_listed, fetch_paged
from ingest.fetch.store import Store
from ingest.settings import Settings

ABSTRACTS, FULL_TEXTS = "europepmc/abstracts", "europepmc/full-texts"
FOLDERS = ("pubmed", ABSTRACTS, FULL_TEXTS, "dailymed", "openfda", "medlineplus")  # below what was fetched


@dataclass(frozen=True)
class Wish:
    """How much is wanted.

    Attributes:
        most: Records at most.
        refresh: Fetch also what is there already.
    """

    most: int = 200
    refresh: bool = False
    on_progress: OnProgress = lambda *_: None


@dataclass
class Fetched:
    """What a fetch has done.

    Attributes:
        folders: Where what it asked for stands, whether fetched now or before.
        notes: What is to be said besides.
    """

    tallies: list[Tally] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def connect(settings: Settings, place_id: str) -> Http:
    """Whoever asks a place, with what the settings tell it of the user."""
    place = load_places(settings.places)[place_id]
    known = {"ncbi_api_key": bool(secret(settings, "ncbi_api_key")), "email": bool(settings.email)}
    openfda_key = secret(settings, "openfda_api_key") if place_id == "openfda" else None
    return Http(
        place,
        email=settings.email,
        per_second=place.rate(known),
        authorization=(openfda_key, "") if openfda_key else None,
    )


def secret(settings: Settings, name: str) -> str | None:
    """A key of the settings in plain text; None unless it is set."""
    kept = getattr(settings, name)
    return kept.get_secret_value().strip() or None if kept is not None else None


def eutils(settings: Settings, http: Http) -> Eutils:
    """PubMed's E-utilities with the user's address and key."""
    return Eutils(http, settings.email, secret(settings, "ncbi_api_key"))


def fetch_pubmed(settings: Settings, query: str, wish: Wish) -> Fetched:
    """The PubMed records that a query finds."""
    with connect(settings, "pubmed") as http:
        pubmed = eutils(settings, http)
        return _pubmed(settings, wish, {"query": query}, lambda: pubmed.search(query, wish.most), pubmed)


def _pubmed(
    settings: Settings,
    wish: Wish,
    query: Mapping[str, str],
    search: Callable[[], Sequence[str]],
    pubmed: Eutils,
) -> Fetched:
    folder = settings.fetched_dir / "pubmed"
    job = _job("PubMed records", folder, ".xml", wish, query)
    return Fetched([fetch_listed(job, search, pubmed.records, BATCH)], [folder])


def _job(what: str, folder: Path, suffix: str, wish: Wish, query: Mapping[str, str]) -> Job:
    manifest = Manifest(folder, {**query, "what": what, "most": wish.most}, wish.refresh)
    return Job(what, Store(folder, suffix), manifest, wish.refresh, wish.on_progress)


def fetch_europepmc(settings: Settings, query: str, wish: Wish, full_text: bool) -> Fetched:
    """The articles that a query finds at Europe PMC: their abstracts, else the open-access full texts."""
    with connect(settings, "europepmc") as http:
        if full_text:
            found = lambda: europepmc.open_pmcids(http, query, wish.most)  # noqa: E731
            return _full_texts(settings, wish, {"query": query}, found, http)
        folder = settings.fetched_dir / ABSTRACTS
        job = _job("Europe PMC abstracts", folder, ".json", wish, {"query": query})
        get = lambda cursor, size: europepmc.search_page(http, query, cursor, size)  # noqa: E731
        return Fetched([fetch_paged(job, get, wish.most, europepmc.PAGE)], [folder])


def _full_texts(
    settings: Settings, wish: Wish, query: Mapping[str, str], search: Callable[[], Sequence[str]], http: Http
) -> Fetched:
    folder = settings.fetched_dir / FULL_TEXTS
    job = _job("Europe PMC full texts", folder, ".xml", wish, query)
    return Fetched([fetch_listed(job, search, _one(lambda id_: europepmc.full_text(http, id_)))], [folder])


def _one(get: Callable[[str], bytes | None]) -> Callable[[Sequence[str]], dict[str, bytes]]:
    """What gets one record, as what gets some."""
    return lambda ids: {id_: data for id_ in ids if (data := get(id_)) is not None}


def fetch_dailymed(settings: Settings, drug: str, wish: Wish) -> Fetched:
    """The labels of a drug at DailyMed."""
    with connect(settings, "dailymed") as http:
        folder = settings.fetched_dir / "dailymed"
        job = _job("DailyMed labels", folder, ".xml", wish, {"drug": drug})
        search = lambda: dailymed.search(http, drug, wish.most)  # noqa: E731
        return Fetched([fetch_listed(job, search, _one(lambda id_: dailymed.label(http, id_)))], [folder])


def fetch_openfda(settings: Settings, drug: str, wish: Wish) -> Fetched:
    """The labels of a drug at openFDA."""
    with connect(settings, "openfda") as http:
        folder = settings.fetched_dir / "openfda"
        job = _job("openFDA labels", folder, ".json", wish, {"drug": drug})
        others = Store(settings.fetched_dir / "dailymed", ".xml")

        def get(skip: str | None, size: int) -> Page:
            page = openfda.search_page(http, drug, skip, size)
            # The same label is richer in DailyMed's form; two copies of it would be one too many.
            new = {id_: data for id_, data in page.records.items() if not others.has(id_)}
            return replace(page, records=new)

        return Fetched([fetch_paged(job, get, min(wish.most, openfda.MOST), openfda.PAGE)], [folder])


def fetch_medlineplus(settings: Settings, term: str, wish: Wish) -> Fetched:
    """The health topics that a search finds at MedlinePlus."""
    with connect(settings, "medlineplus") as http:
        folder = settings.fetched_dir / "medlineplus"
        job = _job("MedlinePlus topics", folder, ".xml", wish, {"term": term})
        get = lambda token, size: medlineplus.search_page(http, term, token, size)  # noqa: E731
        return Fetched([fetch_paged(job, get, wish.most, medlineplus.PAGE)], [folder])


def fetch_citations(settings: Settings, source: str, wish: Wish, full_text: bool) -> Fetched:
    """The works that a source cites: their PubMed records, and their full texts where these are open.

    Raises:
        SourceUnreadableError: There is no such source, or nothing that it is known to cite.
        FetchError: A place cannot be asked.
    """
    record, names = citations.cited_here(source, settings.index_dir)
    with connect(settings, "europepmc") as europe, connect(settings, "pubmed") as http:
        pubmed = eutils(settings, http)
        if not names and record is not None:
            names = citations.cited_elsewhere(record, europe)
        if not names:
            raise SourceUnreadableError(
                f"'{source}' cites nothing that is known by an identifier.",
                "Name a file with its reference list instead.",
            )
        works, unknown = citations.resolve(names[: wish.most], europe, pubmed, full_text)
        asked = {"cited by": source}
        pmids = [work.pmid for work in works if work.pmid]
        fetched = _pubmed(settings, wish, asked | {"ids": " ".join(pmids)}, lambda: pmids, pubmed)
        if full_text:
            pmcids = [work.pmcid for work in works if work.is_open and work.pmcid]
            texts = _full_texts(settings, wish, asked | {"ids": " ".join(pmcids)}, lambda: pmcids, europe)
            fetched.tallies += texts.tallies
            fetched.folders += texts.folders
    fetched.notes += [f"Not in PubMed: {_shown(each)}." for each in unknown]
    return fetched


def _shown(work: Named) -> str:
    parts = (work.doi and f"doi {work.doi}", work.pmid and f"PMID {work.pmid}", work.pmcid)
    return ", ".join(filter(None, parts))
