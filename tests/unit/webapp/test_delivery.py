"""Headers of the store's pages, and who may open its websocket."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from deployments.shared.settings import PlatformSettings
from webapp.delivery import CacheAndProtect, content_policy
from webapp.settings import WebappSettings

STRIPE = "https://api.stripe.com"


async def pages(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> CacheAndProtect:
    return _store(monkeypatch)


def _store(monkeypatch: pytest.MonkeyPatch, **platform: Any) -> CacheAndProtect:
    webapp = WebappSettings(stripe_api_url=STRIPE)
    monkeypatch.setattr("webapp.delivery.settings", lambda: webapp)
    shop = PlatformSettings(store_url="https://shop.example", **platform)
    return CacheAndProtect(pages, shop)


async def answer(
    store: CacheAndProtect, url: str, headers: dict[str, str] | None = None
) -> httpx.Response:
    transport = httpx.ASGITransport(app=store)
    async with httpx.AsyncClient(transport=transport) as client:
        return await client.get(url, headers=headers)


def directives(policy: str) -> dict[str, list[str]]:
    parts = [directive.split() for directive in policy.split("; ")]
    return {name: sources for name, *sources in parts}


async def test_pages_bound_what_they_load_and_whom_they_talk_to(store: CacheAndProtect) -> None:
    page = await answer(store, "http://shop.example:3000/cart")
    policy = directives(page.headers["content-security-policy"])
    assert policy["default-src"] == ["'self'"]
    assert policy["connect-src"] == [
        "'self'",
        "ws://shop.example:3000",
        "wss://shop.example:3000",
        STRIPE,
    ]
    for name in ("object-src", "frame-src", "frame-ancestors", "base-uri"):
        assert policy[name] == ["'none'"]
    assert policy["form-action"] == ["'self'"]
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("host", ["", "evil; script-src *", "shop.example *", "a b", "[::1]x"])
def test_a_strange_host_adds_nothing_to_the_policy(host: str) -> None:
    policy = directives(content_policy(host, STRIPE + "/v1"))
    assert policy["connect-src"] == ["'self'", STRIPE]
    assert "*" not in policy["script-src"]


async def test_only_unchanging_files_are_kept_for_ever(store: CacheAndProtect) -> None:
    script = await answer(store, "http://shop.example/assets/app-1f2e.js")
    assert "immutable" in script.headers["cache-control"]


async def test_hsts_is_sent_where_the_page_came_by_https(store: CacheAndProtect) -> None:
    secure = await answer(store, "https://shop.example/")
    assert "max-age" in secure.headers["strict-transport-security"]
    plain = await answer(store, "http://shop.example/")
    assert "strict-transport-security" not in plain.headers


async def test_plain_http_is_sent_to_https_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    live = _store(monkeypatch, environment="production")
    moved = await answer(live, "http://shop.example/p/lamp?a=1", {"X-Forwarded-Proto": "http"})
    assert (moved.status_code, moved.headers["location"]) == (
        308,
        "https://shop.example/p/lamp?a=1",
    )
    for said in ({}, {"X-Forwarded-Proto": "https"}):
        assert (await answer(live, "http://shop.example/p/lamp", said)).text == "/p/lamp/"


@pytest.mark.parametrize(
    ("origin", "may"),
    [
        (None, True),
        ("http://127.0.0.1:3000", True),
        # Behind a proxy that sets another host.
        ("https://shop.example", True),
        ("https://evil.example", False),
        ("http://127.0.0.1:9999", False),
        ("https://shop.example.evil.example", False),
        ("null", False),
    ],
)
async def test_the_websocket_is_for_the_stores_own_pages(
    store: CacheAndProtect, origin: str | None, may: bool
) -> None:
    headers = [(b"host", b"127.0.0.1:3000")]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    await store({"type": "websocket", "path": "/_event", "headers": headers}, receive, send)
    assert [message["type"] for message in sent] == [
        "websocket.accept" if may else "websocket.close"
    ]
