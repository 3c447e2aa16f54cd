"""The HTTP client under the ``stripe`` SDK.

The SDK's own httpx client sends its form as ``data=<str>``, which httpx deprecates (a warning for
every call), and its aiohttp client reads the body outside its error handling, so a timeout there
escapes as a foreign exception. This one has neither fault and closes with the service.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any

import httpx
import stripe


class StripeHttp(stripe.HTTPClient):
    name = "httpx"

    def __init__(self, timeout_seconds: float) -> None:
        super().__init__()
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(timeout_seconds, connect=min(timeout_seconds, 3.0))
        )

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        try:
            response = await self._http.request(
                method, url, headers=dict(headers), content=post_data or None
            )
        except httpx.HTTPError as error:
            raise stripe.APIConnectionError(  # type: ignore[no-untyped-call]
                f"Stripe does not answer ({type(error).__name__})", should_retry=True
            ) from error
        return response.content, response.status_code, response.headers

    def sleep_async(self, secs: float) -> Awaitable[None]:
        return asyncio.sleep(secs)

    async def close_async(self) -> None:
        await self._http.aclose()
