"""How many works stand behind each facet of each drug."""

import csv
import io

from click.testing import CliRunner

from corpus.facets import load_facets
from corpus.lexicon import load_lexicon
from corpus.record import Kind
from ingest.coverage import cover
from ui.cli_corpus import corpus
from ui.coverage_table import as_values, render_table


def test_a_cell_counts_the_works_that_say_something(citewell):
    index = citewell.desk.index
    found = cover(index, load_lexicon(), load_facets())
    stated = {
        source.same_work_as or source.id
        for row in range(index.manifest.passages)
        if (passage := index.passage(row)).facet == "mechanism"
        and (source := index.source(passage.source_id)).kind is not Kind.SUMMARY
        and ("diazepam" in passage.text.casefold() or "valium" in passage.text.casefold())
    }
    assert found.works["diazepam", "mechanism"] == len(stated) > 1


def test_what_nothing_is_said_on_is_seen_as_a_gap(citewell):
    found = cover(citewell.desk.index, load_lexicon(), load_facets())
    rows = list(csv.DictReader(io.StringIO(as_values(found))))
    [alprazolam] = [row for row in rows if row["name"] == "alprazolam"]
    assert alprazolam["breastfeeding"] == "0"
    assert int(alprazolam["mechanism"]) > 0
    assert "·" in render_table(found, load_facets())


def test_the_command_prints_a_row_for_each_name(index_home):
    done = CliRunner().invoke(corpus, ["coverage", "--of", "condition", "--home", str(index_home)])
    assert done.exit_code == 0, done.output
    assert "panic disorder" in done.output
    assert "How it is diagnosed" in done.output or "About the condition" in done.output
