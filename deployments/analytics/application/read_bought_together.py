"""Products that share orders with one product."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from deployments.analytics.application.ports import Companion, Look


class ReadBoughtTogether:
    def __init__(self, look: Look) -> None:
        self._look = look

    async def __call__(self, product_id: UUID, limit: int) -> list[Companion]:
        """Strongest first; empty for a product that analytics has never seen sold."""
        async with self._look() as figures:
            return await figures.bought_together(product_id, limit, datetime.now(UTC).date())
