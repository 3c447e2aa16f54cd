"""The six services as the store calls them: one pooled client each for the whole process.

Who a call is made for (access token, address) travels in a context variable, set by
``on_behalf_of``, so that the contracts' clients stay shared between visitors.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache

import httpx

from deployments.analytics.contract import AnalyticsClient
from deployments.auth.contract import AuthClient
from deployments.cart.contract import CartClient
from deployments.payments.contract import PaymentsClient
from deployments.products.contract import ProductsClient
from deployments.search.contract import SearchClient
from deployments.shared.http_client import ServiceHttp
from deployments.shared.proxies import PROXY_HEADER
from deployments.shared.settings import PlatformSettings

_TIMEOUT = httpx.Timeout(8.0, connect=1.0)
_TOKEN_REFUSED = ("token_revoked", "token_expired", "invalid_token", "not_authenticated")


@dataclass(frozen=True)
class Visitor:
    """``access_token`` is None for a guest; ``cart_token`` names a guest's cart.

    ``renew`` gives another access token for one that a service has refused, or None.
    """

    access_token: str | None = None
    cart_token: str | None = None
    address: str = ""
    renew: Callable[[str], Awaitable[str | None]] | None = None


_NOBODY = Visitor()
_visitor: ContextVar[Visitor] = ContextVar("visitor", default=_NOBODY)


@contextmanager
def on_behalf_of(visitor: Visitor) -> Iterator[None]:
    """Calls inside carry the visitor's token and address."""
    previous = _visitor.set(visitor)
    try:
        yield
    finally:
        _visitor.reset(previous)


class VisitorTransport(httpx.AsyncBaseTransport):
    """Names the visitor's address to the services, whose rate limits count by address, and asks
    once more with a new access token where the account has changed since the old one."""

    def __init__(self, inner: httpx.AsyncBaseTransport, proxy_secret: str | None = None) -> None:
        self._inner = inner
        self._proxy_secret = proxy_secret

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        visitor = _visitor.get()
        if visitor.address:
            request.headers["X-Forwarded-For"] = visitor.address
            if self._proxy_secret:
                request.headers[PROXY_HEADER] = self._proxy_secret
        response = await self._inner.handle_async_request(request)
        if response.status_code != 401 or not visitor.access_token or not visitor.renew:
            return response
        if not _is_of_token(await response.aread()):
            return response
        token = await visitor.renew(visitor.access_token)
        if token is None:
            return response
        await response.aclose()
        request.headers["Authorization"] = f"Bearer {token}"
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


def _is_of_token(body: bytes) -> bool:
    """Whether a refusal is of the access token, and not of a password in the request."""
    try:
        code = json.loads(body).get("code")
    except (ValueError, AttributeError):
        return False
    return code in _TOKEN_REFUSED


class Services:
    """Clients of all services; ``transport`` replaces the network in tests."""

    def __init__(
        self, platform: PlatformSettings, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        inner = transport or httpx.AsyncHTTPTransport(
            # Shorter than servers keep an idle connection, so that none is used as it closes.
            limits=httpx.Limits(
                max_connections=200, max_keepalive_connections=50, keepalive_expiry=2.0
            )
        )
        self._transport = VisitorTransport(inner, platform.proxy_secret.get_secret_value() or None)

        def http(name: str, address: str) -> ServiceHttp:
            return ServiceHttp(
                name,
                address,
                authorization=lambda: _visitor.get().access_token,
                transport=self._transport,
                timeout=_TIMEOUT,
            )

        self.auth = AuthClient(http("auth", platform.auth_url))
        self.products = ProductsClient(http("products", platform.products_url))
        self.cart = CartClient(http("cart", platform.cart_url))
        self.payments = PaymentsClient(http("payments", platform.payments_url))
        self.analytics = AnalyticsClient(http("analytics", platform.analytics_url))
        self.search = SearchClient(http("search", platform.search_url))

    async def aclose(self) -> None:
        await self._transport.aclose()


@lru_cache(maxsize=1)
def services() -> Services:
    return Services(PlatformSettings())
