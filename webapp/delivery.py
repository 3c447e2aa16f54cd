"""How the store is answered: what browsers may keep, what they must not do, who may open its
websocket, and pages under the address that was asked for."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from starlette.datastructures import URL, Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deployments.shared.settings import PlatformSettings
from webapp.settings import settings

# Files below /assets carry a hash of their content in their name; fonts do not change.
_UNCHANGING = ("/assets/", "/fonts/")
_FOREVER = "public, max-age=31536000, immutable"
_PROTECTION = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_HSTS = "max-age=31536000; includeSubDomains"
_POLICY_VIOLATION = 1008
_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")


def content_policy(host: str, stripe_url: str) -> str:
    """The Content-Security-Policy of pages that were asked of ``host``.

    Reflex starts its pages by inline scripts and evaluates those the store sends by its websocket,
    so scripts can't be told from injected ones by this. What a page may load and whom it may talk
    to is bounded all the same.
    """
    stripe = urlsplit(stripe_url)
    # Not every browser counts the websocket of the same host as 'self'.
    sockets = [f"ws://{host}", f"wss://{host}"] if _HOST.fullmatch(host) else []
    directives = {
        "default-src": ["'self'"],
        "script-src": ["'self'", "'unsafe-inline'", "'unsafe-eval'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        # Pictures of imported products lie anywhere.
        "img-src": ["'self'", "data:", "http:", "https:"],
        "connect-src": ["'self'", *sockets, f"{stripe.scheme}://{stripe.netloc}"],
        "object-src": ["'none'"],
        "frame-src": ["'none'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


def _is_page(path: str) -> bool:
    last = path.rsplit("/", 1)[-1]
    return bool(last) and "." not in last and not path.startswith(("/_", "/ping"))


class CacheAndProtect:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, platform: PlatformSettings | None = None) -> None:
        platform = platform or PlatformSettings()
        self._app = app
        self._store_host = urlsplit(platform.store_url).netloc
        self._production = platform.is_production
        self._stripe_url = settings().stripe_api_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and not self._may_connect(Headers(scope=scope)):
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._production and _came_by_plain_http(scope):
            secure = URL(scope=scope).replace(scheme="https", port=None)
            await RedirectResponse(str(secure), status_code=308)(scope, receive, send)
            return
        await self._answer(scope, receive, send)

    def _may_connect(self, headers: Headers) -> bool:
        """Only the store's own pages, and what is no browser, open its websocket."""
        origin = headers.get("origin")
        if origin is None:
            return True
        asking = urlsplit(origin).netloc
        return bool(asking) and asking in (headers.get("host"), self._store_host)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        host = Headers(scope=scope).get("host", "")
        if _is_page(scope["path"]):
            # Each page is a folder's index, to which the file server would redirect first.
            scope = {**scope, "path": scope["path"] + "/"}
        unchanging = scope["path"].startswith(_UNCHANGING)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _PROTECTION.items():
                    headers[name] = value
                headers["Content-Security-Policy"] = content_policy(host, self._stripe_url)
                if scope.get("scheme") == "https":
                    headers["Strict-Transport-Security"] = _HSTS
                found = message["status"] in (200, 304)
                headers["Cache-Control"] = _FOREVER if unchanging and found else "no-cache"
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _came_by_plain_http(scope: Scope) -> bool:
    """By the word of the last proxy; without one the request comes from inside."""
    said = ",".join(Headers(scope=scope).getlist("x-forwarded-proto"))
    return said.rsplit(",", 1)[-1].strip().lower() == "http"
