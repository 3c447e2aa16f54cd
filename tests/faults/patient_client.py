"""A client as clients should be: it repeats what may be repeated, with the same key."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping
from typing import Any

import httpx

from tests.faults.ledger import Ledger

_AGAIN = frozenset({408, 429, 500, 502, 503, 504})
# Conflicts that pass by themselves.
_AGAIN_CODES = frozenset({"checkout_in_progress"})


class GaveUp(Exception):
    """No definite answer in the time a shopper waits."""


class PatientClient:
    """Calls one store for one person. ``patience``: seconds until it gives a request up."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        headers: Mapping[str, str],
        ledger: Ledger,
        rng: random.Random,
        *,
        patience: float,
    ) -> None:
        self._http = http
        self._headers = dict(headers)
        self._ledger = ledger
        self._rng = rng
        self._patience = patience

    async def once(self, method: str, url: str, **options: Any) -> httpx.Response | None:
        """One attempt; None when the connection was lost."""
        headers = self._headers | options.pop("headers", {})
        try:
            answer = await self._http.request(method, url, headers=headers, **options)
        except httpx.TransportError as error:
            self._ledger.attempts[type(error).__name__] += 1
            return None
        self._ledger.attempts[_outcome(answer)] += 1
        return answer

    async def call(self, method: str, url: str, **options: Any) -> httpx.Response:
        """Repeat until there is a definite answer.

        Raises:
            GaveUp: there was none.
        """
        until = time.monotonic() + self._patience
        pause = 0.2
        while True:
            answer = await self.once(method, url, **options)
            if answer is not None and not _try_again(answer):
                return answer
            if time.monotonic() > until:
                raise GaveUp(url)
            await asyncio.sleep(pause * self._rng.uniform(0.5, 1.5))
            pause = min(pause * 2, 2.0)


def _outcome(answer: httpx.Response) -> str:
    code = _code(answer)
    return f"{answer.status_code} {code}" if code else str(answer.status_code)


def _code(answer: httpx.Response) -> str:
    """The problem's, empty where there is none."""
    if answer.headers.get("content-type", "").startswith("application/problem"):
        return str(answer.json()["code"])
    return ""


def _try_again(answer: httpx.Response) -> bool:
    return answer.status_code in _AGAIN or _code(answer) in _AGAIN_CODES
