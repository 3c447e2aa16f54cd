"""Measures of a ranking, against figures computed by hand."""

from __future__ import annotations

import math

import pytest

from pipelines.relevance.metrics import mean, score

GRADES = {"a": 3, "b": 1, "c": 0, "d": 2}
IDEAL = 7 + 3 / 1.584963 + 0.5


def test_the_best_order_is_1_in_every_measure() -> None:
    scores = score(["a", "d", "b"], GRADES, top_grade=3)
    assert scores is not None
    assert (scores.ndcg10, scores.cond10, scores.recall100) == (1, 1, 1)


def test_an_unjudged_product_costs_ndcg_and_not_the_condensed_one() -> None:
    scores = score(["x", "a", "c", "b"], GRADES, top_grade=3)
    assert scores is not None
    # a in place 2, b in place 4; without x in places 1 and 3.
    assert scores.ndcg10 == pytest.approx((7 / 1.584963 + 1 / 2.321928) / IDEAL, abs=1e-5)
    assert scores.cond10 == pytest.approx((7 + 1 / 2) / IDEAL, abs=1e-5)


def test_only_the_first_ten_count_and_a_hundred_for_recall() -> None:
    ranked = [f"x{place}" for place in range(10)] + ["a"]
    scores = score(ranked, GRADES, top_grade=3)
    assert scores is not None
    assert (scores.ndcg10, scores.recall100) == (0, 1)
    late = score([f"x{place}" for place in range(100)] + ["a"], GRADES, top_grade=3)
    assert late is not None
    assert late.recall100 == 0


def test_the_ideal_has_ten_places_too() -> None:
    grades = {f"p{place}": 1 for place in range(30)}
    scores = score([f"p{place}" for place in range(10)], grades, top_grade=1)
    assert scores is not None
    assert (scores.ndcg10, scores.recall100) == (1, pytest.approx(1 / 3))


def test_recall_is_of_the_top_grade_of_all_queries() -> None:
    scores = score(["b"], {"b": 1}, top_grade=3)
    assert scores is not None
    assert (scores.ndcg10, scores.recall100) == (1, None)


def test_finding_nothing_is_0_and_a_query_nothing_fits_does_not_count() -> None:
    scores = score([], GRADES, top_grade=3)
    assert scores is not None
    assert (scores.ndcg10, scores.cond10, scores.recall100) == (0, 0, 0)
    assert score(["c"], {"c": 0}, top_grade=3) is None


def test_a_mean_leaves_out_what_is_not_there() -> None:
    assert mean([1.0, None, 0.5]) == 0.75
    assert math.isnan(mean([None]))
