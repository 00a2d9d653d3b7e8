"""A summary's sentence is backed by sentences of the works it names, and by as many as it takes."""

import numpy as np
import pytest

from corpus.record import Kind
from retrieval.composing.back import back
from retrieval.evidence.desk import Evidence
from retrieval.pipeline import Citewell
from retrieval.support.verify import LEAST_SUPPORT, cosine, support_together


@pytest.fixture(scope="module")
def summaries(citewell: Citewell) -> list[Evidence]:
    desk = citewell.desk
    found = []
    for row in desk.index.rows_where("s.kind = ?", ["summary"]):
        passage = desk.index.passage(row)
        vectors = desk.index.sentence_vectors[desk.index.sentence_rows(row)].astype(np.float32)
        source = desk.index.source(passage.source_id)
        for span, vector in zip(passage.sentences, vectors, strict=True):
            text = span.of(passage.text)
            found.append(
                Evidence(
                    row, passage, source, span, text, vector, desk.lexicon.entities_in(text), relevance=0.0
                )
            )
    return found[::7]


def test_most_sentences_of_the_summaries_are_backed_by_their_works_alone(citewell, summaries):
    backed = [(each, back(each, [], citewell.desk)) for each in summaries]
    held = [pair for pair in backed if pair[1]]
    assert len(held) >= 0.8 * len(summaries)
    for each, backing in held:
        keys = set(each.source.references[" ".join(each.text.split())])
        assert {evidence.source.id for evidence, _ in backing} <= keys
        assert all(evidence.source.kind is not Kind.SUMMARY for evidence, _ in backing)
        assert all(support.score >= LEAST_SUPPORT for _, support in backing)
        assert len({evidence.key for evidence, _ in backing}) == len(backing) <= max(4, len(keys))


def test_a_work_is_cited_twice_where_one_sentence_of_it_is_not_enough(citewell, summaries):
    backings = [back(each, [], citewell.desk) for each in summaries]
    assert any(len({one.source.id for one, _ in each}) < len(each) for each in backings)


def test_a_sentence_that_the_works_do_not_say_has_no_backing(citewell, summaries):
    one = next(each for each in summaries if len(back(each, [], citewell.desk)) == 1 and " can " in each.text)
    words = " ".join(one.text.split())
    for text in (words.replace(" can ", " cannot "), words.rstrip(".") + ", and 97% of them turned blue."):
        source = one.source.model_copy(update={"references": {text: one.source.references[words]}})
        changed = Evidence(
            one.row, one.passage, source, one.span, text, one.vector, one.entities, relevance=0.0
        )
        assert back(changed, [], citewell.desk) == ()


def test_no_work_is_cited_without_which_the_others_say_it_too(citewell, summaries):
    desk = citewell.desk
    several = [pair for each in summaries if len((pair := (each, back(each, [], desk)))[1]) > 1]
    in_parts = [(each, cited) for each, cited in several if not all(support.holds for _, support in cited)]
    assert in_parts
    assert len(in_parts) < len(several)
    for each, cited in in_parts:
        assert not any(support.holds for _, support in cited)
        spans = [(one.text, cosine(each.vector, one.vector)) for one, _ in cited]
        for at in range(len(spans)) if len(spans) > 2 else ():
            assert support_together(each.text, spans[:at] + spans[at + 1 :], desk.lexicon) is None


def test_another_source_that_says_the_same_is_cited_too(citewell, summaries):
    index = citewell.desk.index
    for each in summaries:
        found = back(each, [], citewell.desk)
        if len(found) == 1:
            own = found[0][0]
            break
    other = next(
        source for source in index.sources() if source.id != own.source.id and source.kind is not Kind.SUMMARY
    )
    twin = Evidence(own.row, own.passage, other, own.span, own.text, own.vector, own.entities, relevance=0.0)
    assert [evidence.source.id for evidence, _ in back(own, [own, twin], citewell.desk)] == [
        own.source.id,
        other.id,
    ]
