"""How long after a product was changed the search finds it as it is now."""

from __future__ import annotations

import asyncio
import time
from typing import Final
from uuid import uuid4

from deployments.local.layout import StackLayout
from deployments.products.contract import ProductInput, VariantInput
from deployments.search.contract import SearchClient
from tests.bench.records import Record, percentile
from tests.bench.stack_clients import clients

_CHANGES: Final = 50
_GIVEN_UP_SECONDS: Final = 30
_PAUSE_SECONDS: Final = 0.02


async def measure(layout: StackLayout, records: list[Record]) -> None:
    """A product's title and price change in turn; each change is looked for until it shows. The
    time starts when the products service has answered."""
    waited: list[float] = []
    async with clients(layout) as (products, search):
        body = _product(0)
        product = await products.create(body)
        await _until_found(search, body.title, body.variants[0].price)
        for change in range(1, _CHANGES + 1):
            body = _product(change)
            body.variants[0].sku = product.variants[0].sku
            product = await products.replace(product.id, body, version=product.version)
            began = time.perf_counter()
            await _until_found(search, body.title, body.variants[0].price)
            waited.append((time.perf_counter() - began) * 1000)
        await products.archive(product.id)
    records += [
        Record("product change to searchable, p50", percentile(waited, 0.5), "ms"),
        Record("product change to searchable, p95", percentile(waited, 0.95), "ms", bar="≤ 2,000"),
    ]


def _product(change: int) -> ProductInput:
    """Every other change is one of the title, by a word no other product holds."""
    word = f"benchword{change // 2:03d}"
    return ProductInput(
        title=f"Freshness {word}",
        description="Measured and withdrawn.",
        status="published",
        variants=[VariantInput(sku=f"BENCH-{uuid4().hex[:8]}", price=1000 + change, on_hand=1)],
    )


async def _until_found(search: SearchClient, title: str, price: int) -> None:
    async with asyncio.timeout(_GIVEN_UP_SECONDS):
        while True:
            found = await search.search(title, limit=1)
            first = found.items[0].product if found.items else None
            if first and first.title == title and first.price_from.amount == price:
                return
            await asyncio.sleep(_PAUSE_SECONDS)
