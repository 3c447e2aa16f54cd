"""Products that people look at, put into carts and buy, the recent weighing more."""

from __future__ import annotations

from datetime import UTC, datetime

from deployments.analytics.application.ports import Look, Popular


class ReadPopular:
    def __init__(self, look: Look) -> None:
        self._look = look

    async def __call__(self, limit: int) -> list[Popular]:
        async with self._look() as figures:
            return await figures.popular(limit, datetime.now(UTC).date())
