"""Load on a store: a mix of what shoppers do, every request counted by its outcome."""

from __future__ import annotations

import asyncio
import itertools
import random
import secrets
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.faults.shoppers import ADDRESS
from tests.faults.store import Account, Article, Store

_WORDS = ("warm", "light", "gift", "desk", "garden", "travel", "wooden", "summer", "quiet", "kids")
_TIMEOUT = aiohttp.ClientTimeout(total=60)


@dataclass(frozen=True)
class Sample:
    """``outcome``: a status, or the name of what went wrong with the connection. ``code``: the
    problem's."""

    kind: str
    outcome: str
    seconds: float
    code: str = ""


@dataclass
class Samples:
    all: list[Sample] = field(default_factory=list)

    def outcomes(self) -> Counter[str]:
        return Counter(sample.outcome for sample in self.all)

    def other_than(self, *outcomes: str) -> Counter[str]:
        return Counter(
            f"{s.kind}: {s.outcome} {s.code}" for s in self.all if s.outcome not in outcomes
        )

    def percentile(self, share: float, *, only: str | None = None) -> float:
        """Seconds, of requests with the outcome ``only``."""
        chosen = sorted(s.seconds for s in self.all if only is None or s.outcome == only)
        return chosen[min(int(share * len(chosen)), len(chosen) - 1)] if chosen else 0.0


class Visitors:
    """Sends requests of a mix. Every account has one cart, so it does one checkout at a time."""

    def __init__(
        self,
        store: Store,
        http: aiohttp.ClientSession,
        accounts: Sequence[Account],
        articles: Sequence[Article],
    ) -> None:
        self._store = store
        self._http = http
        self._articles = articles
        self._rng = random.Random(7)
        self._next = itertools.cycle(accounts)
        self._free = list(accounts)
        self._pairs = itertools.cycle(itertools.permutations(_WORDS, 2))
        self.samples = Samples()

    async def one(self) -> None:
        """One request, or the few of a checkout."""
        choice = self._rng.random()
        account = next(self._next)
        if choice < 0.5:
            await self._send("list", "GET", "/products?limit=24", account)
        elif choice < 0.75:
            await self._send(
                "search", "GET", f"/ai/search?query={'+'.join(next(self._pairs))}", account
            )
        elif choice < 0.92 or not self._free:
            await self._send("cart", "GET", "/cart", account)
        else:
            await self._check_out()

    async def everything(self) -> None:
        """One of each, services that the mix leaves out included."""
        account = next(self._next)
        for kind, path in (
            ("list", "/products?limit=24"),
            ("search", f"/ai/search?query={next(self._pairs)[0]}"),
            ("account", "/auth/me"),
            ("popular", "/analytics/products/popular"),
        ):
            await self._send(kind, "GET", path, account)
        await self._check_out(pay=True)

    async def _check_out(self, *, pay: bool = False) -> None:
        if not self._free:
            return
        account = self._free.pop(self._rng.randrange(len(self._free)))
        try:
            article = self._rng.choice(self._articles)
            added = await self._send(
                "add", "POST", "/cart/add", account, {"variant_id": str(article.variant_id)}
            )
            if not added or "version" not in added:
                return
            body = {
                "cart_version": added["version"],
                "shipping_method": "standard",
                "shipping_address": ADDRESS,
                "email": account.email,
            }
            order = await self._send("checkout", "POST", "/cart/checkout", account, body)
            if pay and order and "payment_id" in order:
                body = {
                    "payment_id": order["payment_id"],
                    "payment_method": "pm_card_visa",
                    "return_url": self._store.layout.store_url,
                }
                await self._send("pay", "POST", "/payments/confirm", account, body)
        finally:
            self._free.append(account)

    async def _send(
        self, kind: str, method: str, path: str, account: Account, body: Any = None
    ) -> Any:
        headers = dict(account.headers)
        if kind == "checkout":
            headers["Idempotency-Key"] = f"load-{secrets.token_hex(12)}"
        began = time.perf_counter()
        answer = None
        try:
            async with self._http.request(
                method, self._store.api(path), json=body, headers=headers, timeout=_TIMEOUT
            ) as response:
                answer = await response.json()
                outcome = str(response.status)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            outcome = type(error).__name__
        seconds = time.perf_counter() - began
        code = answer.get("code", "") if isinstance(answer, dict) else ""
        self.samples.all.append(Sample(kind, outcome, seconds, code))
        return answer


async def as_fast_as_answered(visitors: Visitors, *, clients: int, seconds: float) -> float:
    """Each client sends when it has its answer; the requests a second."""
    before, began = len(visitors.samples.all), time.perf_counter()

    async def client() -> None:
        while time.perf_counter() - began < seconds:
            await visitors.one()

    await asyncio.gather(*[client() for _ in range(clients)])
    return (len(visitors.samples.all) - before) / (time.perf_counter() - began)


async def at_rate(
    visitors: Visitors, *, per_second: float, seconds: float
) -> set[asyncio.Task[None]]:
    """Send so many a second, answered or not; what has no answer yet."""
    began = time.perf_counter()
    under_way: set[asyncio.Task[None]] = set()
    sent = 0
    while (passed := time.perf_counter() - began) < seconds:
        due = int(passed * per_second)
        while sent < due:
            task = asyncio.create_task(visitors.one())
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            sent += 1
        await asyncio.sleep(0.01)
    return under_way


def new_session() -> aiohttp.ClientSession:
    """Without a limit of connections of its own."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
