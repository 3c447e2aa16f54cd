"""Popular products and products bought together: the pipeline's, and computed from raw facts
before its first run."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import text

from deployments.analytics.application.ports import Companion, Popular
from deployments.analytics.domain.popularity import (
    CART_WEIGHT,
    HALF_LIFE_DAYS,
    MAX_PRODUCTS_PER_ORDER,
    MIN_ORDERS_TOGETHER,
    PURCHASE_WEIGHT,
    TOGETHER_WINDOW_DAYS,
    VIEW_WEIGHT,
    WINDOW_DAYS,
)
from deployments.analytics.infrastructure.snapshot_repository import FiguresSnapshot

_POPULAR = text("""
SELECT product_id, title, score, views, purchases FROM product_popularity
ORDER BY score DESC, product_id LIMIT :limit
""")
# Before the first run of the pipeline.
_POPULAR_LIVE = text("""
WITH happened AS (
  SELECT product_id, occurred_at AS moment, payload ->> 'title' AS title,
    (type = 'product_view')::int AS view, (type = 'add_to_cart')::int AS cart, 0 AS bought
  FROM events
  WHERE occurred_at >= :since AND type IN ('product_view', 'add_to_cart')
    AND product_id IS NOT NULL
  UNION ALL
  SELECT l.product_id, p.paid_at, max(l.title COLLATE "C"), 0, 0, 1
  FROM purchases p JOIN purchase_lines l USING (source, order_id)
  WHERE p.paid_at >= :since AND p.kind = 'purchase' AND l.product_id IS NOT NULL
  GROUP BY p.source, p.order_id, l.product_id
)
SELECT product_id,
  coalesce((array_agg(title ORDER BY moment DESC, title DESC)
            FILTER (WHERE title <> ''))[1], '') AS title,
  sum(power(0.5, (CAST(:today AS date) - (moment AT TIME ZONE 'UTC')::date)
                 / CAST(:half_life AS float8))
      * (:view_weight * view + :cart_weight * cart + :purchase_weight * bought)) AS score,
  sum(view)::int AS views, sum(bought)::int AS purchases
FROM happened GROUP BY product_id ORDER BY score DESC, product_id LIMIT :limit
""")

_TOGETHER = text("""
SELECT other_id, other_title, orders, score FROM bought_together
WHERE product_id = :product_id ORDER BY score DESC, other_id LIMIT :limit
""")
_TOGETHER_LIVE = text("""
WITH baskets AS (
  SELECT p.source, p.order_id, l.product_id, max(l.title COLLATE "C") AS title,
    count(*) OVER (PARTITION BY p.source, p.order_id) AS products
  FROM purchases p JOIN purchase_lines l USING (source, order_id)
  WHERE p.kind = 'purchase' AND p.paid_at >= :since AND l.product_id IS NOT NULL
  GROUP BY p.source, p.order_id, l.product_id
), small AS (SELECT * FROM baskets WHERE products <= :max_products
), counts AS (SELECT product_id, count(*) AS orders FROM small GROUP BY product_id
), pairs AS (
  SELECT b.product_id AS other_id, max(b.title) AS title, count(*) AS orders
  FROM small a JOIN small b USING (source, order_id)
  WHERE a.product_id = :product_id AND b.product_id <> a.product_id
  GROUP BY b.product_id HAVING count(*) >= :min_orders
)
SELECT p.other_id, p.title AS other_title, p.orders,
  p.orders / sqrt(x.orders::float8 * y.orders) AS score
FROM pairs p JOIN counts x ON x.product_id = :product_id JOIN counts y ON y.product_id = p.other_id
ORDER BY score DESC, p.other_id LIMIT :limit
""")


def _window_start(today: date, days: int) -> datetime:
    return datetime.combine(today - timedelta(days=days - 1), time(), UTC)


class ProductFigures(FiguresSnapshot):
    async def popular(self, limit: int, today: date) -> list[Popular]:
        if await self.aggregated_until() is not None:
            rows = await self.rows(_POPULAR, limit=limit)
        else:
            rows = await self.rows(
                _POPULAR_LIVE,
                since=_window_start(today, WINDOW_DAYS),
                today=today,
                half_life=HALF_LIFE_DAYS,
                view_weight=VIEW_WEIGHT,
                cart_weight=CART_WEIGHT,
                purchase_weight=PURCHASE_WEIGHT,
                limit=limit,
            )
        return [Popular(*row) for row in rows]

    async def bought_together(self, product_id: UUID, limit: int, today: date) -> list[Companion]:
        if await self.aggregated_until() is not None:
            rows = await self.rows(_TOGETHER, product_id=product_id, limit=limit)
        else:
            rows = await self.rows(
                _TOGETHER_LIVE,
                product_id=product_id,
                since=_window_start(today, TOGETHER_WINDOW_DAYS),
                max_products=MAX_PRODUCTS_PER_ORDER,
                min_orders=MIN_ORDERS_TOGETHER,
                limit=limit,
            )
        return [Companion(*row) for row in rows]
