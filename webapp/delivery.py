"""How the store's files are answered: what browsers may keep, what they must not do, and pages
under the address that was asked for."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Files below /assets carry a hash of their content in their name; fonts do not change.
_UNCHANGING = ("/assets/", "/fonts/")
_FOREVER = "public, max-age=31536000, immutable"
_PROTECTION = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def _is_page(path: str) -> bool:
    last = path.rsplit("/", 1)[-1]
    return bool(last) and "." not in last and not path.startswith(("/_", "/ping"))


class CacheAndProtect:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _is_page(scope["path"]):
            # Each page is a folder's index, to which the file server would redirect first.
            scope = {**scope, "path": scope["path"] + "/"}
        unchanging = scope["path"].startswith(_UNCHANGING)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _PROTECTION.items():
                    headers[name] = value
                found = message["status"] in (200, 304)
                headers["Cache-Control"] = _FOREVER if unchanging and found else "no-cache"
            await send(message)

        await self._app(scope, receive, send_with_headers)
