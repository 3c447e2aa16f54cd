"""In production a request that came over plain HTTP is sent to HTTPS."""

from __future__ import annotations

import ipaddress

from starlette.datastructures import URL, Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class HttpsOnly:
    """Answers 308 when a trusted proxy says that the client spoke plain HTTP.

    A request without ``X-Forwarded-Proto`` comes from inside, from a service or a health check.
    """

    def __init__(self, app: ASGIApp, trusted_proxies: list[str]) -> None:
        self._app = app
        self._networks = [ipaddress.ip_network(network) for network in trusted_proxies]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._is_plain(scope):
            response = RedirectResponse(str(_address(scope)), status_code=308)
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_plain(self, scope: Scope) -> bool:
        # The last proxy's word: those before it may be the client's own.
        said = ",".join(Headers(scope=scope).getlist("x-forwarded-proto"))
        last = said.rsplit(",", 1)[-1].strip().lower()
        return last == "http" and self._is_trusted(scope)

    def _is_trusted(self, scope: Scope) -> bool:
        try:
            peer = ipaddress.ip_address(scope["client"][0])
        except (KeyError, TypeError, ValueError):
            return False
        return any(peer in network for network in self._networks)


def _address(scope: Scope) -> URL:
    prefix, path = scope.get("root_path", ""), scope["path"]
    if not path.startswith(prefix):
        # Ray Serve takes its route prefix off the path and keeps it here.
        path = prefix + path
    return URL(scope=scope).replace(scheme="https", port=None, path=path)
