"""The services the cart calls, for real: products in this process, payments with a sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from deployments.cart.infrastructure.payments_gateway import PaymentsGateway
from deployments.cart.infrastructure.products_gateway import ProductsGateway
from deployments.local.ports import free_port
from deployments.payments.api import create_api as create_payments
from deployments.payments.contract import PaymentsClient
from deployments.payments.infrastructure.settings import PaymentsSettings
from deployments.products.api import create_api as create_products
from deployments.products.contract import ProductsClient
from deployments.products.infrastructure.settings import ProductsSettings
from deployments.shared.http_client import ServiceHttp
from deployments.shared.settings import PlatformSettings
from tests.sandbox_support import (
    API_KEY,
    WEBHOOK_SECRET,
    running_sandbox,
    sandbox_settings,
    serving,
)
from tests.support import Keys, running


@asynccontextmanager
async def _calling(
    name: str, app: FastAPI, keys: Keys, patience: float | None = None
) -> AsyncIterator[ServiceHttp]:
    http = ServiceHttp(
        name,
        f"http://{name}",
        authorization=lambda: keys.service("cart", name)["Authorization"].split()[1],
        transport=httpx.ASGITransport(app=app),
        timeout=httpx.Timeout(patience) if patience else None,
    )
    try:
        yield http
    finally:
        await http.aclose()


@asynccontextmanager
async def real_products(
    platform: PlatformSettings,
    keys: Keys,
    database_url: str,
    folder: Path,
    *,
    patience: float | None = None,
) -> AsyncIterator[tuple[httpx.AsyncClient, ProductsGateway]]:
    """``patience``: seconds to wait for an answer where many ask at once."""
    settings = ProductsSettings(
        database_url=database_url,
        service_key=keys.encoded("products"),
        media_folder=folder,
        database_pool_size=20 if patience else 5,
    )
    app = create_products(platform, settings, verifier=keys.verifier("products"))
    async with running(app) as client, _calling("products", app, keys, patience) as http:
        calls = ProductsClient(http)
        yield client, ProductsGateway(calls, patience) if patience else ProductsGateway(calls)


@asynccontextmanager
async def real_payments(
    platform: PlatformSettings, keys: Keys, database_url: str, folder: Path
) -> AsyncIterator[tuple[httpx.AsyncClient, PaymentsGateway]]:
    """Payments that talks to a sandbox of its own, which delivers its webhooks."""
    port = free_port()
    sandbox = sandbox_settings(folder, webhook_url=f"http://127.0.0.1:{port}/webhook")
    values: dict[str, Any] = {
        "database_url": database_url,
        "service_key": keys.encoded("payments"),
        "stripe_api_key": SecretStr(API_KEY),
        "stripe_api_base": f"http://127.0.0.1:{sandbox.port}",
        "stripe_webhook_secret": SecretStr(WEBHOOK_SECRET),
        "events_poll_seconds": 0.05,
    }
    app = create_payments(platform, PaymentsSettings(**values), verifier=keys.verifier("payments"))
    async with (
        running_sandbox(sandbox),
        serving(app, port) as address,
        httpx.AsyncClient(base_url=address) as client,
        _calling("payments", app, keys) as http,
    ):
        yield client, PaymentsGateway(PaymentsClient(http))
