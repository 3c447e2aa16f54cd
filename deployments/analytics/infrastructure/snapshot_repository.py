"""One moment's view of the figures: the pipeline's for settled days, raw facts for stale ones.

The computations in the ``*_figures_repository`` modules and in ``pipelines/sales_analytics`` are
two forms of one definition; a test holds them equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from sqlalchemy import TextClause, text

from deployments.shared.database import SessionFactory

# Days of the facts that changed after their figures were computed, within the asked range.
_STALE = """
stale AS (
  SELECT source, day, day::timestamp AT TIME ZONE 'UTC' AS since,
         (day + 1)::timestamp AT TIME ZONE 'UTC' AS until
  FROM stale_days
  WHERE facts = '{facts}' AND source = ANY(CAST(:sources AS text[]))
    AND day BETWEEN :first AND :last
)"""
# Facts of the stale days ``s``. OFFSET 0 keeps the planner from joining the other way round: it
# expects many stale days and would read all facts for the usual one.
_FACTS = {
    "events": """stale s CROSS JOIN LATERAL (
    SELECT * FROM events
    WHERE source = s.source AND occurred_at >= s.since AND occurred_at < s.until OFFSET 0
  ) e""",
    "sales": """stale s CROSS JOIN LATERAL (
    SELECT * FROM purchases
    WHERE source = s.source AND paid_at >= s.since AND paid_at < s.until OFFSET 0
  ) p""",
}
_SETTLED = """
  d.source = ANY(CAST(:sources AS text[])) AND d.day BETWEEN :first AND :last
  AND NOT EXISTS (SELECT FROM stale s WHERE s.source = d.source AND s.day = d.day)"""


def over_days(facts: str, sql: str) -> TextClause:
    """``sql`` with its parts filled in: {stale}, a CTE; {settled}, a condition on a table ``d``;
    {facts}, the stale days ``s`` with their events ``e`` or purchases ``p``.

    It takes the values ``sources``, ``first`` and ``last``.
    """
    parts = {"stale": _STALE.format(facts=facts), "settled": _SETTLED, "facts": _FACTS[facts]}
    for name, part in parts.items():
        sql = sql.replace(f"{{{name}}}", part)
    return text(sql)


_CURRENCIES = text("SELECT source, currency FROM sources ORDER BY source, currency")
_LAST_FACT = text("""
SELECT max(moment) FROM (
  SELECT (SELECT max(occurred_at) FROM events WHERE source = s) AS moment
  FROM unnest(CAST(:sources AS text[])) s
  UNION ALL
  SELECT (SELECT max(paid_at) FROM purchases WHERE source = s)
  FROM unnest(CAST(:sources AS text[])) s
) moments
""")
_UNTIL = text("SELECT max(aggregated_until) FROM aggregation_runs")


class FiguresSnapshot:
    """One read-only transaction over one snapshot."""

    def __init__(self, sessions: SessionFactory) -> None:
        self._sessions = sessions

    async def __aenter__(self) -> Self:
        self._session = self._sessions()
        try:
            await self._session.connection(
                execution_options={
                    "isolation_level": "REPEATABLE READ",
                    "postgresql_readonly": True,
                }
            )
            # Compiling these statements takes longer than running them.
            await self._session.execute(text("SET LOCAL jit = off"))
        except BaseException:
            await self._session.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def rows(self, query: TextClause, **values: Any) -> Sequence[Any]:
        return (await self._session.execute(query, values)).all()

    async def currencies(self) -> Sequence[tuple[str, str]]:
        return [(row.source, row.currency) for row in await self.rows(_CURRENCIES)]

    async def all_sources(self) -> list[str]:
        return sorted({source for source, _ in await self.currencies()})

    async def last_fact_at(self, sources: Sequence[str]) -> datetime | None:
        last: datetime | None = await self._session.scalar(_LAST_FACT, {"sources": list(sources)})
        return last

    async def aggregated_until(self) -> datetime | None:
        until: datetime | None = await self._session.scalar(_UNTIL)
        return until
