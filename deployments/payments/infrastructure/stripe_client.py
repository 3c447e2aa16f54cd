"""The ``stripe`` SDK's client and what all calls to it have in common."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import stripe
from stripe import StripeClient

from deployments.payments.infrastructure.settings import PaymentsSettings
from deployments.payments.infrastructure.stripe_circuit import StripeLane, unavailable
from deployments.payments.infrastructure.stripe_http import StripeHttp

logger = logging.getLogger(__name__)
T = TypeVar("T")
_PAGE = 100


class StripeConnection:
    """One pooled client; ``aclose`` ends it."""

    def __init__(self, settings: PaymentsSettings) -> None:
        key = settings.stripe_api_key.get_secret_value()
        self.livemode = key.startswith(("sk_live_", "rk_live_"))
        self._http = StripeHttp(settings.stripe_timeout_seconds)
        base = settings.stripe_api_base.rstrip("/")
        self.client = StripeClient(
            key,
            base_addresses={"api": base} if base else None,
            max_network_retries=settings.stripe_retries,
            http_client=self._http,
        )

    async def aclose(self) -> None:
        await self._http.close_async()


class StripeCalls:
    """The connection through one lane."""

    def __init__(self, connection: StripeConnection, lane: StripeLane) -> None:
        self.v1: Any = connection.client.v1
        self.livemode = connection.livemode
        self._lane = lane

    async def answered(self, call: Callable[[], Awaitable[T]]) -> T:
        """The answer of Stripe; ``Unavailable`` when there is none or it asks to come back
        later. Errors that say something about the request pass."""
        try:
            return await self._lane(call)
        except stripe.RateLimitError as error:
            raise unavailable() from error
        except (stripe.AuthenticationError, stripe.PermissionError) as error:
            logger.error("Stripe refuses our API key", extra={"error": type(error).__name__})
            raise unavailable() from error

    async def answered_or_unavailable(self, call: Callable[[], Awaitable[T]]) -> T:
        """As ``answered``, and a server error of Stripe's is no answer either."""
        try:
            return await self.answered(call)
        except stripe.APIError as error:
            raise unavailable() from error

    async def pages(
        self, list_async: Callable[[Any], Awaitable[Any]], wanted: Mapping[str, Any]
    ) -> AsyncIterator[dict[str, Any]]:
        """All items of a list as JSON, newest first; each page is a call of its own."""
        params = {**wanted, "limit": _PAGE}
        while True:
            page = await self.answered_or_unavailable(partial(list_async, params))
            for item in page.data:
                yield item.to_dict()
            if not page.has_more:
                return
            params = {**params, "starting_after": page.data[-1].id}


def is_replayed(error: stripe.StripeError) -> bool:
    """Whether Stripe keeps this error as the answer of the idempotency key."""
    return (error.headers or {}).get("idempotent-replayed") == "true"


def is_missing(error: stripe.InvalidRequestError) -> bool:
    return error.code == "resource_missing"
