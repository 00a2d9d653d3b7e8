"""`citewell mcp`, spoken to over standard input and output by the SDK's own client."""

import os
import sys

import anyio
import pytest
from mcp import Client, StdioServerParameters

from corpus.errors import SettingsError
from retrieval.answer import Answer
from retrieval.library import SourceRecord
from tests.api.conftest import EMERGENCY, QUESTION
from ui.cli_mcp import mcp
from ui.mcp import _part_of

RUN = [sys.executable, "-c", "from ui.cli import main; main()", "mcp"]


@pytest.fixture(scope="module")
def told(index_home):
    """What the server replied to one conversation."""

    async def talk():
        environment = os.environ | {"CITEWELL_HOME": str(index_home)}
        server = StdioServerParameters(command=RUN[0], args=RUN[1:], env=environment)
        async with Client(server) as client:
            said = {"tools": await client.list_tools()}
            said["answer"] = await client.call_tool(
                "ask", {"question": QUESTION, "kinds": ["reference-page"]}
            )
            said["emergency"] = await client.call_tool("ask", {"question": EMERGENCY})
            said["hits"] = await client.call_tool("search", {"question": QUESTION, "limit": 3})
            source = said["hits"].structured_content["hits"][0]["passage"]["source"]["id"]
            said["source"] = await client.call_tool("get_source", {"source_id": source})
            said["missing"] = await client.call_tool("get_source", {"source_id": "no-such-source"})
            said["malformed"] = await client.call_tool("ask", {"question": "", "kinds": ["opinion"]})
            return said

    return anyio.run(talk)


def test_it_offers_three_tools_that_only_read(told):
    tools = {each.name: each for each in told["tools"].tools}
    assert set(tools) == {"ask", "search", "get_source"}
    assert all(each.annotations.read_only_hint and each.description for each in tools.values())
    assert "disclaimer" in tools["ask"].output_schema["properties"]


def test_an_answer_is_structured_and_readable_with_citations_and_disclaimer(told):
    reply = told["answer"]
    assert not reply.is_error
    answer = Answer.model_validate(reply.structured_content)
    assert answer.outcome == "answered"
    assert {each.kind for each in answer.sources} == {"reference-page"}
    text = " ".join(reply.content[0].text.split())
    assert answer.disclaimer in text
    assert "[1]" in text
    assert answer.sources[0].title in text


def test_an_emergency_is_one(told):
    assert told["emergency"].structured_content["outcome"] == "emergency"
    assert told["emergency"].content[0].text.startswith("*** EMERGENCY ***")


def test_what_is_found_and_read_carries_the_disclaimer(told, citewell):
    hits = told["hits"].structured_content
    assert len(hits["hits"]) == 3
    source = told["source"].structured_content
    assert source["source"]["sections"][0]["text"]
    assert "not medical advice" in hits["disclaimer"]
    assert "not medical advice" in source["disclaimer"]
    passage = hits["hits"][0]["passage"]
    assert citewell.desk.index.passage(citewell.desk.index.row_of(passage["id"])).text == passage["text"]


def test_errors_say_what_is_wrong(told):
    assert told["missing"].is_error
    assert "no such source" in told["missing"].content[0].text
    assert told["malformed"].is_error


def test_a_long_source_is_read_in_parts():
    section = {"heading": (), "page": None, "start": 0, "end": 9000, "text": "x" * 9000, "passages": ()}
    source = SourceRecord(
        id="long", kind="document", title="A long one", collection="own", sections=(section,) * 5
    )
    at, lengths = 0, []
    while at is not None:
        part, at = _part_of(source, at)
        lengths.append(len(part.sections))
    assert lengths == [3, 2]
    assert _part_of(source, 99)[1] is None


def test_it_listens_on_this_machine_only():
    with pytest.raises(SettingsError, match=r"0\.0\.0\.0"):
        mcp.main(["--http", "--host", "0.0.0.0"], standalone_mode=False)
