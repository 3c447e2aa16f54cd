"""Reads what the price pipeline wrote."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.search.application.price_ports import LastRun, Position, PriceRepository
from deployments.search.domain.price_comparison import MerchantOffer
from deployments.search.domain.price_history import OfferChange
from deployments.shared.database import SqlUnitOfWork
from models.search.offers import (
    OfferHistoryRow,
    OfferRow,
    PricePositionRow,
    PriceReviewRow,
    PriceRunRow,
)


class SqlPriceRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def offers_of(
        self, product_id: UUID, currency: str, since: datetime
    ) -> list[MerchantOffer]:
        rows = await self._session.scalars(
            select(OfferRow).where(
                OfferRow.product_id == product_id,
                OfferRow.status == "matched",
                OfferRow.active,
                OfferRow.currency == currency,
                OfferRow.last_seen_at >= since,
            )
        )
        return [
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
            )
            for row in rows
        ]

    async def changes_of(self, offer_ids: Collection[UUID]) -> list[OfferChange]:
        rows = await self._session.execute(
            select(
                OfferHistoryRow.offer_id,
                OfferRow.merchant,
                OfferHistoryRow.day,
                OfferHistoryRow.total,
                OfferHistoryRow.in_stock,
            )
            .join(OfferRow, OfferRow.id == OfferHistoryRow.offer_id)
            .where(OfferHistoryRow.offer_id.in_(offer_ids))
        )
        return [OfferChange(*row) for row in rows]

    async def positions(self) -> list[Position]:
        rows = await self._session.scalars(select(PricePositionRow))
        return [
            Position(
                product_id=row.product_id,
                slug=row.slug,
                title=row.title,
                category_path=row.category_path,
                currency=row.currency,
                our_price=row.our_price,
                our_total=row.our_total,
                best_total=row.best_total,
                best_merchant=row.best_merchant,
                position=row.position,
                offer_count=row.offer_count,
            )
            for row in rows
        ]

    async def open_reviews(self) -> int:
        count = await self._session.scalar(
            select(func.count())
            .select_from(PriceReviewRow)
            .join(OfferRow, OfferRow.id == PriceReviewRow.offer_id)
            .where(PriceReviewRow.decision.is_(None), OfferRow.active)
        )
        return count or 0

    async def last_run(self) -> LastRun | None:
        row = await self._session.scalar(
            select(PriceRunRow).order_by(PriceRunRow.finished_at.desc()).limit(1)
        )
        return LastRun(row.finished_at, row.report["sources"]) if row else None


class SqlPriceUnitOfWork(SqlUnitOfWork):
    prices: PriceRepository

    def _open(self) -> None:
        self.prices = SqlPriceRepository(self.session)
