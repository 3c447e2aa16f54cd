"""Products like one product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from deployments.search.application.ports import UnitOfWorkFactory
from deployments.shared.errors import NotFound


class FindSimilar:
    def __init__(self, begin: UnitOfWorkFactory, *, min_similarity: float) -> None:
        self._begin = begin
        self._min_similarity = min_similarity

    async def __call__(self, product_id: UUID, limit: int) -> list[Mapping[str, Any]]:
        """Cards, nearest first; from the same category while the product has no vector.

        Raises ``NotFound`` for a product the index does not hold.
        """
        async with self._begin() as work:
            if not await work.retrieval.exists(product_id):
                raise NotFound("product_not_found", "no such product in the shop")
            active = await work.versions.active()
            near = (
                await work.retrieval.like_product(active.id, product_id, limit=limit)
                if active is not None
                else []
            )
            near.sort(key=lambda match: -match.similarity)
            ids = [m.product_id for m in near if m.similarity >= self._min_similarity]
            if not near:
                ids = await work.retrieval.same_category(product_id, limit=limit)
            cards = await work.retrieval.cards(ids)
        return [cards[identity] for identity in ids if identity in cards]
