"""Writes raw facts in batches: one statement each, the rows as one JSON document."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.analytics.domain.sale import Sale
from deployments.analytics.domain.visit_event import VisitEvent

# Rows are written in the order of their keys, so that two writers never wait for each other.
_ADD_EVENTS = text("""
WITH given AS (
  SELECT DISTINCT ON (event_id) *
  FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(
    event_id uuid, occurred_at timestamptz, type text, source text, session_id uuid,
    product_id uuid, query text, payload jsonb)
  ORDER BY event_id
), fresh AS (
  INSERT INTO event_keys (event_id) SELECT event_id FROM given ORDER BY event_id
  ON CONFLICT DO NOTHING RETURNING event_id
), added AS (
  INSERT INTO events
    (event_id, occurred_at, type, source, session_id, product_id, query, payload)
  SELECT event_id, occurred_at, type, source, session_id, product_id, query, payload
  FROM given JOIN fresh USING (event_id)
  RETURNING source, occurred_at
), known AS (
  INSERT INTO sources (source, currency) SELECT DISTINCT source, '' FROM added ORDER BY source
  ON CONFLICT DO NOTHING
), marked AS (
  INSERT INTO stale_days (facts, source, day)
  SELECT DISTINCT 'events', source, (occurred_at AT TIME ZONE 'UTC')::date AS day
  FROM added ORDER BY source, day
  ON CONFLICT (facts, source, day) DO UPDATE SET version = DEFAULT
)
SELECT count(*) FROM added
""")

# ``before`` sees the rows as they were: the day a sale leaves is stale as well as its new one. It
# finds them by an array of ids: for a join a planner without statistics of a filling table chooses
# the index on (source, paid_at) and reads all of an import's rows for each.
_PUT_SALES = text("""
WITH given AS (
  SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(
    source text, order_id uuid, order_number text, kind text, session_id uuid, customer_key text,
    country text, currency text, shipping bigint, tax bigint, discount bigint, total bigint,
    paid_at timestamptz, fingerprint text)
), before AS (
  SELECT source, order_id, paid_at FROM purchases
  WHERE order_id = ANY(CAST(:order_ids AS uuid[]))
), written AS (
  INSERT INTO purchases AS p
    (source, order_id, order_number, kind, session_id, customer_key, country, currency, shipping,
     tax, discount, total, paid_at, fingerprint)
  SELECT source, order_id, order_number, kind, session_id, customer_key, country, currency,
         shipping, tax, discount, total, paid_at, fingerprint
  FROM given ORDER BY order_id, source
  ON CONFLICT (order_id, source) DO UPDATE SET
    order_number = excluded.order_number, kind = excluded.kind, session_id = excluded.session_id,
    customer_key = excluded.customer_key, country = excluded.country,
    currency = excluded.currency, shipping = excluded.shipping, tax = excluded.tax,
    discount = excluded.discount, total = excluded.total, paid_at = excluded.paid_at,
    fingerprint = excluded.fingerprint, recorded_at = now()
  WHERE CAST(:replace AS boolean) AND p.fingerprint <> excluded.fingerprint
  RETURNING source, order_id, currency, paid_at
), known AS (
  INSERT INTO sources (source, currency)
  SELECT DISTINCT source, currency FROM written ORDER BY source, currency ON CONFLICT DO NOTHING
), marked AS (
  INSERT INTO stale_days (facts, source, day)
  SELECT DISTINCT 'sales', source, (moment AT TIME ZONE 'UTC')::date AS day FROM (
    SELECT source, paid_at AS moment FROM written
    UNION ALL
    SELECT source, before.paid_at FROM before JOIN written USING (source, order_id)
  ) moments ORDER BY source, day
  ON CONFLICT (facts, source, day) DO UPDATE SET version = DEFAULT
)
SELECT source, order_id FROM written
""")

_REMOVE_LINES = text("""
DELETE FROM purchase_lines l USING jsonb_to_recordset(CAST(:rows AS jsonb))
  AS r(source text, order_id uuid)
WHERE l.source = r.source AND l.order_id = r.order_id
""")

_ADD_LINES = text("""
INSERT INTO purchase_lines
  (source, order_id, line, product_id, variant_id, sku, title, quantity, unit_price)
SELECT source, order_id, line, product_id, variant_id, sku, title, quantity, unit_price
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(
  source text, order_id uuid, line smallint, product_id uuid, variant_id uuid, sku text,
  title text, quantity integer, unit_price bigint)
""")


class SqlFactsRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add_events(self, events: Sequence[VisitEvent]) -> int:
        rows = [
            {
                "event_id": event.event_id,
                "occurred_at": event.occurred_at.isoformat(),
                "type": event.type,
                "source": event.source,
                "session_id": event.session_id,
                "product_id": event.product_id,
                "query": event.query,
                "payload": event.payload,
            }
            for event in events
        ]
        added: int = (await self._session.scalar(_ADD_EVENTS, {"rows": _json(rows)})) or 0
        return added

    async def put_sales(self, sales: Sequence[Sale], *, replace: bool) -> int:
        given = {(sale.source, sale.order_id): sale for sale in sales}
        rows = [_sale_row(sale) for sale in given.values()]
        values = {
            "rows": _json(rows),
            "order_ids": [sale.order_id for sale in sales],
            "replace": replace,
        }
        result = await self._session.execute(_PUT_SALES, values)
        written: list[tuple[str, UUID]] = [(row.source, row.order_id) for row in result]
        if not written:
            return 0
        ids = [{"source": source, "order_id": order_id} for source, order_id in written]
        await self._session.execute(_REMOVE_LINES, {"rows": _json(ids)})
        lines = [row for key in written for row in _line_rows(given[key])]
        await self._session.execute(_ADD_LINES, {"rows": _json(lines)})
        return len(written)


def _json(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, default=str, separators=(",", ":"), ensure_ascii=False)


def _sale_row(sale: Sale) -> dict[str, Any]:
    return {
        "source": sale.source,
        "order_id": sale.order_id,
        "order_number": sale.order_number,
        "kind": sale.kind,
        "session_id": sale.session_id,
        "customer_key": sale.customer_key,
        "country": sale.country,
        "currency": sale.currency,
        "shipping": sale.shipping,
        "tax": sale.tax,
        "discount": sale.discount,
        "total": sale.total,
        "paid_at": sale.paid_at.isoformat(),
        "fingerprint": sale.fingerprint(),
    }


def _line_rows(sale: Sale) -> list[dict[str, Any]]:
    return [
        {
            "source": sale.source,
            "order_id": sale.order_id,
            "line": number,
            "product_id": line.product_id,
            "variant_id": line.variant_id,
            "sku": line.sku,
            "title": line.title,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
        }
        for number, line in enumerate(sale.lines, start=1)
    ]
