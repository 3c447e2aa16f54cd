"""Give documents the vectors they lack in the active index version."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from uuid import UUID

from deployments.search.application.ports import (
    Embedded,
    Embedder,
    IndexVersion,
    ModelRef,
    PendingDocument,
    UnitOfWorkFactory,
)

logger = logging.getLogger(__name__)

_BATCH = 64
# A build that was worked on this lately, and takes over, will do the backlog itself.
_BUILD_IS_ALIVE_SECONDS = 60


class EmbedDocuments:
    """Without an active version the first one is made, for the embedder's model."""

    def __init__(
        self, begin: UnitOfWorkFactory, embedder: Embedder, *, timeout_seconds: float
    ) -> None:
        self._begin = begin
        self._embedder = embedder
        self._timeout = timeout_seconds

    async def __call__(self, product_ids: Collection[UUID]) -> int:
        """The number of vectors stored for the named products."""
        remaining = list(product_ids)
        stored = 0
        while remaining:
            batch, remaining = remaining[:_BATCH], remaining[_BATCH:]
            version = await self._active()
            async with self._begin() as work:
                pending = await work.embeddings.pending(version.id, limit=_BATCH, product_ids=batch)
            stored += await self._embed(version, pending)
        return stored

    async def catch_up(self) -> int:
        """Work off the backlog; the number of vectors stored."""
        stored = 0
        while batch := await self._catch_up_batch():
            stored += batch
        return stored

    async def complete(self, version: IndexVersion) -> int:
        """Work off the backlog of ``version``, active or not; the number of vectors stored.

        Raises:
            Exception: whatever the embedder does; nothing is done later instead.
        """
        stored = 0
        while True:
            async with self._begin() as work:
                pending = await work.embeddings.pending(version.id, limit=_BATCH)
            made = await self._embed(version, pending)
            # What changes at this very moment is not stored, and is the backlog's.
            if not made:
                return stored
            stored += made

    async def _catch_up_batch(self) -> int:
        """One batch, by one replica at a time."""
        async with self._begin() as claim:
            if not await claim.embeddings.claim():
                return 0
            if await claim.versions.is_building(within_seconds=_BUILD_IS_ALIVE_SECONDS):
                return 0
            version = await self._active()
            pending = await claim.embeddings.pending(version.id, limit=_BATCH)
            return await self._embed(version, pending)

    async def _active(self) -> IndexVersion:
        async with self._begin() as work:
            active = await work.versions.active()
        if active is None:
            probe = await self._vectors([""])
            async with self._begin() as work:
                active = await work.versions.ensure_active(probe.model, probe.vectors.shape[1])
                await work.commit()
        return active

    async def _vectors(self, texts: list[str], model: ModelRef | None = None) -> Embedded:
        async with asyncio.timeout(self._timeout):
            return await self._embedder.documents(texts, model)

    async def _embed(self, version: IndexVersion, pending: list[PendingDocument]) -> int:
        if not pending:
            return 0
        embedded = await self._vectors([document.text for document in pending], version.ref)
        if embedded.model != version.model:
            logger.error(
                "the active index version is of another model",
                extra={"index_model": version.model, "embedder_model": embedded.model},
            )
            return 0
        async with self._begin() as work:
            stored = await work.embeddings.store(version.id, pending, embedded.vectors)
            await work.commit()
        return stored
