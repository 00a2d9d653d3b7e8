"""Searching, and opening sources and passages; the same over HTTP as from Python."""

import pytest

from corpus.record import Kind
from retrieval import library
from retrieval.evidence.search import Filters
from tests.api.conftest import QUESTION


def test_search_finds_what_the_library_finds(client, citewell):
    reply = client.post(
        "/v1/search", json={"question": QUESTION, "limit": 5, "filters": {"since": 2000}}
    ).json()
    here = library.search(citewell, QUESTION, Filters(since=2000), 5)
    assert [each["passage"]["id"] for each in reply["hits"]] == [each.passage.id for each in here]
    assert reply["index"] == citewell.generation
    assert "not medical advice" in reply["disclaimer"]


def test_a_passage_stands_in_its_document_where_it_says(client):
    hit = client.post("/v1/search", json={"question": QUESTION, "limit": 1}).json()["hits"][0]["passage"]
    passage = client.get(f"/v1/passages/{hit['id']}").json()
    source = client.get(f"/v1/sources/{passage['source']['id']}").json()
    around = [
        each
        for each in source["sections"]
        if each["start"] <= passage["start"] and passage["end"] <= each["end"]
    ]
    assert len(around) == 1
    section = around[0]
    start = passage["start"] - section["start"]
    assert section["text"][start : start + len(passage["text"])] == passage["text"] == hit["text"]
    assert [each["id"] for each in section["passages"]].count(passage["id"]) == 1


def test_neighbours_lead_from_the_first_passage_to_the_last(client, citewell):
    source = max(
        library.list_sources(citewell), key=lambda each: len(citewell.desk.index.passages_of(each.id))
    )
    wanted = [
        place["id"]
        for part in client.get(f"/v1/sources/{source.id}").json()["sections"]
        for place in part["passages"]
    ]
    assert len(wanted) > 2
    walked, at = [], wanted[0]
    while at:
        walked.append(at)
        at = client.get(f"/v1/passages/{at}").json().get("following")
    assert walked == wanted
    assert client.get(f"/v1/passages/{wanted[1]}").json()["previous"] == wanted[0]


def test_sources_are_listed_in_parts(client, citewell):
    first = client.get("/v1/sources", params={"limit": 10}).json()
    second = client.get("/v1/sources", params={"limit": 10, "offset": 10}).json()
    everything = library.list_sources(citewell)
    assert first["total"] == len(everything)
    assert [each["id"] for each in first["sources"] + second["sources"]] == [
        each.id for each in everything[:20]
    ]
    assert not any("sections" in each for each in first["sources"])


def test_sources_are_filtered(client):
    reply = client.get(
        "/v1/sources", params={"kinds": ["guideline", "law"], "since": 2010, "until": 2020}
    ).json()
    assert reply["sources"]
    assert {each["kind"] for each in reply["sources"]} <= {"guideline", "law"}
    assert all(2010 <= each["year"] <= 2020 for each in reply["sources"])


@pytest.mark.parametrize(
    "path", ["/v1/sources/no-such-source", "/v1/passages/p-0", "/v1/sources/%00", "/v1/passages/%ff"]
)
def test_what_is_not_there_is_a_problem(client, path):
    reply = client.get(path)
    assert reply.status_code == 404
    assert reply.headers["content-type"] == "application/problem+json"


def test_collections_are_filtered_before_the_cut(citewell):
    inside = library.search(citewell, QUESTION, Filters(collections=frozenset({"corpus"})), 5)
    assert inside == library.search(citewell, QUESTION, None, 5)
    assert library.search(citewell, QUESTION, Filters(collections=frozenset({"/elsewhere"})), 5) == []
    assert library.count_sources(citewell, Filters(kinds=frozenset({Kind.LAW}))) > 0
