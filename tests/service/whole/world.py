"""All six services in one process: their real applications on real databases, under their
prefixes as Ray Serve has them, calling each other over HTTP; Stripe and mail are the sandbox's."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send

from deployments.analytics.api import create_api as create_analytics
from deployments.analytics.infrastructure.settings import AnalyticsSettings
from deployments.auth.api import create_api as create_auth
from deployments.auth.infrastructure.settings import AuthSettings
from deployments.cart.api import create_api as create_cart
from deployments.cart.infrastructure.settings import CartSettings
from deployments.local.ports import free_port
from deployments.payments.api import create_api as create_payments
from deployments.payments.infrastructure.settings import PaymentsSettings
from deployments.products.api import create_api as create_products
from deployments.products.infrastructure.settings import ProductsSettings
from deployments.search.api import create_api as create_search
from deployments.search.application.ports import Embedded, ModelRef, Vectors
from deployments.search.infrastructure.settings import SearchSettings
from deployments.shared.settings import SERVICES, PlatformSettings
from tests.sandbox_support import (
    API_KEY,
    WEBHOOK_SECRET,
    running_sandbox,
    sandbox_settings,
    serving,
)
from tests.support import Keys

PREFIXES = {service: f"/{service}" for service in SERVICES} | {"search": "/ai"}


class HashingEmbedder:
    """Vectors that are equal for equal texts; these tests are not about relevance."""

    dimension = 384

    async def query(self, text: str, model: ModelRef | None = None) -> Embedded:
        return await self.documents([text])

    async def documents(self, texts: Sequence[str], model: ModelRef | None = None) -> Embedded:
        return Embedded("hashing", np.stack([self._vector(text) for text in texts]))

    async def warm(self, model: ModelRef) -> None:
        """Nothing to load."""

    def _vector(self, text: str) -> Vectors:
        seed = sum(text.encode()) + len(text)
        vector = np.random.default_rng(seed).normal(size=self.dimension).astype(np.float32)
        return vector / np.linalg.norm(vector)


class Mounted:
    """Takes each service's prefix off the path, as Serve does."""

    def __init__(self, apps: Mapping[str, ASGIApp]) -> None:
        self._apps = apps

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            # The applications' own are run by whoever made them.
            for moment in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{moment}.complete"})
            return
        for prefix, app in self._apps.items():
            path = scope["path"]
            if path == prefix or path.startswith(f"{prefix}/"):
                inner = {**scope, "path": path[len(prefix) :], "root_path": prefix}
                await app(inner, receive, send)
                return
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@dataclass(frozen=True)
class World:
    """``address`` is the API's; ``apps`` the applications by service."""

    address: str
    sandbox: str
    apps: Mapping[str, FastAPI]
    logs: Path
    secrets: Mapping[str, str]

    def url(self, service: str) -> str:
        return self.address + PREFIXES[service]


def _applications(
    *,
    platform: PlatformSettings,
    keys: Keys,
    databases: Callable[[str], str],
    secrets: Mapping[str, str],
    stripe: str,
    media: Path,
) -> dict[str, FastAPI]:
    def own(service: str) -> dict[str, Any]:
        return {"database_url": databases(service), "service_key": keys.encoded(service)}

    return {
        "auth": create_auth(
            platform,
            AuthSettings(
                **own("auth"),
                signing_key=keys.encoded("users"),
                pepper=secrets["pepper"],
                bcrypt_cost=4,
            ),
        ),
        "products": create_products(
            platform, ProductsSettings(**own("products"), media_folder=media)
        ),
        "cart": create_cart(
            platform, CartSettings(**own("cart"), pseudonym_secret=secrets["pseudonym"])
        ),
        "payments": create_payments(
            platform,
            PaymentsSettings(
                **own("payments"),
                stripe_api_key=API_KEY,
                stripe_api_base=stripe,
                stripe_webhook_secret=WEBHOOK_SECRET,
            ),
        ),
        "analytics": create_analytics(platform, AnalyticsSettings(**own("analytics"))),
        "search": create_search(platform, SearchSettings(**own("search")), HashingEmbedder()),
    }


@asynccontextmanager
async def _running(
    keys: Keys,
    databases: Callable[[str], str],
    redis_url: str,
    secrets: Mapping[str, str],
    folder: Path,
) -> AsyncIterator[World]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    logs = folder / "logs"
    logs.mkdir()
    own = sandbox_settings(folder / "sandbox", webhook_url=f"{address}/payments/webhook")
    platform = PlatformSettings(
        redis_url=redis_url,
        service_public_keys=keys.public(),
        rate_limits_enabled=False,
        allowed_origins=["https://shop.example"],
        smtp_url=SecretStr(f"smtp://127.0.0.1:{own.smtp_port}"),
        log_folder=str(logs),
        metrics_token=SecretStr(secrets["metrics"]),
        **{f"{name}_url": address + prefix for name, prefix in PREFIXES.items()},
    )
    async with AsyncExitStack() as stack:
        stripe = await stack.enter_async_context(running_sandbox(own))
        apps = _applications(
            platform=platform,
            keys=keys,
            databases=databases,
            secrets=secrets,
            stripe=stripe,
            media=folder / "media",
        )
        mounted = Mounted({PREFIXES[name]: app for name, app in apps.items()})
        for app in apps.values():
            await stack.enter_async_context(app.router.lifespan_context(app))
        await stack.enter_async_context(serving(mounted, port))
        yield World(address, stripe, apps, logs, secrets)


@contextmanager
def running_world(
    keys: Keys,
    databases: Callable[[str], str],
    redis_url: str,
    secrets: Mapping[str, str],
    folder: Path,
) -> Iterator[World]:
    """The world in a thread with an event loop of its own, for tests that block."""
    ready: list[World | BaseException] = []
    started, ended = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def live() -> None:
        try:
            async with _running(keys, databases, redis_url, secrets, folder) as world:
                ready.append(world)
                started.set()
                await ended.wait()
        except BaseException as error:
            ready.append(error)
            started.set()
            raise

    thread = threading.Thread(target=lambda: loop.run_until_complete(live()), name="world")
    thread.start()
    started.wait(timeout=60)
    if isinstance(ready[0], BaseException):
        thread.join()
        raise ready[0]
    try:
        yield ready[0]
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(timeout=30)
        loop.close()


def client(world: World, service: str, headers: Mapping[str, str] | None = None) -> httpx.Client:
    return httpx.Client(base_url=world.url(service), headers=headers, timeout=30)
