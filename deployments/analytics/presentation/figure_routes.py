"""Giving figures out."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from deployments.analytics.application.read_bought_together import ReadBoughtTogether
from deployments.analytics.application.read_dashboard import ReadDashboard
from deployments.analytics.application.read_popular import ReadPopular
from deployments.analytics.application.read_trending import ReadTrending
from deployments.analytics.application.read_zero_results import ReadZeroResults
from deployments.analytics.contract import (
    BoughtTogether,
    Dashboard,
    PopularProduct,
    TrendingSearch,
    ZeroResultSearch,
)
from deployments.analytics.domain.period import Period
from deployments.analytics.presentation.translate import dashboard
from deployments.shared.authentication import require_roles_or_service
from deployments.shared.settings import OPERATOR
from deployments.shared.tokens import ANALYST, MERCHANT

router = APIRouter(tags=["figures"])
_insiders = [Depends(require_roles_or_service((ANALYST, MERCHANT), (OPERATOR,)))]

_Limit = Annotated[int, Query(ge=1, le=50)]
_Day = Annotated[date, Query(examples=["2025-01-31"], description="a UTC day, included")]


@router.get("/dashboard", dependencies=_insiders)
async def read_dashboard(
    request: Request,
    start: _Day,
    end: _Day,
    source: Annotated[
        str | None, Query(max_length=60, description="store, demo or an import; all if left out")
    ] = None,
    currency: Annotated[
        str | None, Query(pattern="^[A-Z]{3}$", description="the store's, or the source's")
    ] = None,
) -> Dashboard:
    """Figures of one currency from `start` to `end`, and of the equally long time before.

    A purchase shows as soon as it is recorded: days that changed since the last aggregation are
    computed from their facts.
    """
    use_case: ReadDashboard = request.app.state.read_dashboard
    return dashboard(await use_case(Period(start, end), source, currency))


@router.get("/products/popular")
async def read_popular(request: Request, limit: _Limit = 12) -> list[PopularProduct]:
    """Products by views, carts and purchases of 90 days; each counts half after a week."""
    use_case: ReadPopular = request.app.state.read_popular
    return [PopularProduct.model_validate(row) for row in await use_case(limit)]


@router.get("/products/{product_id}/bought-together")
async def read_bought_together(
    product_id: UUID, request: Request, limit: _Limit = 6
) -> list[BoughtTogether]:
    """Products that share orders with this one, strongest first."""
    use_case: ReadBoughtTogether = request.app.state.read_bought_together
    return [BoughtTogether.model_validate(row) for row in await use_case(product_id, limit)]


@router.get("/search/trending")
async def read_trending(request: Request, limit: _Limit = 10) -> list[TrendingSearch]:
    """Searches of the last week that more than one visit made, against the four weeks before."""
    use_case: ReadTrending = request.app.state.read_trending
    return [TrendingSearch.model_validate(row) for row in await use_case(limit)]


@router.get("/search/zero-results", dependencies=_insiders)
async def read_zero_results(
    request: Request, start: _Day, end: _Day, limit: _Limit = 20
) -> list[ZeroResultSearch]:
    """Searches that found nothing, the most frequent first."""
    use_case: ReadZeroResults = request.app.state.read_zero_results
    rows = await use_case(Period(start, end), limit)
    return [ZeroResultSearch.model_validate(row) for row in rows]
