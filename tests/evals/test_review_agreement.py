import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from evals.review.agreement import cohen_kappa, krippendorff_alpha

# Krippendorff (2011), section C/D: four observers, twelve units, with values missing.
EXAMPLE = [
    [1, 1, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4],
    [4, 4, 4, 4], [1, 1, 2, 1], [2, 2, 2, 2], [5, 5, 5], [1, 1], [3],
]  # fmt: skip
ratings = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=40)


@pytest.mark.parametrize(("level", "published"), [("nominal", 0.743), ("ordinal", 0.815)])
def test_alpha_is_as_published(level, published):
    assert krippendorff_alpha(EXAMPLE, level) == pytest.approx(published, abs=5e-4)


def test_kappa_by_hand():
    # observed 3 of 4; by chance (2*1 + 2*3) / 16 = 0.5
    pairs = [("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")]
    assert cohen_kappa(pairs) == pytest.approx(0.5)
    # squares observed 4 of 3 pairs; by chance (4+1+4 + 1+0+1 + 0+1+0) of 9: the same
    assert cohen_kappa([(1, 3), (2, 2), (3, 3)], order=[1, 2, 3]) == pytest.approx(0)


@given(ratings)
def test_kappa_agrees_with_the_reference_implementation(pairs):
    one, other = zip(*pairs, strict=True)
    for ours, weights in ((cohen_kappa(pairs), None), (cohen_kappa(pairs, range(1, 6)), "quadratic")):
        if ours is None:
            assert len({*one, *other}) == 1
        else:
            assert ours == pytest.approx(
                cohen_kappa_score(one, other, weights=weights, labels=[1, 2, 3, 4, 5])
            )


@given(ratings, st.randoms())
def test_order_of_things_and_of_raters_does_not_matter(pairs, random):
    shuffled = random.sample(pairs, len(pairs))
    turned = [(other, one) for one, other in pairs]
    for measure in (
        cohen_kappa,
        lambda rows: krippendorff_alpha(rows, "nominal"),
        lambda rows: krippendorff_alpha(rows, "ordinal"),
    ):
        value = measure(pairs)
        assert value is None or math.isfinite(value)
        for rows in (shuffled, turned):
            assert measure(rows) == (None if value is None else pytest.approx(value))


@given(st.lists(st.integers(1, 5), min_size=2))
def test_perfect_is_one_and_no_choice_is_none(values):
    expected = None if len(set(values)) == 1 else 1.0
    assert cohen_kappa([(value, value) for value in values]) == expected
    for level in ("nominal", "ordinal"):
        assert krippendorff_alpha([[value] * 3 for value in values], level) == expected


def test_of_nothing_there_is_none():
    assert cohen_kappa([]) is None
    assert krippendorff_alpha([], "nominal") is None
    assert krippendorff_alpha([[1], [2]], "ordinal") is None
