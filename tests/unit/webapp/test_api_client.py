from __future__ import annotations

import asyncio

import httpx

from deployments.shared.settings import PlatformSettings
from webapp.api_client import Services, Visitor, on_behalf_of


async def test_each_visitors_calls_carry_their_own_token_and_address() -> None:
    seen: list[tuple[str, str, str]] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        headers = request.headers
        seen.append(
            (
                request.url.path,
                headers.get("Authorization", "none"),
                headers.get("X-Forwarded-For", "none"),
            )
        )
        return httpx.Response(200, json=[])

    services = Services(PlatformSettings(), httpx.MockTransport(answer))

    async def visit(visitor: Visitor, category: str) -> None:
        with on_behalf_of(visitor):
            await services.analytics.popular(limit=1)
            await services.products.categories()
            assert category

    await asyncio.gather(
        visit(Visitor("a", None, "203.0.113.1"), "x"), visit(Visitor(None, "cart", ""), "y")
    )
    await services.products.categories()
    await services.aclose()
    assert seen.count(("/products/categories", "Bearer a", "203.0.113.1")) == 1
    assert seen.count(("/products/categories", "none", "none")) == 2
