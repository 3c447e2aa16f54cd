"""A closed-loop HTTP load: N clients, each sends its next request when the last is answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx


@dataclass(frozen=True)
class LoadResult:
    """``latencies`` in ms of the answered requests; ``failed`` counts other than 2xx."""

    latencies: list[float]
    failed: int
    seconds: float

    @property
    def requests_per_second(self) -> float:
        return len(self.latencies) / self.seconds


async def _client(
    client: httpx.AsyncClient, url: Callable[[], str], until: float, latencies: list[float]
) -> int:
    failed = 0
    while time.perf_counter() < until:
        began = time.perf_counter()
        answer = await client.get(url())
        latencies.append((time.perf_counter() - began) * 1000)
        failed += not answer.is_success
    return failed


async def load(
    url: Callable[[], str], *, concurrency: int, seconds: float, token: str
) -> LoadResult:
    """Send requests to ``url()`` for ``seconds`` after a second of warm-up.

    ``token`` is a service's: the rate limits of shoppers do not count for services.
    """
    limits = httpx.Limits(max_connections=concurrency)
    async with httpx.AsyncClient(
        limits=limits, timeout=30, headers={"Authorization": f"Bearer {token}"}
    ) as client:
        await _client(client, url, time.perf_counter() + 1, [])
        began = time.perf_counter()
        latencies: list[float] = []
        failed = await asyncio.gather(
            *[_client(client, url, began + seconds, latencies) for _ in range(concurrency)]
        )
        return LoadResult(latencies, sum(failed), time.perf_counter() - began)
