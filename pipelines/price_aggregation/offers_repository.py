"""Writes offers, their history, the review queue and positions; one transaction a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from deployments.search.domain.price_comparison import MerchantOffer
from deployments.shared.ids import new_id
from models.search.offers import (
    OfferRow,
    PricePositionRow,
    PriceReviewRow,
    PriceRunRow,
)
from pipelines.price_aggregation.batches import batches
from pipelines.price_aggregation.decisions import Decisions
from pipelines.price_aggregation.offers import MatchedOffer
from pipelines.price_aggregation.positions import ProductPosition
from pipelines.price_aggregation.report import PriceReport

_BATCH = 500
_KEPT = {"id", "merchant", "url", "first_seen_at"}
_LOCK = "mercato price_aggregation"

# One row per day of a change; a second run of the day corrects the day's row.
_WRITE_HISTORY = text(
    """
    INSERT INTO offer_history (offer_id, day, price, total, in_stock)
    SELECT offers.id, :day, offers.price, offers.total, offers.in_stock
    FROM offers
    LEFT JOIN LATERAL (
        SELECT price, total, in_stock FROM offer_history
        WHERE offer_id = offers.id ORDER BY day DESC LIMIT 1
    ) AS last ON true
    WHERE offers.id = ANY(:ids)
      AND (last.price, last.total, last.in_stock)
          IS DISTINCT FROM (offers.price, offers.total, offers.in_stock)
    ON CONFLICT (offer_id, day) DO UPDATE
    SET price = excluded.price, total = excluded.total, in_stock = excluded.in_stock
    """
)


def _row(item: MatchedOffer, currency: str) -> dict[str, Any]:
    offer, match = item.offer, item.match
    return {
        "id": new_id(),
        "merchant": offer.merchant,
        "url": offer.url,
        "title": offer.title,
        "brand": offer.brand,
        "gtin": offer.gtin,
        "mpn": offer.mpn,
        "pack_size": offer.pack_size,
        "listed_price": offer.listed_price,
        "listed_currency": offer.listed_currency,
        "price": offer.price,
        "shipping": offer.shipping,
        "total": offer.total,
        "currency": currency,
        "in_stock": offer.in_stock,
        "status": "review" if item.needs_review else "matched",
        "product_id": match.product_id,
        "variant_id": match.variant_id,
        "matched_by": match.matched_by,
        "confidence": match.confidence,
        "active": True,
        "first_seen_at": offer.fetched_at,
        "last_seen_at": offer.fetched_at,
    }


class OffersRepository:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def wait_for_turn(self) -> None:
        """Runs write one after the other; the lock goes with the transaction."""
        self._connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(_LOCK))))

    def decisions(self) -> Decisions:
        rows = self._connection.execute(
            select(
                OfferRow.merchant, OfferRow.url, PriceReviewRow.product_id, PriceReviewRow.decision
            )
            .join(PriceReviewRow, PriceReviewRow.offer_id == OfferRow.id)
            .where(PriceReviewRow.decision.is_not(None))
        )
        found: dict[tuple[str, str], dict[UUID, str]] = {}
        for merchant, url, product_id, decision in rows:
            assert decision is not None  # noqa: S101 - selected so
            found.setdefault((merchant, url), {})[product_id] = decision
        return found

    def store(self, items: Sequence[MatchedOffer], currency: str, day: date) -> int:
        """Insert or update by merchant and address; returns how many offers changed."""
        changed = 0
        for batch in batches(items, _BATCH):
            ids = self._upsert([_row(item, currency) for item in batch])
            result = self._connection.execute(
                _WRITE_HISTORY, {"day": day, "ids": list(ids.values())}
            )
            changed += result.rowcount
            self._queue(batch, ids)
        return changed

    def _upsert(self, rows: list[dict[str, Any]]) -> dict[tuple[str, str], UUID]:
        statement = insert(OfferRow).values(rows)
        stored = self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["merchant", "url"],
                set_={name: statement.excluded[name] for name in rows[0].keys() - _KEPT},
            ).returning(OfferRow.merchant, OfferRow.url, OfferRow.id)
        )
        return {(merchant, url): identity for merchant, url, identity in stored}

    def _queue(self, batch: Sequence[MatchedOffer], ids: dict[tuple[str, str], UUID]) -> None:
        """Open entries are replaced, decided ones stay."""
        self._connection.execute(
            delete(PriceReviewRow).where(
                PriceReviewRow.offer_id.in_(ids.values()), PriceReviewRow.decision.is_(None)
            )
        )
        entries = [
            {
                "offer_id": ids[item.offer.merchant, item.offer.url],
                "product_id": item.match.product_id,
                "confidence": item.match.confidence,
                "note": item.match.note,
                "created_at": item.offer.fetched_at,
            }
            for item in batch
            if item.needs_review
        ]
        if entries:
            statement = insert(PriceReviewRow).values(entries)
            self._connection.execute(statement.on_conflict_do_nothing())

    def retire(self, merchant: str, before: datetime) -> int:
        """End the merchant's offers that were last seen ``before``; for a complete read only."""
        result = self._connection.execute(
            update(OfferRow)
            .where(OfferRow.merchant == merchant, OfferRow.active, OfferRow.last_seen_at < before)
            .values(active=False)
        )
        return result.rowcount

    def retire_other_merchants(self, merchants: Sequence[str]) -> None:
        """A merchant that is no longer a source is no longer compared."""
        self._connection.execute(
            update(OfferRow)
            .where(OfferRow.merchant.not_in(merchants), OfferRow.active)
            .values(active=False)
        )

    def matched_offers(
        self, currency: str, since: datetime
    ) -> Iterator[tuple[UUID, MerchantOffer]]:
        rows = self._connection.execute(
            select(OfferRow.__table__).where(
                OfferRow.status == "matched",
                OfferRow.active,
                OfferRow.currency == currency,
                OfferRow.last_seen_at >= since,
            )
        )
        for row in rows:
            yield (
                row.product_id,
                MerchantOffer(
                    offer_id=row.id,
                    merchant=row.merchant,
                    title=row.title,
                    url=row.url,
                    price=row.price,
                    shipping=row.shipping,
                    in_stock=row.in_stock,
                    variant_id=row.variant_id,
                    matched_by=row.matched_by,
                    confidence=row.confidence,
                    fetched_at=row.last_seen_at,
                ),
            )

    def publish(self, positions: Sequence[ProductPosition], currency: str, now: datetime) -> None:
        """Replace all positions."""
        self._connection.execute(delete(PricePositionRow))
        for batch in batches(positions, _BATCH):
            self._connection.execute(
                insert(PricePositionRow), [_position(item, currency, now) for item in batch]
            )

    def record(self, report: PriceReport) -> None:
        self._connection.execute(
            insert(PriceRunRow).values(
                id=new_id(),
                started_at=report.started_at,
                finished_at=report.finished_at,
                report=report.as_json(),
            )
        )


def _position(item: ProductPosition, currency: str, now: datetime) -> dict[str, Any]:
    product, comparison = item.product, item.comparison
    assert comparison.best is not None  # noqa: S101 - positions() gives no other
    return {
        "product_id": product.product_id,
        "slug": product.slug,
        "title": product.title,
        "category_path": product.category_path,
        "currency": currency,
        "our_price": comparison.our_price,
        "our_total": comparison.our_total,
        "best_total": comparison.best.total,
        "best_merchant": comparison.best.merchant,
        "position": comparison.position,
        "offer_count": comparison.in_stock_count,
        "updated_at": now,
    }
