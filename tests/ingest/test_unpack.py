import gzip

import pytest

from corpus.errors import SourceUnreadableError
from ingest.unpack import blocks, decode, texts
from tests.ingest.formats import write


def until_it_breaks(path) -> tuple[bytes, SourceUnreadableError]:
    """What can be read of a file, and why no more."""
    found = b""
    try:
        for block in blocks(path, path.name):
            found += block
    except SourceUnreadableError as error:
        return found, error
    raise AssertionError("it was read to its end")


def test_a_compressed_file_of_several_members_is_read_in_blocks(tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"one" * 1000) + gzip.compress(b"two" * 1000))
    found = list(blocks(path, "a.gz", size=1000))
    assert b"".join(found) == b"one" * 1000 + b"two" * 1000
    assert max(map(len, found)) <= 1000


def test_a_file_that_unpacks_to_too_much_is_refused_before_it_is_held(tmp_path):
    bomb = gzip.compress(b"\x00" * (64 << 20))
    assert len(bomb) < 100_000
    path = tmp_path / "bomb.gz"
    path.write_bytes(bomb)
    found, error = until_it_breaks(path)
    assert len(found) < 32 << 20
    assert error.what.startswith("bomb.gz: unpacks to more than")


@pytest.mark.parametrize("damage", [lambda raw: raw[:-200], lambda raw: raw[:-300] + bytes(300)])
def test_a_damaged_file_gives_what_came_before(tmp_path, damage):
    whole = b"".join(b"%d words, " % number for number in range(5000))
    path = tmp_path / "a.gz"
    path.write_bytes(damage(gzip.compress(whole)))
    found, error = until_it_breaks(path)
    assert error.what.startswith("a.gz: is cut off or damaged")
    assert len(found) > 10_000
    assert whole.startswith(found[:10_000])


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("Café µg".encode(), "Café µg"),
        ("Café µg".encode("utf-8-sig"), "Café µg"),
        ("Café µg".encode("utf-16"), "Café µg"),
        ("Café µg".encode("utf-32"), "Café µg"),
        (b"5 \xb5g \x96 x", "5 µg – x"),
        (b'<?xml version="1.0" encoding="iso-8859-1"?>\xb5', '<?xml version="1.0" encoding="iso-8859-1"?>µ'),
        (b'<?xml version="1.0" encoding="rot13"?>abc', '<?xml version="1.0" encoding="rot13"?>abc'),
        (b'<?xml version="1.0" encoding="utf-16"?>abc', '<?xml version="1.0" encoding="utf-16"?>abc'),
        (b"\x81\xff", "\ufffdÿ"),
    ],
)
def test_encodings(tmp_path, raw, text):
    assert "".join(texts(write(tmp_path, "a.xml", raw), "a.xml")) == text
    assert decode(raw) == text


def test_a_character_that_two_blocks_share(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.unpack._BLOCK", 1)
    path = write(tmp_path, "a.txt", "µ€😀" * 5)
    assert "".join(texts(path, "a.txt")) == "µ€😀" * 5
