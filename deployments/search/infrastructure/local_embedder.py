"""Embedders in this process, off the event loop."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from deployments.search.application.ports import Embedded, Embedder, ModelRef
from deployments.search.infrastructure.encoder import Encoder
from deployments.search.infrastructure.encoders import Encoders

logger = logging.getLogger(__name__)


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
    Until a model is loaded here, and if it cannot be, the other one encodes its queries too.

    Args:
        encoded: is told how many queries were encoded, and the seconds that took.
    """

    def __init__(
        self, encoders: Encoders, other: Embedder, encoded: Callable[[int, float], None]
    ) -> None:
        self._encoders = encoders
        self._other = other
        self._encoded = encoded
        self._queries = ThreadPoolExecutor(1, "queries")
        self._loader = ThreadPoolExecutor(1, "loader")
        self._loading: dict[ModelRef | None, asyncio.Future[Encoder]] = {}

    async def query(self, text: str, model: ModelRef | None = None) -> Embedded:
        loop = asyncio.get_running_loop()
        encoder = self._encoders.loaded(model)
        if encoder is None:
            self._load(model)
            return await self._other.query(text, model)
        began = time.perf_counter()
        vectors = await loop.run_in_executor(self._queries, encoder.queries, [text])
        self._encoded(1, time.perf_counter() - began)
        return Embedded(encoder.model_version, vectors)

    async def documents(self, texts: Sequence[str], model: ModelRef | None = None) -> Embedded:
        return await self._other.documents(texts, model)

    async def warm(self, model: ModelRef) -> None:
        await self._other.warm(model)

    def _load(self, model: ModelRef | None) -> None:
        """Once, unless it was forgotten since. One that failed stays failed: the model does not
        change, and the log says why."""
        known = self._loading.get(model)
        if known is None or (known.done() and known.exception() is None):
            loading = asyncio.get_running_loop().run_in_executor(
                self._loader, self._encoders.get, model
            )
            loading.add_done_callback(lambda done: _say_why(done, model))
            self._loading[model] = loading


def _say_why(loading: asyncio.Future[Encoder], model: ModelRef | None) -> None:
    if not loading.cancelled() and (error := loading.exception()) is not None:
        name = model.name if model else "that of the settings"
        logger.warning(
            "the Embedder encodes queries of a model", extra={"model": name, "reason": str(error)}
        )
