"""Searches people make more than before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from deployments.analytics.application.ports import Look
from deployments.analytics.domain.period import Period
from deployments.analytics.domain.searches import (
    DAYS_BEFORE,
    TREND_DAYS,
    Trend,
    fit_for_public,
    trends,
)


class ReadTrending:
    def __init__(self, look: Look) -> None:
        self._look = look

    async def __call__(self, limit: int) -> list[Trend]:
        """As of the last aggregation; before the first one, as of now."""
        async with self._look() as figures:
            known = await figures.trending(limit)
            if known is not None:
                return known
            today = datetime.now(UTC).date()
            week = Period(today - timedelta(days=TREND_DAYS - 1), today)
            counts = await figures.searches(None, week.start - timedelta(days=DAYS_BEFORE), week)
        public = [count for count in counts if fit_for_public(count.query, count.visits)]
        return trends(public, days=TREND_DAYS, days_before=DAYS_BEFORE, limit=limit)
