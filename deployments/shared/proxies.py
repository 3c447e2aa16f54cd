"""Whose word on where a request came from is believed."""

from __future__ import annotations

from hmac import compare_digest
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

# With this header a proxy, or the store on a visitor's behalf, shows that it is one of ours.
PROXY_HEADER: Final = "X-Mercato-Proxy"
_FORWARDED = (b"x-forwarded-for", b"x-forwarded-proto")


class ForgetForwarded:
    """ASGI middleware: without the secret a request's ``X-Forwarded-*`` headers are dropped.

    For where proxies can't be told from clients by their address, as on one machine.
    """

    def __init__(self, app: ASGIApp, secret: str) -> None:
        self._app = app
        self._name = PROXY_HEADER.lower().encode()
        self._secret = secret.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = scope["headers"]
            shown = [value for name, value in headers if name == self._name]
            known = len(shown) == 1 and compare_digest(shown[0], self._secret)
            dropped = {self._name} if known else {self._name, *_FORWARDED}
            scope["headers"] = [header for header in headers if header[0] not in dropped]
        await self._app(scope, receive, send)
