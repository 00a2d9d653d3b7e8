"""Requests and whole replies, over a real connection that fails in every way that connections do."""

import random
import shutil
import socket
import ssl
import subprocess
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from corpus.errors import FetchError, SettingsError, UnreachableError
from ingest.fetch.http import Http, Timing
from ingest.fetch.places import Place, load_places
from ingest.fetch.pubmed import _each_record
from ingest.fetch.reply import BrokenReplyError, Reply, xml_of
from retrieval.pipeline import Citewell
from tests.fetch import faults, server, works

FETCH = "/pubmed/efetch.fcgi"


def http(places, waits=None, **more) -> Http:
    place = Place("pubmed", "PubMed", f"{places.url}/pubmed", 1000, "", "")
    return Http(place, sleep=(waits if waits is not None else []).append, chance=random.Random(1), **more)


def ask(places, waits=None, **more):
    with http(places, waits, **more) as asked:
        form = {"id": "1"}
        return asked.ask("efetch.fcgi", lambda reply: xml_of(reply, {"PubmedArticleSet"}), form=form)


@pytest.mark.parametrize(
    "fault",
    [
        faults.status(429), faults.status(500), faults.status(503), faults.cut_off, faults.truncated_gzip,
        faults.broken_xml,
    ],
)  # fmt: skip
def test_what_may_pass_is_asked_again(places, fault):
    waits = []
    places.faults[FETCH] = [fault, fault, None]
    assert ask(places, waits).find("PubmedArticle") is not None
    assert places.hits[FETCH] == 3
    backoffs = [wait for wait in waits if wait >= 0.5]
    assert len(backoffs) == 2
    assert backoffs[1] >= 1


@pytest.mark.parametrize("fault", [faults.status(500), faults.truncated_gzip, faults.broken_xml])
def test_what_does_not_pass_is_given_up(places, fault):
    places.faults[FETCH] = [fault] * 9
    with pytest.raises(FetchError, match="failed 5 times") as caught:
        ask(places)
    assert places.hits[FETCH] == 5
    assert "Run the same command again" in caught.value.remedy


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (faults.login_page, "'text/html' instead of XML"), (faults.other_xml, "<feed>"),
        (faults.entities, "declares entities"), (faults.status(403), "status 403"),
        (faults.status(400), "status 400"),
    ],
)  # fmt: skip
def test_what_is_another_thing_is_refused_at_once(places, fault, says):
    places.faults[FETCH] = [fault, None]
    with pytest.raises(FetchError, match=says) as caught:
        ask(places)
    assert places.hits[FETCH] == 1
    assert FETCH in caught.value.what
    assert caught.value.remedy


def test_a_place_is_given_the_time_it_asks_for(places):
    waits = []
    places.faults[FETCH] = [faults.status(429, Retry_After="7"), None]
    ask(places, waits)
    assert 7 in waits


def test_a_place_that_asks_for_long_is_left_alone(places):
    places.faults[FETCH] = [faults.status(503, Retry_After="3600")] * 3
    with pytest.raises(UnreachableError, match="wait 60 minutes"):
        ask(places)
    assert places.hits[FETCH] == 1


def test_a_reply_that_trickles_is_given_up(places):
    places.faults[FETCH] = [faults.trickle] * 5
    with pytest.raises(FetchError, match="the reply took more than"):
        ask(places, timing=Timing(whole=0.1))
    assert places.hits[FETCH] == 5
    assert ask(places, timing=Timing(whole=30)) is not None


def test_a_silent_place_is_given_up(places):
    places.faults[FETCH] = [lambda call: time.sleep(0.4)] * 5
    with pytest.raises(FetchError, match="no reply in time"):
        ask(places, timing=Timing(silence=0.05))
    assert places.hits[FETCH] == 5


def test_a_reply_that_unpacks_to_too_much_is_refused(places):
    places.faults[FETCH] = [faults.bomb]
    with pytest.raises(FetchError, match="more than 1 MB"):
        ask(places, largest=1 << 20)


def test_nobody_there(places):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = Place("pubmed", "PubMed", f"http://127.0.0.1:{free.getsockname()[1]}", 1000, "", "")
    waits = []
    asked = Http(place, sleep=waits.append)
    with asked, pytest.raises(UnreachableError, match="PubMed cannot be reached") as caught:
        asked.ask("x", lambda reply: reply)
    assert caught.value.exit_code == 6
    assert len([wait for wait in waits if wait >= 0.5]) == 1


def test_no_redirection_to_another_scheme(places):
    places.faults["/pubmed/x"] = [
        faults.redirect("file:///etc/passwd"),
        faults.redirect("https://127.0.0.1:1/x"),
    ]
    with http(places) as asked:
        for _ in range(2):
            with pytest.raises(FetchError, match="not followed"):
                asked.ask("x", lambda reply: reply)


def test_a_redirection_is_followed_without_the_password_to_another_host(places):
    other = places.url.replace("127.0.0.1", "localhost")
    places.faults["/pubmed/x"] = [faults.redirect(f"{other}/pubmed/y")]
    places.faults["/pubmed/y"] = [lambda call: call.send("fine", "text/plain")]
    with http(places, authorization=("secret", "")) as asked:
        assert asked.ask("x", lambda reply: reply.data) == b"fine"
    first, second = places.calls
    assert "authorization" in first.headers
    assert "authorization" not in second.headers


def test_redirections_without_end_are_given_up(places):
    places.faults["/pubmed/x"] = [faults.redirect("/pubmed/x")] * 20
    with http(places) as asked, pytest.raises(FetchError, match="not followed"):
        asked.ask("x", lambda reply: reply)
    assert places.hits["/pubmed/x"] == 4


def test_a_form_is_never_sent_on(places):
    places.faults[FETCH] = [faults.redirect("/pubmed/efetch.fcgi")]
    with pytest.raises(FetchError, match="not followed"):
        ask(places)
    assert places.hits[FETCH] == 1


def test_the_limit_in_a_reply_is_obeyed(places):
    waits = []
    slow = {"x_rate_limit_limit": "2", "x_rate_limit_interval": "10s"}
    places.faults["/pubmed/x"] = [lambda call: call.json({}, **slow)] * 3
    with http(places, waits) as asked:
        for _ in range(3):
            asked.ask("x", lambda reply: reply)
    assert max(waits) > 4


def test_the_shipped_places_are_asked_over_tls_by_their_rules():
    places = load_places()
    addresses = [address for each in places.values() for address in (each.url, each.rules)]
    assert all(address.startswith("https://") for address in addresses)
    assert places["pubmed"].rate({}) == 3
    assert places["pubmed"].rate({"ncbi_api_key": True}) == 10
    assert places["openfda"].rate({}) * 60 <= 240
    assert places["medlineplus"].rate({}) * 60 <= 85


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org",
        "http://127.0.0.1.example.org",
        "ftp://example.org",
        "http://localhost@x.org",
        "x",
    ],
)
def test_no_place_is_asked_where_others_can_read_along(url):
    with pytest.raises(SettingsError, match="not encrypted"):
        load_places({"pubmed": url})


SET = works.pubmed_set(works.pubmed_article(1) + works.pubmed_article(2)).encode()


@given(st.integers(0, len(SET) - 1))
def test_a_reply_that_is_cut_anywhere_gives_no_record(end):
    with pytest.raises(BrokenReplyError):
        _each_record(Reply("http://127.0.0.1/x", 200, "text/xml", SET[:end]))


def test_markup_nested_without_end_is_refused():
    deep = b"<PubmedArticleSet>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</PubmedArticleSet>"
    with pytest.raises(FetchError, match="nested too deeply"):
        xml_of(Reply("http://127.0.0.1/x", 200, "text/xml", deep), {"PubmedArticleSet"})


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl to make a certificate with")
def test_a_place_that_cannot_prove_who_it_is_is_not_asked(places, tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    making = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
    ]
    making += ["-keyout", key, "-out", certificate, "-days", "1", "-subj", "/CN=localhost"]
    subprocess.run(making, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with server.serving(tls=context) as served:
        place = Place(
            "pubmed", "PubMed", f"{served.url}/pubmed".replace("127.0.0.1", "localhost"), 1000, "", ""
        )
        with (
            Http(place, sleep=[].append) as asked,
            pytest.raises(UnreachableError, match="CERTIFICATE_VERIFY"),
        ):
            asked.ask("x", lambda reply: reply)
        assert not served.calls


def test_who_asks_changes_no_receipt(settings):
    told = settings.model_copy(
        update={"email": "tester@example.org", "ncbi_api_key": SecretStr("x"), "places": {}}
    )
    assert Citewell(told)._settings_hash() == Citewell(settings)._settings_hash()


@pytest.mark.parametrize(
    ("fault", "says"), [(faults.truncated_gzip, "gzip stream"), (faults.cut_off, "was cut")]
)
def test_a_body_that_is_not_whole_is_never_read(places, fault, says):
    places.faults["/pubmed/x"] = [fault] * 5
    with http(places) as asked, pytest.raises(FetchError, match=says):
        asked.ask("x", lambda reply: reply.data)
    assert places.hits["/pubmed/x"] == 5
