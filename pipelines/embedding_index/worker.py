"""What one actor does: read a range of documents, make their vectors, store them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from deployments.search.application.ports import PendingDocument, Range, Vectors
from deployments.search.infrastructure.unit_of_work import SqlSearchUnitOfWork
from deployments.shared.database import create_engine, create_session_factory

# Texts to float32 (n, dimension).
Encode = Callable[[Sequence[str]], Vectors]

_STORED_AT_ONCE = 64


class RangeEmbedder:
    """Safe to repeat: only documents without a current vector are read, and a vector of a
    document that changed meanwhile is not stored."""

    def __init__(self, database_url: str, encode: Encode) -> None:
        self._encode = encode
        self._loop = asyncio.Runner()
        self._engine = create_engine(database_url, pool_size=1)
        self._sessions = create_session_factory(self._engine)

    def embed(self, version: int, within: Range) -> int:
        """The number of vectors stored."""
        return self._loop.run(self._embed(version, within))

    def close(self) -> None:
        self._loop.run(self._engine.dispose())
        self._loop.close()

    async def _embed(self, version: int, within: Range) -> int:
        async with SqlSearchUnitOfWork(self._sessions) as work:
            pending = await work.embeddings.pending(version, limit=10_000, within=within)
        # Of like length together, so that a batch has little padding.
        pending.sort(key=lambda document: len(document.text))
        stored = 0
        storing: asyncio.Task[int] | None = None
        for start in range(0, len(pending), _STORED_AT_ONCE):
            batch = pending[start : start + _STORED_AT_ONCE]
            vectors = await asyncio.to_thread(self._encode, [document.text for document in batch])
            # One batch is stored while the next is encoded; no more wait in memory.
            if storing is not None:
                stored += await storing
            storing = asyncio.create_task(self._store(version, batch, vectors))
        return stored + (await storing if storing is not None else 0)

    async def _store(self, version: int, batch: Sequence[PendingDocument], vectors: Vectors) -> int:
        async with SqlSearchUnitOfWork(self._sessions) as work:
            stored = await work.embeddings.store(version, batch, vectors)
            await work.commit()
        return stored
