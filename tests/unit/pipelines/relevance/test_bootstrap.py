from __future__ import annotations

import pytest

from pipelines.relevance.bootstrap import paired_difference


def test_a_small_loss_on_every_query_is_seen_where_queries_differ_much() -> None:
    before = [place / 100 for place in range(100)]
    worse = paired_difference(before, [value - 0.01 for value in before])
    assert worse.is_worse
    assert (worse.mean, worse.low) == (pytest.approx(-0.01), pytest.approx(-0.01))


def test_gains_and_losses_in_balance_are_no_difference() -> None:
    before = [0.5] * 40
    swings = paired_difference(before, [0.5 + (0.2 if place % 2 else -0.2) for place in range(40)])
    assert not swings.is_worse
    assert not swings.is_better
    assert swings.low < 0 < swings.high


def test_one_query_better_among_many_is_not_enough() -> None:
    after = [0.5] * 49 + [1.0]
    assert not paired_difference([0.5] * 50, after).is_better


def test_the_interval_is_the_one_that_theory_gives() -> None:
    # 0 or 1 with equal chance, 400 times: mean .5, standard error .025.
    difference = paired_difference([0.0] * 400, [float(place % 2) for place in range(400)])
    assert difference.low == pytest.approx(0.5 - 1.96 * 0.025, abs=0.005)
    assert difference.high == pytest.approx(0.5 + 1.96 * 0.025, abs=0.005)


def test_the_same_figures_give_the_same_interval() -> None:
    before, after = [0.1, 0.9, 0.4], [0.2, 0.7, 0.9]
    assert paired_difference(before, after) == paired_difference(before, after)


@pytest.mark.parametrize(("before", "after"), [([], []), ([0.1], [0.1, 0.2])])
def test_figures_of_different_queries_are_refused(before: list[float], after: list[float]) -> None:
    with pytest.raises(ValueError, match="same queries"):
        paired_difference(before, after)
