"""Five times what the store can bear: it must refuse, not break, and be itself again soon."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import psutil

from tests.faults.load import Samples, Visitors, as_fast_as_answered, at_rate, new_session
from tests.faults.store import Store

ALLOWED = ("200", "201", "202", "204", "409", "429", "503")
TIMES = 5
_CLIENTS = 12
_ACCOUNTS = 24
_PROBES = 10
_PATIENCE_SECONDS = 30.0


@dataclass
class Overload:
    """Rates in requests a second, times in seconds, memory in bytes.

    ``grown``: memory of the processes that were there before, after ÷ before. ``recovered``:
    from the end of the load until requests took their normal time; None: not in 30 s.
    """

    sustainable: float = 0.0
    sent: float = 0.0
    normal_p95: float = 0.0
    served: int = 0
    memory: int = 0
    grown: float = 0.0
    new_processes: int = 0
    recovered: float | None = None
    samples: Samples = field(default_factory=Samples)


async def overload(store: Store, *, seconds: float) -> Overload:
    """Measure the sustainable rate, send a multiple of it for ``seconds``, look what is left."""
    run = f"load{secrets.token_hex(4)}"
    articles = await asyncio.to_thread(store.put_on_sale, run, 10, 100_000)
    merchant = await asyncio.to_thread(store.account, f"{run}-merchant", "merchant")
    accounts = [
        await asyncio.to_thread(store.account, f"{run}-{number}", "shopper")
        for number in range(_ACCOUNTS)
    ]
    result = Overload()
    async with new_session() as http:

        def visitors() -> Visitors:
            return Visitors(store, http, accounts, articles)

        warm = visitors()
        await as_fast_as_answered(warm, clients=4, seconds=1)
        normal = visitors()
        for _ in range(_PROBES):
            await normal.everything()
        result.normal_p95 = normal.samples.percentile(0.95)
        result.sustainable = await as_fast_as_answered(visitors(), clients=_CLIENTS, seconds=4)
        before = await asyncio.to_thread(memory, store)
        burst = visitors()
        waiting = await at_rate(burst, per_second=TIMES * result.sustainable, seconds=seconds)
        result.recovered = await _until_normal(visitors, result.normal_p95)
        await asyncio.gather(*waiting)
        result.samples = burst.samples
        result.sent = len(burst.samples.all) / seconds
        after = await asyncio.to_thread(memory, store)
    result.served = sum(
        number for outcome, number in burst.samples.outcomes().items() if outcome.startswith("2")
    )
    result.memory = sum(after.values())
    common = before.keys() & after.keys()
    result.grown = sum(after[pid] for pid in common) / sum(before[pid] for pid in common)
    result.new_processes = len(after.keys() - before.keys())
    await asyncio.to_thread(store.take_off_sale, articles, merchant)
    return result


async def _until_normal(visitors: Callable[[], Visitors], normal_p95: float) -> float | None:
    began = time.perf_counter()
    while (passed := time.perf_counter() - began) < _PATIENCE_SECONDS:
        probe = visitors()
        await probe.everything()
        well = not probe.samples.other_than("200", "201")
        if well and probe.samples.percentile(1.0) <= 2 * normal_p95 + 0.1:
            return passed
        await asyncio.sleep(0.3)
    return None


def memory(store: Store) -> dict[int, int]:
    """Process id → proportional memory (bytes) of everything that runs in the stack."""
    supervisor = psutil.Process(store.pids()["supervisor"])
    found = {}
    for process in (supervisor, *supervisor.children(recursive=True)):
        try:
            found[process.pid] = int(process.memory_full_info().pss)
        except psutil.Error:
            continue
    return found
