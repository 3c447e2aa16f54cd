"""Price comparison over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from deployments.search.application.compare_prices import ComparePrices, ProductComparison
from deployments.search.application.price_ports import Position
from deployments.search.application.read_price_history import ReadPriceHistory
from deployments.search.application.read_price_overview import Overview, ReadPriceOverview
from deployments.search.contract import (
    Offer,
    PriceComparison,
    PriceHistory,
    PriceOverview,
    PricePoint,
    PricePosition,
    SourceStatus,
)
from deployments.search.domain.price_comparison import MerchantOffer, Standing, gap
from deployments.shared.authentication import require_roles
from deployments.shared.schemas import MoneySchema
from deployments.shared.tokens import ANALYST, MERCHANT

router = APIRouter(tags=["prices"])


def _offer(offer: MerchantOffer, currency: str) -> Offer:
    def money(amount: int) -> MoneySchema:
        return MoneySchema(amount=amount, currency=currency)

    return Offer(
        merchant=offer.merchant,
        title=offer.title,
        url=offer.url,
        price=money(offer.price),
        shipping=None if offer.shipping is None else money(offer.shipping),
        total=money(offer.total),
        in_stock=offer.in_stock,
        matched_by=offer.matched_by,
        confidence=offer.confidence,
        fetched_at=offer.fetched_at,
    )


def _comparison(found: ProductComparison) -> PriceComparison:
    comparison, currency = found.comparison, found.currency
    return PriceComparison(
        product_id=found.product_id,
        our_price=MoneySchema(amount=comparison.our_price, currency=currency),
        our_total=MoneySchema(amount=comparison.our_total, currency=currency),
        offers=[_offer(offer, currency) for offer in comparison.offers],
        best=_offer(comparison.best, currency) if comparison.best else None,
        position=comparison.position,
        updated_at=max((offer.fetched_at for offer in comparison.offers), default=None),
    )


def _position(position: Position) -> PricePosition:
    def money(amount: int) -> MoneySchema:
        return MoneySchema(amount=amount, currency=position.currency)

    return PricePosition(
        product_id=position.product_id,
        slug=position.slug,
        title=position.title,
        category_path=position.category_path,
        our_price=money(position.our_price),
        our_total=money(position.our_total),
        best_price=money(position.best_total),
        best_merchant=position.best_merchant,
        position=position.position,
        offer_count=position.offer_count,
        gap=gap(position.our_total, position.best_total),
    )


def _overview(found: Overview, limit: int) -> PriceOverview:
    run = found.last_run
    return PriceOverview(
        compared_products=len(found.positions),
        cheapest=found.counts[Standing.CHEAPEST],
        within_5_percent=found.counts[Standing.NEAR],
        dearer=found.counts[Standing.DEARER],
        review_queue=found.open_reviews,
        updated_at=run.finished_at if run else None,
        sources=[SourceStatus.model_validate(source) for source in run.sources] if run else [],
        products=[_position(position) for position in found.positions[:limit]],
    )


@router.get("/prices/{product_id}")
async def compare_prices(product_id: UUID, request: Request) -> PriceComparison:
    """Our price and other merchants' offers for a product."""
    use_case: ComparePrices = request.app.state.compare_prices
    return _comparison(await use_case(product_id))


@router.get(
    "/prices/{product_id}/history", dependencies=[Depends(require_roles(ANALYST, MERCHANT))]
)
async def price_history(product_id: UUID, request: Request) -> PriceHistory:
    """How merchants' totals for a product have moved."""
    use_case: ReadPriceHistory = request.app.state.read_price_history
    found = await use_case(product_id)
    points = [PricePoint.model_validate(point) for point in found.points]
    return PriceHistory(product_id=found.product_id, currency=found.currency, points=points)


@router.get("/prices", dependencies=[Depends(require_roles(ANALYST, MERCHANT))])
async def price_overview(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=1000, description="products listed")] = 100,
) -> PriceOverview:
    """Our position against the merchants over all products."""
    use_case: ReadPriceOverview = request.app.state.read_price_overview
    return _overview(await use_case(), limit)
