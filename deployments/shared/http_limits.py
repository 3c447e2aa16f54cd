"""ASGI middleware at the edge of a service: body size, security headers, nothing kept in caches."""

from __future__ import annotations

import json
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SECURITY_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
]
# Unless a route says otherwise: answers may be of one person.
_NOT_KEPT = (b"cache-control", b"no-store")
_HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


class _BodyTooLargeError(Exception):
    pass


class BodyLimit:
    """Answers 413 as soon as a body is known to be larger than ``max_bytes``."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > self._max_bytes:
            await self._refuse(send)
            return
        received = 0
        started = exceeded = False

        async def limited() -> Message:
            nonlocal received, exceeded
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max_bytes:
                exceeded = True
                raise _BodyTooLargeError
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            # FastAPI answers 400 to whatever goes wrong while it reads a body; drop that answer.
            if exceeded and not started:
                return
            started = started or message["type"] == "http.response.start"
            await send(message)

        with suppress(_BodyTooLargeError):
            await self._app(scope, limited, watched)
        if exceeded and not started:
            await self._refuse(send)

    async def _refuse(self, send: Send) -> None:
        body = json.dumps(
            {
                "type": "urn:mercato:problem:body_too_large",
                "title": "Content Too Large",
                "status": 413,
                "detail": f"the body is larger than {self._max_bytes} bytes",
                "code": "body_too_large",
            }
        ).encode()
        headers = [
            (b"content-type", b"application/problem+json"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class SecurityHeaders:
    """Adds the security headers, HSTS only in production, and ``no-store`` to an answer that says
    nothing about caching."""

    def __init__(self, app: ASGIApp, *, production: bool) -> None:
        self._app = app
        self._headers = [*_SECURITY_HEADERS, _HSTS] if production else _SECURITY_HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = [*message["headers"], *self._headers]
                if all(name.lower() != b"cache-control" for name, _ in given):
                    given.append(_NOT_KEPT)
                message["headers"] = given
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)
