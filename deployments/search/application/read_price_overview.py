"""Where we stand against the merchants, over all compared products."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from deployments.search.application.price_ports import BeginPrices, LastRun, Position
from deployments.search.domain.price_comparison import Standing, gap, standing


@dataclass(frozen=True, slots=True)
class Overview:
    """``positions``: the dearest against the best offer first."""

    counts: Counter[Standing]
    positions: list[Position]
    open_reviews: int
    last_run: LastRun | None


class ReadPriceOverview:
    def __init__(self, begin: BeginPrices) -> None:
        self._begin = begin

    async def __call__(self) -> Overview:
        async with self._begin() as work:
            positions = await work.prices.positions()
            reviews = await work.prices.open_reviews()
            last_run = await work.prices.last_run()
        positions.sort(key=lambda p: (-gap(p.our_total, p.best_total), p.title))
        counts = Counter(standing(p.our_total, p.best_total) for p in positions)
        return Overview(counts, positions, reviews, last_run)
