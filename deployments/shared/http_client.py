"""The pooled HTTP client with which one service (or the store) calls another."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import httpx

from deployments.shared import telemetry
from deployments.shared.errors import DomainError, Unavailable

_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE"})
_TIMEOUT = httpx.Timeout(5.0, connect=1.0)
_ATTEMPTS = 3
# Servers close what is idle for 5 s; a request that meets the closing could not be repeated.
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=2.0)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Reading the authorities takes 20 ms: once for all clients of a process."""
    return httpx.create_ssl_context()


class RemoteProblem(DomainError):
    """The other service answered with a problem detail; its status, code and text are kept, and
    ``retry_after`` (seconds) in ``extra`` where it said so."""

    def __init__(self, status: int, code: str, detail: str, **extra: Any) -> None:
        super().__init__(code, detail, **extra)
        self.status = status  # type: ignore[misc]


def _problem(name: str, response: httpx.Response) -> DomainError:
    try:
        body = response.json()
    except ValueError:
        body = {}
    if not isinstance(body, dict):
        body = {}
    wait = response.headers.get("Retry-After", "")
    if response.status_code in (429, 503) and wait.isdecimal() and len(wait) < 7:
        body["retry_after"] = int(wait)
    if "code" not in body or response.status_code not in (*range(400, 500), 503):
        # A proxy that has no route to the service says 404 too: that is not the service's answer.
        return _no_answer(name)
    code, detail = str(body.pop("code")), str(body.pop("detail", "no reason was given"))
    for key in ("type", "title", "status", "request_id"):
        body.pop(key, None)
    if response.status_code == 503:
        return Unavailable(code, detail, **body)
    return RemoteProblem(response.status_code, code, detail, **body)


def _no_answer(name: str) -> Unavailable:
    return Unavailable(f"{name}_unavailable", f"{name} does not answer; try again")


class ServiceHttp:
    """Calls one service.

    Args:
        name: the service's name, for messages.
        base_url: address with the service's prefix, e.g. ``http://127.0.0.1:8000/products``.
        authorization: gives the bearer token of a call, or None.
        transport: for tests, an ASGI transport.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        *,
        authorization: Callable[[], str | None] = lambda: None,
        transport: httpx.AsyncBaseTransport | None = None,
        timeout: httpx.Timeout | None = None,
    ) -> None:
        self._name = name
        self._base_url = base_url.rstrip("/")
        self._authorization = authorization
        self._client = httpx.AsyncClient(
            timeout=timeout or _TIMEOUT, transport=transport, limits=_LIMITS, verify=_tls()
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    async def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        files: Any = None,
    ) -> Any:
        """The decoded JSON answer (None for 204).

        Raises:
            RemoteProblem: the service refused.
            Unavailable: it did not answer in time, after retries where the method is idempotent
                or an Idempotency-Key is sent.
        """
        sent = dict(headers or {})
        if (token := self._authorization()) and "Authorization" not in sent:
            sent["Authorization"] = f"Bearer {token}"
        if identity := telemetry.request_id.get():
            sent["X-Request-Id"] = identity
        query = {k: v for k, v in (params or {}).items() if v is not None}
        repeatable = method in _IDEMPOTENT or "Idempotency-Key" in sent
        for attempt in range(1, _ATTEMPTS + 1):
            last = attempt == _ATTEMPTS or not repeatable
            try:
                response = await self._client.request(
                    method,
                    self._base_url + path,
                    json=json,
                    params=query,
                    headers=sent,
                    files=files,
                )
            except httpx.TransportError as error:
                if last:
                    raise _no_answer(self._name) from error
            else:
                if response.is_success:
                    return response.json() if response.content else None
                if last or response.status_code not in (502, 503, 504):
                    raise _problem(self._name, response)
            await asyncio.sleep(0.1 * 2**attempt)
        raise AssertionError("unreachable")
