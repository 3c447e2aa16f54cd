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
FROM {facts}
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
  FROM {facts}
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

# Whole months come from the monthly table, unless a day of theirs is stale; the days around them
# and those of months with a stale day from the daily one; stale days from the facts.
_TOP_PRODUCTS = over_days(
    "sales",
    """
WITH {stale}, broken AS (
  SELECT DISTINCT source, date_trunc('month', day)::date AS month FROM stale
  WHERE day >= :months_from AND day < :months_until
), sold AS (
  SELECT product_key, product_id, title, units, revenue FROM product_monthly m
  WHERE m.source = ANY(CAST(:sources AS text[])) AND m.currency = :currency
    AND m.month >= :months_from AND m.month < :months_until
    AND NOT EXISTS (SELECT FROM broken b WHERE b.source = m.source AND b.month = m.month)
  UNION ALL
  SELECT d.product_key, d.product_id, d.title, d.units, d.revenue FROM product_daily d
  WHERE d.currency = :currency AND d.day < :months_from AND {settled}
  UNION ALL
  SELECT d.product_key, d.product_id, d.title, d.units, d.revenue FROM product_daily d
  WHERE d.currency = :currency AND d.day >= :months_until AND {settled}
  UNION ALL
  SELECT d.product_key, d.product_id, d.title, d.units, d.revenue
  FROM broken b CROSS JOIN LATERAL (
    SELECT * FROM product_daily WHERE source = b.source AND currency = :currency
      AND day >= b.month AND day < (b.month + interval '1 month')::date OFFSET 0
  ) d WHERE {settled}
  UNION ALL
  SELECT coalesce(l.product_id::text, l.sku), l.product_id, l.title,
    CASE p.kind WHEN 'refund' THEN -l.quantity ELSE l.quantity END,
    CASE p.kind WHEN 'refund' THEN -1 ELSE 1 END * l.quantity * l.unit_price
  FROM {facts} CROSS JOIN LATERAL (
    SELECT * FROM purchase_lines WHERE order_id = p.order_id AND source = p.source OFFSET 0
  ) l
  WHERE p.currency = :currency
)
SELECT product_key, max(product_id::text)::uuid AS product_id, max(title COLLATE "C") AS title,
  sum(units)::bigint AS units, sum(revenue)::bigint AS revenue
FROM sold GROUP BY product_key
ORDER BY sum(revenue) DESC, product_key COLLATE "C" LIMIT :limit
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
        months_from, months_until = period.whole_months()
        rows = await self.rows(
            _TOP_PRODUCTS,
            sources=list(sources),
            currency=currency,
            first=period.start,
            last=period.end,
            months_from=months_from,
            months_until=months_until,
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
