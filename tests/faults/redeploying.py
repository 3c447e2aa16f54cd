"""Visitors who must not notice that the services under them are replaced."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable

from tests.faults.load import Samples, Visitors, new_session
from tests.faults.store import Store

_VISITORS = 4
# An account may confirm thirty payments a minute; each visit takes one at random.
_ACCOUNTS = 8
_VISIT_SECONDS = 2.5


async def visits_during(store: Store, work: Callable[[], Awaitable[None]]) -> Samples:
    """Everything a visitor does, again and again, while ``work`` runs and a moment after."""
    run = f"roll{secrets.token_hex(4)}"
    articles = await asyncio.to_thread(store.put_on_sale, run, 5, 100_000)
    merchant = await asyncio.to_thread(store.account, f"{run}-merchant", "merchant")
    accounts = [
        await asyncio.to_thread(store.account, f"{run}-{number}", "shopper")
        for number in range(_ACCOUNTS)
    ]
    over = asyncio.Event()
    async with new_session() as http:
        visitors = Visitors(store, http, accounts, articles)

        async def visit() -> None:
            while not over.is_set():
                at_least = asyncio.create_task(asyncio.sleep(_VISIT_SECONDS))
                await visitors.everything()
                await at_least

        visiting = [asyncio.create_task(visit()) for _ in range(_VISITORS)]
        try:
            await work()
            await asyncio.sleep(2)
        finally:
            over.set()
            await asyncio.gather(*visiting)
    await asyncio.to_thread(store.take_off_sale, articles, merchant)
    return visitors.samples
