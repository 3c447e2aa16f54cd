"""Clients of the measured stack's services, as its operator."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from deployments.local.layout import StackLayout
from deployments.local.secrets_store import load_or_create
from deployments.products.contract import ProductsClient
from deployments.search.contract import SearchClient
from deployments.shared.http_client import ServiceHttp
from deployments.shared.settings import OPERATOR
from deployments.shared.tokens import ServiceTokens, private_key


@asynccontextmanager
async def clients(layout: StackLayout) -> AsyncIterator[tuple[ProductsClient, SearchClient]]:
    tokens = ServiceTokens(
        OPERATOR, private_key(load_or_create(layout.data).service_keys[OPERATOR])
    )

    def http(service: str, path: str) -> ServiceHttp:
        return ServiceHttp(
            service, layout.api(path), authorization=lambda: tokens.for_audience(service)
        )

    products, search = http("products", "/products"), http("search", "/ai")
    try:
        yield ProductsClient(products), SearchClient(search)
    finally:
        await products.aclose()
        await search.aclose()
