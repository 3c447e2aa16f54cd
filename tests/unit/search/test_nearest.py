"""Whether the index of vectors is the quicker way under a filter."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deployments.search.infrastructure.nearest import IndexChoice


class Planner:
    """A database that answers EXPLAIN with its estimate."""

    def __init__(self, kept: int, rows: int) -> None:
        self.kept = kept
        self.rows = rows
        self.asked = 0

    async def scalar(self, _statement: Any, _values: Any) -> str:
        self.asked += 1
        plans = [{"Plan Rows": self.kept}, {"Plan Rows": self.rows}]
        return json.dumps([{"Plan": {"Plans": plans}}])


_WHERE = " AND document.price_from <= :price_max"


@pytest.mark.parametrize(
    ("kept", "rows", "indexed"),
    [
        (200, 20_000, False),
        (2_000, 20_000, False),
        (10_000, 20_000, True),
        (10_000, 500_000, False),
        (50_000, 500_000, True),
    ],
)
async def test_few_are_compared_one_by_one_and_many_by_the_index(
    kept: int, rows: int, indexed: bool
) -> None:
    planner = Planner(kept, rows)
    quicker = await IndexChoice().is_quicker(planner, _WHERE, {"price_max": 5}, 120)  # type: ignore[arg-type]
    assert quicker is indexed


async def test_without_a_filter_the_index_is_taken_unasked() -> None:
    planner = Planner(0, 0)
    assert await IndexChoice().is_quicker(planner, "", {}, 120)  # type: ignore[arg-type]
    assert planner.asked == 0


async def test_an_estimate_is_remembered_for_a_minute() -> None:
    now = 1000.0
    planner, choice = Planner(10, 20_000), IndexChoice(lambda: now)

    async def ask(price: int) -> bool:
        return await choice.is_quicker(planner, _WHERE, {"price_max": price}, 120)  # type: ignore[arg-type]

    assert not await ask(5)
    planner.kept = 15_000
    assert not await ask(5)
    assert planner.asked == 1
    assert await ask(6)
    assert planner.asked == 2
    now += 61
    assert await ask(5)
    assert planner.asked == 3
