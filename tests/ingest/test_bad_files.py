"""Files that cannot be read, or not to their end: skipped with a remedy, tried again, not kept by half."""

import json

import pytest

from tests.ingest.conftest import states


def test_a_bad_file_is_skipped_with_name_and_remedy_and_tried_again(home, shelf):
    (shelf / "bad.pdf").write_bytes(b"%PDF-1.4 nothing")
    (shelf / "two\nlines.md").write_text("---\nid: [\n---\nText")
    for _ in range(2):
        report = home.ingest(shelf)
        assert report.sources == 3
        skipped = {each.name: each.why for each in report.names("skipped")}
        assert set(skipped) == {"bad.pdf", "two\\nlines.md"}
        for name, why in skipped.items():
            assert why.startswith(f"{name}: ")
            assert why.endswith(".")
            assert "\n" not in why
    (shelf / "bad.pdf").unlink()
    (shelf / "bad.pdf").write_text("")
    (shelf / "two\nlines.md").write_text("Now it is good.")
    assert states(home.ingest(shelf))["two\\nlines.md"] == "added"


def test_a_good_file_that_turns_bad_keeps_its_earlier_version(home, shelf):
    home.ingest(shelf)
    (shelf / "alpha.md").write_bytes(b"\x00\x01")
    for _ in range(2):
        (skipped,) = home.ingest(shelf).names("skipped")
        assert "The version ingested earlier is kept." in skipped.why
        assert "Take 5 mg at night." in home.texts()
    (shelf / "alpha.md").write_text("# Alpha\n\nGood again.\n")
    assert states(home.ingest(shelf))["alpha.md"] == "changed"


def test_two_files_with_one_id(home, shelf):
    (shelf / "twin.md").write_text((shelf / "alpha.md").read_text().replace("5 mg", "7 mg"))
    report = home.ingest(shelf)
    (skipped,) = report.names("skipped")
    assert skipped.name == "twin.md"
    assert "'alpha' is already that of alpha.md" in skipped.why
    assert report.sources == 3
    assert "Take 5 mg at night." in home.texts()


def test_a_file_that_changes_while_it_is_read_leaves_nothing_of_itself(home, shelf, monkeypatch):
    from ingest import load as loading

    home.ingest(shelf)
    path = shelf / "alpha.md"
    path.write_text(path.read_text().replace("5 mg", "6 mg"))
    plain = loading.loader_for

    def slow(file):
        loader = plain(file)
        path.write_text(path.read_text().replace("6 mg", "7 mg"))
        return loader

    with monkeypatch.context() as patched:
        patched.setattr(loading, "loader_for", slow)
        (skipped,) = home.ingest(shelf).names("skipped")
    assert "changed while it was read" in skipped.why
    assert "Take 5 mg at night." in home.texts()
    assert states(home.ingest(shelf))["alpha.md"] == "changed"
    assert "Take 7 mg at night." in home.texts()


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), MemoryError()])
def test_a_file_that_fails_halfway_for_a_passing_reason_is_tried_again_and_not_kept_by_half(
    home, shelf, monkeypatch, error
):
    from ingest import load as loading

    (shelf / "rows.jsonl").write_text(
        "".join(json.dumps({"title": f"Row {n}", "text": f"Row {n} says so."}) + "\n" for n in range(3))
    )
    plain = loading.loader_for

    def failing(file):
        loader = plain(file)
        if file.name == "rows.jsonl":
            documents = loader.documents

            def half():
                yield next(documents())
                raise error

            loader.documents = half
        return loader

    with monkeypatch.context() as patched:
        patched.setattr(loading, "loader_for", failing)
        report = home.ingest(shelf)
    (skipped,) = report.names("skipped")
    assert (skipped.name, report.sources) == ("rows.jsonl", 3)
    assert "Row 0 says so." not in home.texts()
    again = home.ingest(shelf)
    assert (states(again)["rows.jsonl"], again.sources) == ("added", 6)
    assert {"Row 0 says so.", "Row 2 says so."} <= set(home.texts())
