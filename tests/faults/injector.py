"""Kills parts of the stack, without warning, and orders faults of Stripe."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator

import httpx
import psutil
from redis.exceptions import RedisError

from deployments.shared.settings import SERVICES
from tests.faults.store import Store

# What Stripe does wrong: operation, kind, how often, seconds.
_STRIPE = (
    ("payment_intents.create", "timeout_after", 1, 12.0),
    ("payment_intents.create", "error", 1, 0.0),
    ("payment_intents.create", "error_after", 1, 0.0),
    ("payment_intents.confirm", "timeout_after", 1, 12.0),
    ("payment_intents.confirm", "error_after", 2, 0.0),
    ("payment_intents.confirm", "error", 2, 0.0),
    ("payment_intents.cancel", "error_after", 1, 0.0),
    ("payment_intents.retrieve", "error", 3, 0.0),
    ("*", "delay", 5, 1.5),
    ("webhook", "drop_webhook", 4, 0.0),
    ("webhook", "duplicate_webhook", 4, 0.0),
    ("webhook", "delay", 3, 4.0),
    ("webhook", "reorder_webhook", 4, 3.0),
)
RAY = "kill Ray"


class Injector:
    """``with_ray``: also the whole Ray cluster, which takes half a minute to come back."""

    def __init__(self, store: Store, rng: random.Random, *, with_ray: bool = False) -> None:
        self._store = store
        self._rng = rng
        self.done: Counter[str] = Counter()
        self.last_at = time.monotonic()
        self._kinds: dict[str, Callable[[], bool]] = {
            **{f"kill {service}": self._replica_killer(service) for service in SERVICES},
            "kill embedder": lambda: self._kill_named("ray::ServeReplica:search:embedder"),
            "kill Serve's controller": lambda: self._kill_named("ray::ServeController"),
            "kill HAProxy": self._kill_haproxy,
            "kill Redis": self._part_killer("redis"),
            "flush Redis": self._flush,
            "kill PostgreSQL": self._part_killer("postgres"),
            "kill sandbox": self._part_killer("sandbox"),
            "Stripe's fault": self._stripe,
        }
        if with_ray:
            self._kinds[RAY] = self._part_killer("ray")
        self._deck = self._shuffled()

    async def run(self, seconds: float, *, pause: tuple[float, float]) -> None:
        """A fault after each pause; every kind once before any comes again."""
        until = time.monotonic() + seconds
        while True:
            await asyncio.sleep(self._rng.uniform(*pause))
            if time.monotonic() > until:
                return
            kind = next(self._deck)
            if await asyncio.to_thread(self._kinds[kind]):
                self.done[kind] += 1
                self.last_at = time.monotonic()

    def end(self) -> None:
        """No more of Stripe's faults; those ordered are taken back."""
        httpx.delete(f"{self._store.layout.sandbox_url}/sandbox/faults", timeout=10)

    def _shuffled(self) -> Iterator[str]:
        while True:
            kinds = list(self._kinds)
            # Stripe's faults are many and cheap.
            kinds += ["Stripe's fault"] * 2
            self._rng.shuffle(kinds)
            yield from kinds

    def _replica_killer(self, service: str) -> Callable[[], bool]:
        return lambda: self._kill_named(f"ray::ServeReplica:{service}:{service}")

    def _part_killer(self, part: str) -> Callable[[], bool]:
        return lambda: _kill(self._store.pids()[part])

    def _kill_named(self, title: str) -> bool:
        """Kill one of the stack's processes that Ray gave this title."""
        found = [p for p in self._processes() if _title(p).startswith(title)]
        return bool(found) and _kill(self._rng.choice(found).pid)

    def _kill_haproxy(self) -> bool:
        config = f"-f {self._store.layout.runtime}/h/"
        found = [p for p in self._processes() if config in _title(p)]
        return sum(_kill(process.pid) for process in found) > 0

    def _processes(self) -> list[psutil.Process]:
        return psutil.Process(self._store.pids()["supervisor"]).children(recursive=True)

    def _flush(self) -> bool:
        try:
            with self._store.redis() as redis:
                return bool(redis.flushall())
        except RedisError:
            return False

    def _stripe(self) -> bool:
        operation, kind, times, seconds = self._rng.choice(_STRIPE)
        fault = {"operation": operation, "kind": kind, "times": times, "seconds": seconds}
        try:
            url = f"{self._store.layout.sandbox_url}/sandbox/faults"
            return httpx.post(url, json=fault, timeout=5).status_code == 201
        except httpx.TransportError:
            return False


def _kill(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        return True
    return False


def _title(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
