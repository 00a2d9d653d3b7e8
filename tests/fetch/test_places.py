"""Each place: its true formats are kept, the loaders read them, and no fault loses or spoils anything."""

import json
from pathlib import Path

import pytest

from corpus.errors import FetchError, UnreachableError
from ingest.fetch import fetch
from ingest.fetch.fetch import Wish
from ingest.find import find_files
from ingest.load import load
from tests.fetch import faults, works

WORKS = {
    "pubmed": fetch.fetch_pubmed,
    "europepmc": lambda settings, query, wish: fetch.fetch_europepmc(settings, query, wish, full_text=False),
    "full-texts": lambda settings, query, wish: fetch.fetch_europepmc(settings, query, wish, full_text=True),
    "dailymed": fetch.fetch_dailymed,
    "openfda": fetch.fetch_openfda,
    "medlineplus": fetch.fetch_medlineplus,
}
FIRST = {
    "pubmed": "/pubmed/esearch.fcgi", "europepmc": "/europepmc/search", "full-texts": "/europepmc/search",
    "dailymed": "/dailymed/spls.json", "openfda": "/openfda/drug/label.json",
    "medlineplus": "/medlineplus/query",
}  # fmt: skip
RECORDS = {
    "pubmed": "/pubmed/efetch.fcgi", "full-texts": "/europepmc/PMC101/fullTextXML",
    "dailymed": f"/dailymed/spls/{works.set_id(1)}.xml",
}  # fmt: skip
IDS = {
    "pubmed": [f"pmid-{n}" for n in range(1, 8)],
    "europepmc": [f"europepmc-med-{n}" for n in range(1, 8)],
    "full-texts": ["pmc-101", "pmc-303", "pmc-505", "pmc-707"],
    "dailymed": 3, "openfda": 3,
    "medlineplus": [f"medlineplus-testanxiety{n}" for n in range(1, 4)],
}  # fmt: skip


def files_in(folders: list[Path]) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for folder in folders for path in sorted(folder.glob("[!.]*"))}


def documents(folders):
    found = []
    for file in find_files(folders):
        remarks = []
        found += load(file, file.sha256(), remarks.append)
        assert not remarks
    return found


@pytest.mark.parametrize("place", WORKS)
def test_what_is_fetched_is_read_by_the_loader(place, settings, waits):
    fetched = WORKS[place](settings, "testamine", Wish())
    found = documents(fetched.folders)
    (tally,) = fetched.tallies
    assert tally.new == tally.found == len(found) > 2
    assert not tally.failed
    if isinstance(IDS[place], list):
        assert sorted(each.source.id for each in found) == IDS[place]
    assert len({each.source.id for each in found}) == len(found)
    assert all("test" in each.text.casefold() and each.sections for each in found)


@pytest.mark.parametrize("place", WORKS)
def test_no_more_than_the_most_is_fetched(place, settings, waits):
    (tally,) = WORKS[place](settings, "testamine", Wish(most=2)).tallies
    assert (tally.found, tally.new) == (2, 2)


@pytest.mark.parametrize("place", WORKS)
def test_an_empty_result_is_no_fault(place, settings, waits):
    fetched = WORKS[place](settings, "nothing", Wish())
    (tally,) = fetched.tallies
    assert (tally.found, tally.new, tally.failed) == (0, 0, {})
    assert not files_in(fetched.folders)


@pytest.mark.parametrize("place", WORKS)
def test_what_is_there_is_not_fetched_again_unless_told(place, settings, places, waits):
    before = files_in(WORKS[place](settings, "testamine", Wish()).folders)
    records = places.hits[RECORDS.get(place, "")]
    fetched = WORKS[place](settings, "testamine", Wish())
    assert (fetched.tallies[0].new, fetched.tallies[0].here) == (0, len(before))
    assert places.hits[RECORDS.get(place, "")] == records
    fetched = WORKS[place](settings, "testamine", Wish(refresh=True))
    assert fetched.tallies[0].new == len(before)
    assert files_in(fetched.folders) == before


@pytest.mark.parametrize("place", WORKS)
@pytest.mark.parametrize(
    "fault", [faults.status(429, Retry_After="1"), faults.status(500), faults.cut_off, faults.truncated_gzip]
)
def test_a_passing_fault_costs_nothing(place, fault, settings, places, waits):
    places.faults[FIRST[place]] = [fault, None]
    if place in RECORDS:
        places.faults[RECORDS[place]] = [fault, None]
    fetched = WORKS[place](settings, "testamine", Wish())
    assert len(documents(fetched.folders)) == fetched.tallies[0].new > 2


@pytest.mark.parametrize("place", WORKS)
@pytest.mark.parametrize("fault", [faults.login_page, faults.status(403), faults.status(500), faults.cut_off])
def test_a_lasting_fault_keeps_nothing_false_and_names_the_address(place, fault, settings, places, waits):
    places.faults[FIRST[place]] = [fault] * 50
    with pytest.raises(FetchError, match=r"http://127\.0\.0\.1") as caught:
        WORKS[place](settings, "testamine", Wish())
    assert caught.value.remedy
    assert not [path for path in settings.fetched_dir.rglob("[!.]*.*") if ".manifests" not in path.parts]
    places.faults.clear()
    assert WORKS[place](settings, "testamine", Wish()).tallies[0].new > 2


def test_a_record_that_fails_is_told_and_tried_next_time(settings, places, waits):
    places.faults[RECORDS["dailymed"]] = [faults.login_page] * 2
    (tally,) = fetch.fetch_dailymed(settings, "testamine", Wish()).tallies
    assert (tally.new, list(tally.failed)) == (2, [works.set_id(1)])
    assert "text/html" in tally.failed[works.set_id(1)]
    places.faults.clear()
    (tally,) = fetch.fetch_dailymed(settings, "testamine", Wish()).tallies
    assert (tally.new, tally.here, tally.failed) == (1, 2, {})
    assert places.hits["/dailymed/spls.json"] == 2  # two pages, once


def test_three_failures_in_a_row_end_the_run(settings, places, waits):
    places.labels = 9
    for number in range(2, 10):
        places.faults[f"/dailymed/spls/{works.set_id(number)}.xml"] = [faults.status(500)] * 5
    with pytest.raises(FetchError):
        fetch.fetch_dailymed(settings, "testamine", Wish())
    assert places.hits[f"/dailymed/spls/{works.set_id(5)}.xml"] == 0
    places.faults.clear()
    (tally,) = fetch.fetch_dailymed(settings, "testamine", Wish()).tallies
    assert (tally.new, tally.here) == (8, 1)


def test_pages_go_on_where_they_were_cut_off(settings, places, waits, monkeypatch):
    monkeypatch.setattr(fetch.europepmc, "PAGE", 2)
    places.faults["/europepmc/search"] = [None, None, *[faults.status(500)] * 5]
    with pytest.raises(FetchError):
        fetch.fetch_europepmc(settings, "testamine", Wish(), full_text=False)
    asked = len(places.calls)
    (tally,) = fetch.fetch_europepmc(settings, "testamine", Wish(), full_text=False).tallies
    assert (tally.found, tally.new, tally.here) == (7, 3, 4)
    assert places.calls[asked].fields["cursorMark"] == "AoJ4"


def test_records_without_a_text_are_counted_and_not_asked_for_again(settings, places, waits):
    places.without_abstract = frozenset({2, 4})
    fetched = fetch.fetch_pubmed(settings, "testamine", Wish())
    assert fetched.tallies[0].absent == ["2", "4"]
    assert len(documents(fetched.folders)) == 5
    (tally,) = fetch.fetch_pubmed(settings, "testamine", Wish()).tallies
    assert (tally.new, tally.here, tally.absent) == (0, 5, ["2", "4"])
    assert places.hits["/pubmed/efetch.fcgi"] == 1


def test_pubmed_is_told_who_asks_in_the_body_and_asked_in_batches(settings, places, waits):
    places.articles = 450
    told = settings.model_copy(update={"email": "tester@example.org"})
    (tally,) = fetch.fetch_pubmed(told, "testamine", Wish(most=450)).tallies
    assert tally.new == 450
    sizes = [len(call.fields["id"].split(",")) for call in places.calls if call.path.endswith("efetch.fcgi")]
    assert sizes == [200, 200, 50]
    for call in places.calls:
        assert (call.fields["tool"], call.fields["email"]) == ("citewell", "tester@example.org")
        assert "mailto:tester@example.org" in call.headers["user-agent"]
        assert call.headers["user-agent"].startswith("citewell/")


def test_the_kept_record_is_what_the_place_sent(settings, waits):
    (folder,) = fetch.fetch_pubmed(settings, "testamine", Wish()).folders
    text = (folder / "3.xml").read_text(encoding="utf-8")
    assert works.pubmed_article(3) in text
    assert text.startswith('<?xml version="1.0" ?>')
    (folder,) = fetch.fetch_openfda(settings, "testamine", Wish()).folders
    reply = json.loads((folder / f"{works.set_id(1)}.json").read_bytes())
    assert reply["results"] == [works.openfda_label(1)]


def test_a_label_that_dailymed_gave_is_not_fetched_twice(settings, places, waits):
    fetch.fetch_dailymed(settings, "testamine", Wish(most=2))
    fetched = fetch.fetch_openfda(settings, "testamine", Wish())
    assert fetched.tallies[0].new == 1
    assert len(documents([settings.fetched_dir / "dailymed", *fetched.folders])) == 3


def test_without_the_net_nothing_is_lost(settings, waits):
    fetch.fetch_pubmed(settings, "testamine", Wish())
    before = files_in([settings.fetched_dir / "pubmed"])
    gone = settings.model_copy(update={"places": {"pubmed": "http://127.0.0.1:9"}})
    with pytest.raises(UnreachableError):
        fetch.fetch_pubmed(gone, "other words", Wish())
    assert files_in([settings.fetched_dir / "pubmed"]) == before
