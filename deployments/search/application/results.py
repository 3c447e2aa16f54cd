"""What a search found, with its attributes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deployments.search.application.known_products import KnownProducts
from deployments.search.application.product_attributes import AttributeTable
from deployments.search.domain.query import fold
from deployments.search.domain.ranking import Ranked
from deployments.search.domain.vocabulary import Reading

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Results:
    """``ranked`` best first, ``table`` their attributes."""

    ranked: Sequence[Ranked]
    table: AttributeTable

    @classmethod
    async def of(cls, ranked: Sequence[Ranked], products: KnownProducts) -> Results:
        return cls(ranked, await products.table(ranked))

    def where(self, readings: Iterable[Reading]) -> Results:
        """Those of which all ``readings`` are true."""
        mask = np.ones(len(self.ranked), np.bool_)
        for reading in readings:
            mask &= self.agreeing(reading)
        if mask.all():
            return self
        kept = [self.ranked[place] for place in np.flatnonzero(mask).tolist()]
        return Results(kept, self.table.only(mask))

    def none(self) -> Results:
        return Results((), self.table.only(np.zeros(len(self.ranked), np.bool_)))

    def agreeing(self, reading: Reading) -> Mask:
        """Which of the products the reading is true of, by place."""
        if reading.kind == "attribute":
            return self.table.having(reading.key)
        if reading.kind == "brand":
            brands = (row.facts.brand for row in self.ranked)
            return _mask(brand and fold(brand) == reading.key for brand in brands)
        below = f"{reading.key}/"
        paths = (row.facts.category_path for row in self.ranked)
        return _mask(path and (path == reading.key or path.startswith(below)) for path in paths)


def _mask(values: Iterable[object]) -> Mask:
    return np.fromiter((bool(value) for value in values), np.bool_)
