"""Composition of the search service; knows no Ray."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from deployments.products.contract import ProductsClient
from deployments.search.application.apply_product_events import ApplyProductEvents
from deployments.search.application.embed_documents import EmbedDocuments
from deployments.search.application.find_similar import FindSimilar
from deployments.search.application.index_changes import IndexChanges
from deployments.search.application.index_products import IndexProducts
from deployments.search.application.keep_text_statistics import KeepTextStatistics
from deployments.search.application.live_ports import Deployments
from deployments.search.application.ports import Catalogue, Embedder
from deployments.search.application.query_vectors import QueryVectors
from deployments.search.application.sync_documents import SyncDocuments
from deployments.search.infrastructure.change_listener import ChangeListener
from deployments.search.infrastructure.encoders import Encoders
from deployments.search.infrastructure.local_embedder import QueriesHere
from deployments.search.infrastructure.products_gateway import ProductsGateway
from deployments.search.infrastructure.settings import SearchSettings
from deployments.search.infrastructure.unit_of_work import (
    SqlSearchReading,
    SqlSearchUnitOfWork,
    prepare_connections,
)
from deployments.search.live_setup import setup_live
from deployments.search.presentation import (
    index_routes,
    live_routes,
    price_routes,
    search_routes,
    synonym_routes,
)
from deployments.search.price_setup import setup_prices
from deployments.search.search_setup import setup_search
from deployments.search.version_setup import setup_versions
from deployments.shared.database import create_read_engine
from deployments.shared.events import PRODUCTS
from deployments.shared.service_app import Platform, create_service_app
from deployments.shared.settings import PlatformSettings
from deployments.shared.subscriptions import subscribe
from deployments.shared.tokens import TokenVerifier
from models.search.tables import outbox_cursors

_BACKLOG_PAUSE_SECONDS = 5.0
_LISTEN_PAUSE_SECONDS = 0.5
_STATISTICS_PAUSE_SECONDS = 20.0


def create_api(
    platform: PlatformSettings,
    settings: SearchSettings,
    embedder: Embedder,
    *,
    encoders: Encoders | None = None,
    verifier: TokenVerifier | None = None,
    catalogue: Catalogue | None = None,
    deployments: Deployments | None = None,
) -> FastAPI:
    """The search service as an ASGI application.

    ``embedder`` makes its vectors, but for those of queries where there are ``encoders``;
    ``catalogue`` stands in for the products service;
    ``deployments`` asks the cluster what runs.
    """

    @asynccontextmanager
    async def setup(parts: Platform) -> AsyncIterator[None]:
        reading = create_read_engine(settings.database_url, pool_size=settings.database_pool_size)
        for engine in (parts.engine, reading):
            prepare_connections(engine, ef_search=settings.ef_search)

        def begin() -> SqlSearchUnitOfWork:
            return SqlSearchUnitOfWork(parts.sessions)

        def read() -> SqlSearchReading:
            return SqlSearchReading(reading)

        def encoded_queries(size: int, seconds: float) -> None:
            meter.encoded_queries(size, seconds)

        vectors = QueryVectors(
            QueriesHere(encoders, embedder, encoded_queries) if encoders else embedder,
            timeout_seconds=settings.embed_timeout_seconds,
            cache_size=settings.query_cache_size,
        )
        products = catalogue or ProductsGateway(ProductsClient(parts.call("products")))
        documents = SyncDocuments(begin, products)
        embed = EmbedDocuments(begin, embedder, timeout_seconds=settings.index_timeout_seconds)
        state = parts.state
        changes = state.changes = IndexChanges()
        listener = ChangeListener(reading, changes)
        parts.background.append(("changes of the index", _LISTEN_PAUSE_SECONDS, listener))
        setup_search(parts, begin, read, vectors=vectors, changes=changes, settings=settings)
        state.find_similar = FindSimilar(read, min_similarity=settings.min_similarity)
        state.index_products = IndexProducts(begin, documents, embed)
        setup_versions(parts, begin, embedder, embed)
        setup_prices(parts)
        meter = setup_live(parts, vectors, deployments)

        apply_events = ApplyProductEvents(
            begin, documents, state.index_products, found_after=meter.found_after
        )
        subscribe(
            parts,
            source="products",
            topic=PRODUCTS,
            group="search",
            cursors=outbox_cursors,
            handler=apply_events,
        )
        keep_statistics = KeepTextStatistics(begin)
        parts.background.append(("text statistics", _STATISTICS_PAUSE_SECONDS, keep_statistics))
        parts.background.append(("vector backlog", _BACKLOG_PAUSE_SECONDS, embed.catch_up))
        try:
            yield
        finally:
            await reading.dispose()

    return create_service_app(
        service="search",
        title="Mercato AI search",
        description="Search by words and by meaning, similar products, price comparison.",
        platform=platform,
        settings=settings,
        setup=setup,
        routers=[
            search_routes.router,
            index_routes.router,
            price_routes.router,
            live_routes.router,
            synonym_routes.router,
        ],
        verifier=verifier,
    )
