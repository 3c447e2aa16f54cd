"""What people search for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import text

from deployments.analytics.domain.period import Period
from deployments.analytics.domain.searches import SearchCount, Trend, fit_for_public
from deployments.analytics.infrastructure.snapshot_repository import FiguresSnapshot, over_days

_COUNTED = """
WITH {stale}, daily AS (
  SELECT d.day, d.query, d.searches, d.zero_results, d.visits
  FROM search_daily d WHERE {settled}
  UNION ALL
  SELECT s.day, e.query, count(*),
    count(*) FILTER (WHERE CAST(e.payload ->> 'result_count' AS bigint) = 0),
    count(DISTINCT e.session_id)
  FROM {facts}
  WHERE e.type = 'product_search' AND e.query <> '' GROUP BY s.source, s.day, e.query
), counted AS (
  SELECT query,
    coalesce(sum(searches) FILTER (WHERE day >= :start), 0)::bigint AS searches,
    coalesce(sum(searches) FILTER (WHERE day < :start), 0)::bigint AS before,
    coalesce(sum(zero_results) FILTER (WHERE day >= :start), 0)::bigint AS zero_results,
    coalesce(sum(visits) FILTER (WHERE day >= :start), 0)::bigint AS visits
  FROM daily GROUP BY query
)
"""
# More candidates than trends: growth decides among the frequent ones.
_SEARCHES = over_days(
    "events",
    """{counted} SELECT * FROM counted WHERE searches > 0
ORDER BY searches DESC, query COLLATE "C" LIMIT 1000""".replace("{counted}", _COUNTED),  # nosec B608
)
_ZERO_RESULTS = over_days(
    "events",
    """{counted} SELECT * FROM counted WHERE zero_results > 0
ORDER BY zero_results DESC, query COLLATE "C" LIMIT :limit""".replace("{counted}", _COUNTED),  # nosec B608
)

_TRENDING = text("""
SELECT query, searches, growth, zero_results, visits FROM trending_searches
ORDER BY searches * log(2, (1 + growth)::numeric) DESC, query COLLATE "C" LIMIT :limit
""")


class SearchFigures(FiguresSnapshot):
    async def searches(
        self, sources: Sequence[str] | None, first: date, period: Period
    ) -> list[SearchCount]:
        if sources is None:
            sources = await self.all_sources()
        rows = await self.rows(
            _SEARCHES, sources=list(sources), first=first, start=period.start, last=period.end
        )
        return [SearchCount(*row) for row in rows]

    async def zero_results(self, period: Period, limit: int) -> list[SearchCount]:
        rows = await self.rows(
            _ZERO_RESULTS,
            sources=await self.all_sources(),
            first=period.start,
            start=period.start,
            last=period.end,
            limit=limit,
        )
        return [SearchCount(*row) for row in rows]

    async def trending(self, limit: int) -> list[Trend] | None:
        if await self.aggregated_until() is None:
            return None
        # Room for those that are left out.
        rows = await self.rows(_TRENDING, limit=limit * 3)
        return [
            Trend(row.query, row.searches, row.growth, row.zero_results > 0)
            for row in rows
            if fit_for_public(row.query, row.visits)
        ][:limit]
