"""Send a load to the store and record what comes back."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final

import httpx
import psutil

from deployments.local.load_lab.figures import Step
from deployments.local.load_lab.plan import arrivals
from deployments.search.contract import SearchClient, SearchLive
from deployments.shared.errors import DomainError

_MOST_IN_FLIGHT: Final = 512
_TIMEOUT: Final = httpx.Timeout(10.0, connect=2.0)
_WARM_UP_SECONDS: Final = 2.0
_LAST_ANSWERS_SECONDS: Final = 10.0
# Replicas report what they counted every two seconds.
_REPORT_SECONDS: Final = 2.5
_GIVEN_UP: Final = 0.5


class Load:
    """
    Args:
        address: of the search service, e.g. ``http://127.0.0.1:8000/ai``.
        authorization: the bearer token of a call; a service's, which no rate limit counts.
        live: reads the live picture of the store that is loaded.
        queries: without end.
    """

    def __init__(
        self,
        address: str,
        authorization: Callable[[], str],
        live: SearchClient,
        queries: Iterator[str],
        *,
        fixed: bool,
    ) -> None:
        self._address = f"{address}/search"
        self._authorization = authorization
        self._live = live
        self._queries = queries
        self._fixed = fixed
        self.stopping = asyncio.Event()

    async def run(
        self, rates: Sequence[float], seconds: float, heard: Callable[[Step], None]
    ) -> list[Step]:
        """A step for each rate, in rising order, until one fails altogether or ``stopping`` is
        set; ``heard`` is told of each."""
        steps: list[Step] = []
        limits = httpx.Limits(max_connections=_MOST_IN_FLIGHT, max_keepalive_connections=128)
        async with httpx.AsyncClient(timeout=_TIMEOUT, limits=limits) as client:
            # What a first request costs, such as connections, is no part of a step.
            await self._step(client, min(rates), _WARM_UP_SECONDS)
            for rate in sorted(rates):
                if self.stopping.is_set():
                    break
                began = await self._now()
                step = await self._step(client, rate, seconds)
                if step.due:
                    await self._look(step, began)
                    steps.append(step)
                    heard(step)
                if step.failed > _GIVEN_UP * step.due:
                    break
        return steps

    async def _step(self, client: httpx.AsyncClient, rate: float, seconds: float) -> Step:
        step = Step(rate, seconds)
        own = psutil.Process()
        psutil.cpu_percent()
        cpu_before = sum(own.cpu_times()[:2])
        began = time.perf_counter()
        running: set[asyncio.Task[None]] = set()
        for due in arrivals(rate, seconds, fixed=self._fixed):
            if await self._stopped_before(began + due):
                break
            if len(running) >= _MOST_IN_FLIGHT:
                step.unsent += 1
                continue
            task = asyncio.create_task(self._ask(client, next(self._queries), began + due, step))
            running.add(task)
            task.add_done_callback(running.discard)
        if running:
            _, late = await asyncio.wait(running, timeout=_LAST_ANSWERS_SECONDS)
            for task in late:
                task.cancel()
                step.statuses["no answer"] += 1
        took = time.perf_counter() - began
        step.seconds = took if self.stopping.is_set() else max(seconds, took)
        step.cores_busy = psutil.cpu_percent() / 100
        step.own_cores = (sum(own.cpu_times()[:2]) - cpu_before) / took
        return step

    async def _stopped_before(self, moment: float) -> bool:
        pause = moment - time.perf_counter()
        if pause <= 0:
            # Others get their turn even when the load runs late.
            await asyncio.sleep(0)
            return self.stopping.is_set()
        try:
            await asyncio.wait_for(self.stopping.wait(), timeout=pause)
        except TimeoutError:
            return False
        return True

    async def _ask(self, client: httpx.AsyncClient, query: str, due: float, step: Step) -> None:
        headers = {"Authorization": f"Bearer {self._authorization()}"}
        try:
            answer = await client.get(self._address, params={"query": query}, headers=headers)
        except httpx.TransportError:
            step.statuses["no answer"] += 1
            return
        step.statuses[str(answer.status_code)] += 1
        if answer.is_success:
            step.latencies.append((time.perf_counter() - due) * 1000)
            # To read the whole answer would take the load generator longer than to send it.
            lexical = b'"mode":"lexical"' in answer.content
            step.modes["lexical" if lexical else "hybrid"] += 1

    async def _now(self) -> datetime | None:
        try:
            return (await self._live.live()).at
        except DomainError:
            return None

    async def _look(self, step: Step, began: datetime | None) -> None:
        """What the store says of the step: a store that is too busy to answer says nothing."""
        await asyncio.sleep(0 if self.stopping.is_set() else _REPORT_SECONDS)
        try:
            live = await self._live.live()
        except DomainError:
            return
        step.replicas = {d.name: d.running for d in live.deployments}
        _read_points(step, live, began)


def _read_points(step: Step, live: SearchLive, began: datetime | None) -> None:
    """From the ten seconds that lie in the step; a short one has only the last minute's figures,
    of which earlier steps are part."""
    points = [point for point in live.points if began is not None and point.start >= began]
    encoding = live.encoding
    queries = sum(size.queries * size.batches for size in encoding.sizes)
    last_minute = queries / encoding.batches if encoding.batches else None
    step.mean_batch = _mean([p.mean_batch for p in points] or [last_minute])
    step.cache_hits = _mean([p.cache_hits for p in points] or [live.cache_hits])
    if encoding.milliseconds is not None:
        step.encode_ms = encoding.milliseconds.p50


def _mean(values: Sequence[float | None]) -> float:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else math.nan
