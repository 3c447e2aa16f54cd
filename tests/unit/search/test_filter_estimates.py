"""How many products a filter keeps, and what follows from it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deployments.search.infrastructure.filter_estimates import Estimate, FilterEstimates
from deployments.search.infrastructure.nearest import COST_OF_INDEXED


class Planner:
    """A database that answers EXPLAIN with its estimate."""

    def __init__(self, kept: int, products: int) -> None:
        self.estimate = kept, products
        self.asked = 0

    async def scalar(self, _statement: Any, _values: Any) -> str:
        self.asked += 1
        return json.dumps([{"Plan": {"Plans": [{"Plan Rows": rows} for rows in self.estimate]}}])


@pytest.mark.parametrize(
    ("kept", "products", "in_order"),
    [
        (200, 20_000, False),
        (2_000, 20_000, False),
        (10_000, 20_000, True),
        (10_000, 500_000, False),
        (50_000, 500_000, True),
    ],
)
def test_few_products_are_read_at_once_and_many_are_met_on_the_way(
    kept: int, products: int, in_order: bool
) -> None:
    estimate = Estimate(kept, products)
    assert estimate.in_order_is_quicker(120, cost=COST_OF_INDEXED) is in_order


async def test_an_estimate_is_remembered_for_a_minute() -> None:
    now = 1000.0
    planner, estimates = Planner(10, 20_000), FilterEstimates(lambda: now)

    async def ask(price: int) -> Estimate:
        where = " AND document.price_from <= :price_max"
        return await estimates.of(planner, where, {"price_max": price})  # type: ignore[arg-type]

    assert await ask(5) == Estimate(10, 20_000)
    planner.estimate = 15_000, 20_000
    assert (await ask(5)).kept == 10
    assert planner.asked == 1
    assert (await ask(6)).kept == 15_000
    now += 61
    assert (await ask(5)).kept == 15_000
    assert planner.asked == 3


async def test_filters_that_contradict_each_other_keep_nothing() -> None:
    class LeavesThemOut(Planner):
        async def scalar(self, _statement: Any, _values: Any) -> str:
            return json.dumps([{"Plan": {"Node Type": "Seq Scan"}}])

    estimate = await FilterEstimates().of(LeavesThemOut(0, 0), " AND false", {})  # type: ignore[arg-type]
    assert not estimate.in_order_is_quicker(120, cost=COST_OF_INDEXED)
