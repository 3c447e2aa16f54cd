"""Embedders in this process, off the event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from deployments.search.application.ports import Embedded, Embedder, ModelRef
from deployments.search.infrastructure.encoders import Encoders


class LocalEmbedder:
    """For pipelines and tests."""

    def __init__(self, encoders: Encoders) -> None:
        self._encoders = encoders

    async def query(self, text: str, model: ModelRef | None = None) -> Embedded:
        return await self.documents([text], model)

    async def documents(self, texts: Sequence[str], model: ModelRef | None = None) -> Embedded:
        return await asyncio.to_thread(lambda: self._encoders.get(model).embed(texts))

    async def warm(self, model: ModelRef) -> None:
        await asyncio.to_thread(self._encoders.get, model)


class QueriesHere:
    """Encodes queries in this process and leaves products to another embedder: on a CPU, where
    queries gain nothing by sharing a batch, asking another process costs more than the model.

    Args:
        encoded: is told how many queries were encoded, and the seconds that took.
    """

    def __init__(
        self, encoders: Encoders, products: Embedder, encoded: Callable[[int, float], None]
    ) -> None:
        self._encoders = encoders
        self._products = products
        self._encoded = encoded
        self._queries = ThreadPoolExecutor(1, "queries")
        self._loader = ThreadPoolExecutor(1, "loader")

    async def query(self, text: str, model: ModelRef | None = None) -> Embedded:
        loop = asyncio.get_running_loop()
        encoder = self._encoders.loaded(model)
        if encoder is None:
            encoder = await loop.run_in_executor(self._loader, self._encoders.get, model)
        began = time.perf_counter()
        vectors = await loop.run_in_executor(self._queries, encoder.queries, [text])
        self._encoded(1, time.perf_counter() - began)
        return Embedded(encoder.model_version, vectors)

    async def documents(self, texts: Sequence[str], model: ModelRef | None = None) -> Embedded:
        return await self._products.documents(texts, model)

    async def warm(self, model: ModelRef) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.gather(
            self._products.warm(model),
            loop.run_in_executor(self._loader, self._encoders.get, model),
        )
