"""How search runs just now: for analysts, merchants and the operator's command line."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter, Depends, Request

from deployments.search.application.read_live import DeploymentFigures, Live, ReadLive
from deployments.search.contract import (
    DeploymentLive,
    EncodingLive,
    LivePoint,
    RouteLive,
    SearchLive,
    Spread,
)
from deployments.search.domain.live_figures import Spread as Measured
from deployments.shared.authentication import require_roles_or_service
from deployments.shared.settings import OPERATOR
from deployments.shared.tokens import ANALYST, MERCHANT

router = APIRouter(tags=["operation"])


def _spread(measured: Measured | None) -> Spread | None:
    if measured is None:
        return None
    return Spread(
        p50=round(measured.p50, 2),
        p95=round(measured.p95, 2),
        p99=round(measured.p99, 2),
        count=measured.count,
    )


def _deployment(figures: DeploymentFigures) -> DeploymentLive:
    return DeploymentLive.model_validate(
        asdict(figures.cluster)
        | {
            "ongoing": figures.ongoing,
            "waiting": figures.waiting,
            "engines": list(figures.engines),
        }
    )


def _response(live: Live) -> SearchLive:
    encoding = live.encoding
    return SearchLive(
        at=live.at,
        routes=[
            RouteLive.model_validate(
                {
                    "route": route.route,
                    "per_second": round(route.per_second, 2),
                    "failed": route.failed,
                    "milliseconds": _spread(route.milliseconds),
                }
            )
            for route in live.routes
        ],
        without_meaning=live.without_meaning,
        cache_hits=live.cache_hits,
        encoding=EncodingLive(
            queries_per_second=round(encoding.queries_per_second, 2),
            documents_per_second=round(encoding.documents_per_second, 2),
            batches=encoding.batches,
            sizes=[EncodingLive.Size(queries=size, batches=n) for size, n in encoding.sizes],
            milliseconds=_spread(encoding.milliseconds),
        ),
        lag_ms=_spread(live.lag_ms),
        deployments=[_deployment(figures) for figures in live.deployments],
        points=[
            LivePoint(
                start=point.start,
                per_second=round(point.per_second, 2),
                milliseconds=_spread(point.milliseconds),
                without_meaning=point.without_meaning,
                cache_hits=point.cache_hits,
                mean_batch=point.mean_batch,
            )
            for point in live.points
        ],
    )


@router.get(
    "/live",
    dependencies=[Depends(require_roles_or_service((ANALYST, MERCHANT), (OPERATOR,)))],
)
async def live(request: Request) -> SearchLive:
    """Requests, latency, batches, replicas and freshness of search, of all replicas together.

    Figures are of the last minute, `points` of the last 15 minutes; empty on a quiet store.
    """
    use_case: ReadLive = request.app.state.read_live
    return _response(await use_case())
