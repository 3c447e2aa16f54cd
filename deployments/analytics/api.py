"""Composition of the analytics service; knows no Ray."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from deployments.analytics.application.accept_events import AcceptEvents
from deployments.analytics.application.import_events import ImportEvents
from deployments.analytics.application.import_sales import ImportSales
from deployments.analytics.application.read_bought_together import ReadBoughtTogether
from deployments.analytics.application.read_dashboard import ReadDashboard
from deployments.analytics.application.read_popular import ReadPopular
from deployments.analytics.application.read_trending import ReadTrending
from deployments.analytics.application.read_zero_results import ReadZeroResults
from deployments.analytics.application.record_events import RecordEvents
from deployments.analytics.application.record_purchases import RecordPurchases
from deployments.analytics.infrastructure.behaviour_stream import BehaviourStream
from deployments.analytics.infrastructure.figures import SqlFigures
from deployments.analytics.infrastructure.partition_repository import PartitionRepository
from deployments.analytics.infrastructure.settings import AnalyticsSettings
from deployments.analytics.infrastructure.unit_of_work import SqlFactsUnitOfWork
from deployments.analytics.presentation import event_routes, figure_routes
from deployments.analytics.presentation.consumers import BehaviourConsumer, OrdersConsumer
from deployments.shared.events import BEHAVIOUR, ORDERS
from deployments.shared.service_app import Platform, create_service_app
from deployments.shared.settings import PlatformSettings
from deployments.shared.streams import StreamConsumer
from deployments.shared.subscriptions import subscribe
from deployments.shared.tokens import TokenVerifier
from models.analytics.tables import outbox_cursors

_GROUP = "analytics"
# 500 imported sales with their lines.
_MAX_BODY_BYTES = 4_000_000


def create_api(
    platform: PlatformSettings,
    settings: AnalyticsSettings,
    *,
    verifier: TokenVerifier | None = None,
) -> FastAPI:
    """The analytics service as an ASGI application; it consumes its streams while it runs."""

    @asynccontextmanager
    async def setup(parts: Platform) -> AsyncIterator[None]:
        def begin() -> SqlFactsUnitOfWork:
            return SqlFactsUnitOfWork(parts.sessions)

        def look() -> SqlFigures:
            return SqlFigures(parts.sessions)

        prepare_months = PartitionRepository(parts.sessions).prepare
        record_events = RecordEvents(begin, prepare_months)
        record_purchases = RecordPurchases(begin, prepare_months)
        state = parts.state
        state.accept_events = AcceptEvents(BehaviourStream(parts.redis).publish)
        state.import_events = ImportEvents(record_events)
        state.import_sales = ImportSales(begin)
        state.read_dashboard = ReadDashboard(look)
        state.read_popular = ReadPopular(look)
        state.read_trending = ReadTrending(look)
        state.read_zero_results = ReadZeroResults(look)
        state.read_bought_together = ReadBoughtTogether(look)
        behaviour = StreamConsumer(
            parts.redis, BEHAVIOUR, _GROUP, BehaviourConsumer(record_events), batch_size=500
        )
        subscribe(
            parts,
            source="cart",
            topic=ORDERS,
            group=_GROUP,
            cursors=outbox_cursors,
            handler=OrdersConsumer(record_purchases),
        )
        parts.background.append((BEHAVIOUR, 0.2, behaviour.run))
        yield

    return create_service_app(
        service="analytics",
        title="Mercato analytics",
        description="What visitors do, what is sold, and the figures of both.",
        platform=platform,
        settings=settings,
        setup=setup,
        routers=[event_routes.router, figure_routes.router],
        verifier=verifier,
        # The store's pages ask for figures and send events from one address for all visitors.
        default_limit="3000/minute",
        max_body_bytes=max(_MAX_BODY_BYTES, platform.max_body_bytes),
    )
