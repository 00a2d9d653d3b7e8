# ruff: noqa: E501 - the samples stand as such files do
from html import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.errors import SourceUnreadableError
from corpus.facets import load_facets
from tests.ingest.formats import headings, read, says, write
from tests.ingest.mutated import mutated, told_by

SUMMARY = (
    "<p>Beforehand.</p><h3>What is alphitis?</h3><p>Alphitis is <a href='x'>a disease</a>.</p>"
    "<h3>What are the symptoms of alphitis?</h3><p>They are:</p><ul><li>Itching</li><li>10<sup>6</sup> spots</li></ul>"
)


def topic(
    title="Alphitis",
    language="English",
    url="https://medlineplus.gov/alphitis.html",
    summary=SUMMARY,
    group="Skin",
):
    return f"""<health-topic meta-desc="About it." title="{title}" url="{url}" id="1" language="{language}"
date-created="02/19/1999"><also-called>Alpha's disease</also-called><also-called>alphitis</also-called>
<full-summary>{escape(summary)}</full-summary><group url="https://medlineplus.gov/g.html" id="10">{group}</group>
<see-reference>Itch of alpha</see-reference><site title="A society" url="https://example.org"><information-category>x
</information-category></site></health-topic>"""


def bulk(*topics):
    return f"""<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE health-topics PUBLIC "-//NLM//DTD health-topics //EN"
"https://medlineplus.gov/xml/mplus_topics.dtd"><health-topics total="{len(topics)}"
date-generated="08/10/2024 02:30:32">{"".join(topics)}</health-topics>"""


def reply(*documents):
    return f"""<?xml version="1.0" encoding="UTF-8"?><nlmSearchResult><term>alpha</term><count>{len(documents)}</count>
<list num="1" start="0" per="10">{"".join(documents)}</list></nlmSearchResult>"""


def brief(title='&lt;span class="qt0"&gt;Alpha&lt;/span&gt;', url="https://medlineplus.gov/alpha.html"):
    return f"""<document rank="0" url="{url}"><content name="title">{title}</content>
<content name="organizationName">National Library of Medicine</content><content name="altTitle">Al-pha</content>
<content name="FullSummary">{escape(SUMMARY)}</content><content name="groupName">Drug Therapy</content></document>"""


def test_a_topic_of_the_bulk_file_has_its_record_and_the_headings_of_its_summary(tmp_path):
    (document,), remarks = read(write(tmp_path, "topics.xml.gz", bulk(topic())))
    assert remarks == []
    record = document.source
    assert (record.id, record.title, record.kind) == ("medlineplus-alphitis", "Alphitis", "reference-page")
    assert (record.names, record.names_kind) == (
        ("Alphitis", "Alpha's disease", "Itch of alpha"),
        "condition",
    )
    assert (record.publisher, record.licence) == ("National Library of Medicine", "public domain")
    assert (record.dated, record.year) == ("topic created 1999-02-19", None)
    assert says(document) == {
        "": "Beforehand.",
        "What is alphitis?": "Alphitis is a disease.",
        "What are the symptoms of alphitis?": "They are: Itching 10^6 spots",
    }


def test_the_headings_of_summaries_are_known_as_facets():
    facets = load_facets()
    found = {
        heading: facets.for_heading(heading)
        for heading in (
            "What is alphitis?", "What causes alphitis?", "Who is at risk for alphitis?",
            "What are the symptoms of alphitis?", "How is alphitis diagnosed?",
            "What are the treatments for alphitis?", "Can alphitis be prevented?",
        )
    }  # fmt: skip
    assert list(found.values()) == [
        "definition", "causes", "causes", "symptoms", "diagnosis", "treatment", "prevention",
    ]  # fmt: skip


def test_topics_in_other_languages_are_left_out_and_told(tmp_path):
    spanish = topic("Alfitis", "Spanish", "https://medlineplus.gov/spanish/alphitis.html")
    documents, remarks = read(
        write(tmp_path, "topics.xml", bulk(spanish, topic(), topic("Beta", summary=" ")))
    )
    assert [document.source.title for document in documents] == ["Alphitis"]
    assert "Spanish" in remarks[0]
    assert "'Alfitis'" in remarks[0]
    assert "without a summary ('Beta')" in remarks[0]


def test_a_brief_reply_of_the_web_service(tmp_path):
    spanish = brief("Alfa", "https://medlineplus.gov/spanish/alpha.html")
    (document,), remarks = read(write(tmp_path, "found.xml", reply(brief(), spanish)))
    record = document.source
    assert (record.title, record.names, record.names_kind) == ("Alpha", ("Alpha", "Al-pha"), "topic")
    assert record.url == "https://medlineplus.gov/alpha.html"
    assert "What is alphitis?" in headings(document)
    assert "'Alfa'" in remarks[0]


def test_a_full_reply_holds_whole_topics(tmp_path):
    inner = f'<document rank="0" url="https://medlineplus.gov/a.html"><content name="healthTopic">{topic()}</content></document>'
    (document,), _ = read(write(tmp_path, "found.xml", reply(inner)))
    assert document.source.id == "medlineplus-alphitis"


def test_a_search_that_found_nothing_says_so(tmp_path):
    empty = "<nlmSearchResult><term>zz</term><count>0</count></nlmSearchResult>"
    with pytest.raises(
        SourceUnreadableError, match=r"found\.xml: holds no health topics, for its search found none"
    ):
        read(write(tmp_path, "found.xml", empty))


def test_entities_are_never_expanded(tmp_path):
    bomb = bulk(topic()).replace(
        '"https://medlineplus.gov/xml/mplus_topics.dtd">',
        '"x.dtd" [<!ENTITY a "&b;&b;&b;"><!ENTITY b SYSTEM "file:///etc/passwd">]>',
    )
    (document,), _ = read(
        write(tmp_path, "topics.xml", bomb.replace("About it.", "&a;").replace("Skin", "&a;"))
    )
    assert "root" not in document.text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_does_more_than_lose_topics(tmp_path, data):
    content = data.draw(mutated((bulk(topic(), topic("Beta")) + "\n").encode()))
    told = told_by(lambda: read(write(tmp_path, "topics.xml", content)))
    assert told is None or "topics.xml" in told
