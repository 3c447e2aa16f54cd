"""Bring documents up to what the products service says; their vectors follow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Set
from contextlib import aclosing
from datetime import datetime
from typing import Final
from uuid import UUID

from deployments.products.contract import ProductDetail
from deployments.search.application.make_document import is_sold, make_document
from deployments.search.application.ports import Catalogue, Removal, UnitOfWorkFactory

_FETCHED_AT_ONCE: Final = 8
_REMOVED_AT_ONCE: Final = 500


class SyncDocuments:
    def __init__(self, begin: UnitOfWorkFactory, catalogue: Catalogue) -> None:
        self._begin = begin
        self._catalogue = catalogue

    async def some(self, wanted: Mapping[UUID, int | None]) -> tuple[set[UUID], int]:
        """Store the products that are sold and remove the others; the ids written and the
        number removed.

        Args:
            wanted: product id → version at which it counts as removed when it is not sold;
                None: the version stored.
        """
        products = await self._fetch(wanted)
        sold = [product for product in products if is_sold(product)]
        removals = [Removal(p.id, p.version) for p in products if not is_sold(p)]
        missing = set(wanted) - {product.id for product in products}
        async with self._begin() as work:
            await work.documents.lock(wanted)
            stored = await work.documents.stored(missing)
            for identity in missing:
                version = wanted[identity]
                if identity in stored:
                    version = max(version or 0, stored[identity][0])
                if version is not None:
                    removals.append(Removal(identity, version))
            written = await work.documents.upsert([make_document(p) for p in sold])
            removed = await work.documents.remove(removals)
            await work.commit()
        return written, removed

    async def everything(
        self, progress: Callable[[int], None] = lambda done: None
    ) -> tuple[int, int]:
        """Store every published product and remove the rest; how many of each. What is stored
        as it would be written is not written again."""
        async with self._begin() as work:
            started = await work.documents.now()
        current = 0
        seen: set[UUID] = set()
        async with aclosing(self._pages()) as pages:
            async for page in pages:
                documents = [make_document(p) for p in page if is_sold(p)]
                seen.update(document.product_id for document in documents)
                async with self._begin() as work:
                    current += len(await work.documents.upsert(documents, read_after=started))
                    await work.commit()
                progress(current)
        removed = await self._remove_unseen(seen, started)
        async with self._begin() as work:
            await work.documents.refresh_statistics()
            await work.commit()
        return current, removed

    async def _pages(self) -> AsyncGenerator[list[ProductDetail], None]:
        """All published products; the next page is read while one is worked on."""
        reading = asyncio.create_task(self._catalogue.export(None))
        try:
            while True:
                page = await reading
                if page.next_cursor is None:
                    yield page.items
                    return
                reading = asyncio.create_task(self._catalogue.export(page.next_cursor))
                yield page.items
        finally:
            reading.cancel()

    async def _remove_unseen(self, seen: Set[UUID], started: datetime) -> int:
        async with self._begin() as work:
            old = await work.documents.indexed_before(started)
        unseen = [identity for identity in old if identity not in seen]
        removed = 0
        for first in range(0, len(unseen), _REMOVED_AT_ONCE):
            async with self._begin() as work:
                some = unseen[first : first + _REMOVED_AT_ONCE]
                removed += await work.documents.remove_unseen(some, started)
                await work.commit()
        return removed

    async def _fetch(self, product_ids: Collection[UUID]) -> list[ProductDetail]:
        gate = asyncio.Semaphore(_FETCHED_AT_ONCE)

        async def fetch(identity: UUID) -> ProductDetail | None:
            async with gate:
                return await self._catalogue.get(identity)

        answers = await asyncio.gather(*[fetch(identity) for identity in product_ids])
        return [product for product in answers if product is not None]
