"""Calls to Mercato's services: synchronous, as Streamlit runs a page."""

from __future__ import annotations

import threading
from typing import Any

import httpx

from deployments.shared.settings import PlatformSettings

_TIMEOUT = httpx.Timeout(15.0, connect=2.0)
_NAMES = {"auth": "Sign-in", "analytics": "Analytics", "search": "Search and price comparison"}


class ServiceDown(Exception):
    """A service does not answer, or says that it cannot just now."""

    def __init__(self, service: str) -> None:
        self.service = _NAMES.get(service, service.capitalize())
        super().__init__(f"{self.service} does not answer")


class Refused(Exception):
    """A service refused the request: a problem detail with ``status``, ``code`` and text."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail


class Api:
    """The services by name; addresses from the environment.

    Args:
        transport: for tests.
    """

    def __init__(
        self, settings: PlatformSettings, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._settings = settings
        self._client = httpx.Client(timeout=_TIMEOUT, transport=transport)

    def call(
        self,
        service: str,
        method: str,
        path: str,
        *,
        token: str | None = None,
        params: dict[str, Any] | None = None,
        json: Any = None,
    ) -> Any:
        """The decoded answer, None for an empty one.

        Raises:
            ServiceDown: no answer, or 502, 503, 504, or one that is no JSON.
            Refused: any other status from 400 on.
        """
        url = str(getattr(self._settings, f"{service}_url")).rstrip("/") + path
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        query = {name: value for name, value in (params or {}).items() if value is not None}
        try:
            response = self._client.request(method, url, params=query, json=json, headers=headers)
        except httpx.TransportError as error:
            raise ServiceDown(service) from error
        if response.status_code in (502, 503, 504):
            raise ServiceDown(service)
        try:
            body = response.json() if response.content else None
        except ValueError as error:
            raise ServiceDown(service) from error
        if response.is_error:
            problem = body if isinstance(body, dict) else {}
            raise Refused(
                response.status_code,
                str(problem.get("code", "error")),
                str(problem.get("detail", f"unexpected answer {response.status_code}")),
            )
        return body


_lock = threading.Lock()
_api: Api | None = None


def api() -> Api:
    """The one of this process: connections are kept across pages and people."""
    global _api  # noqa: PLW0603 - Streamlit runs pages in threads of one process
    with _lock:
        if _api is None:
            _api = Api(PlatformSettings())
        return _api
