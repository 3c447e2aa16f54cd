"""Searches that found nothing."""

from __future__ import annotations

from deployments.analytics.application.ports import Look
from deployments.analytics.domain.period import Period
from deployments.analytics.domain.searches import SearchCount


class ReadZeroResults:
    def __init__(self, look: Look) -> None:
        self._look = look

    async def __call__(self, period: Period, limit: int) -> list[SearchCount]:
        """Most frequent first, over all sources."""
        async with self._look() as figures:
            return await figures.zero_results(period, limit)
