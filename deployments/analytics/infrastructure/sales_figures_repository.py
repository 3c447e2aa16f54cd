"""Revenue, orders, visits and the products that make the revenue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import text

from deployments.analytics.domain.figures import ProductTotal, SalesDay, VisitsDay
from deployments.analytics.domain.period import Period
from deployments.analytics.infrastructure.snapshot_repository import FiguresSnapshot, over_days

_SALES = over_days(
    "sales",
    """
WITH {stale}
SELECT d.source, d.day, d.gross, d.refunded, d.orders, d.buying_visits
FROM daily_sales d WHERE d.currency = :currency AND {settled}
UNION ALL
SELECT s.source, s.day,
  coalesce(sum(p.total) FILTER (WHERE p.kind = 'purchase'), 0)::bigint,
  coalesce(sum(p.total) FILTER (WHERE p.kind = 'refund'), 0)::bigint,
  count(*) FILTER (WHERE p.kind = 'purchase'),
  count(DISTINCT p.session_id) FILTER (WHERE p.kind = 'purchase')
    + count(*) FILTER (WHERE p.kind = 'purchase' AND p.session_id IS NULL)
FROM stale s JOIN purchases p
  ON p.source = s.source AND p.paid_at >= s.since AND p.paid_at < s.until
WHERE p.currency = :currency GROUP BY s.source, s.day
""",
)

_VISITS = over_days(
    "events",
    """
WITH {stale}, visit AS (
  SELECT s.source, s.day, e.session_id,
    max(CASE e.type WHEN 'checkout_started' THEN 3 WHEN 'add_to_cart' THEN 2
                    WHEN 'product_view' THEN 1 ELSE 0 END) AS reached
  FROM stale s JOIN events e
    ON e.source = s.source AND e.occurred_at >= s.since AND e.occurred_at < s.until
  WHERE e.type <> 'purchase' AND e.session_id IS NOT NULL
  GROUP BY s.source, s.day, e.session_id
)
SELECT d.source, d.day, d.visits, d.product_view, d.add_to_cart, d.checkout_started
FROM daily_visits d WHERE {settled}
UNION ALL
SELECT source, day, count(*), count(*) FILTER (WHERE reached >= 1),
  count(*) FILTER (WHERE reached >= 2), count(*) FILTER (WHERE reached >= 3)
FROM visit GROUP BY source, day
""",
)

# Titles are looked up for the few products of the answer only: a year has 300,000 rows.
_TOP_PRODUCTS = over_days(
    "sales",
    """
WITH {stale}, live AS MATERIALIZED (
  SELECT coalesce(l.product_id::text, l.sku) AS product_key, l.product_id,
    max(l.title COLLATE "C") AS title,
    sum(CASE p.kind WHEN 'refund' THEN -l.quantity ELSE l.quantity END) AS units,
    sum(CASE p.kind WHEN 'refund' THEN -1 ELSE 1 END * l.quantity * l.unit_price) AS revenue
  FROM stale s
  JOIN purchases p ON p.source = s.source AND p.paid_at >= s.since AND p.paid_at < s.until
  JOIN purchase_lines l ON l.source = p.source AND l.order_id = p.order_id
  WHERE p.currency = :currency GROUP BY 1, 2
), top AS (
  SELECT product_key, sum(units)::bigint AS units, sum(revenue)::bigint AS revenue FROM (
    SELECT d.product_key, d.units, d.revenue FROM product_daily d
    WHERE d.currency = :currency AND {settled}
    UNION ALL
    SELECT product_key, units, revenue FROM live
  ) sold GROUP BY product_key
  ORDER BY sum(revenue) DESC, product_key COLLATE "C" LIMIT :limit
)
SELECT top.product_key, top.units, top.revenue, named.product_id, named.title
FROM top CROSS JOIN LATERAL (
  SELECT product_id, title FROM (
    SELECT d.product_id, d.title FROM product_daily d
    WHERE d.product_key = top.product_key AND d.currency = :currency AND {settled}
    UNION ALL
    SELECT product_id, title FROM live WHERE live.product_key = top.product_key
  ) names ORDER BY title COLLATE "C" DESC LIMIT 1
) named
ORDER BY top.revenue DESC, top.product_key COLLATE "C"
""",
)

_STRONGEST = text("""
SELECT currency FROM purchases WHERE source = ANY(CAST(:sources AS text[]))
GROUP BY currency ORDER BY sum(CASE kind WHEN 'refund' THEN -total ELSE total END) DESC, currency
LIMIT 1
""")


class SalesFigures(FiguresSnapshot):
    async def strongest_currency(self, sources: Sequence[str]) -> str | None:
        found: str | None = await self._session.scalar(_STRONGEST, {"sources": list(sources)})
        return found

    async def sales(
        self, sources: Sequence[str], currency: str, first: date, last: date
    ) -> list[SalesDay]:
        rows = await self.rows(
            _SALES, sources=list(sources), currency=currency, first=first, last=last
        )
        return [SalesDay(*row) for row in rows]

    async def visits(self, sources: Sequence[str], first: date, last: date) -> list[VisitsDay]:
        rows = await self.rows(_VISITS, sources=list(sources), first=first, last=last)
        return [VisitsDay(*row) for row in rows]

    async def top_products(
        self, sources: Sequence[str], currency: str, period: Period, limit: int
    ) -> list[ProductTotal]:
        rows = await self.rows(
            _TOP_PRODUCTS,
            sources=list(sources),
            currency=currency,
            first=period.start,
            last=period.end,
            limit=limit,
        )
        return [
            ProductTotal(
                row.product_id,
                None if row.product_id else row.product_key,
                row.title,
                row.units,
                row.revenue,
            )
            for row in rows
        ]
