"""The Ray Serve binding of search: the service, and the Embedder it asks for vectors."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from fastapi import FastAPI
from ray import serve
from ray.exceptions import RayTaskError
from ray.serve.handle import DeploymentHandle

from deployments.search.api import create_api
from deployments.search.application.ports import Embedded, ModelRef, Vectors
from deployments.search.infrastructure.encoder import Encoder
from deployments.search.infrastructure.encoders import Encoders, query_encoders
from deployments.search.infrastructure.settings import EncoderSettings, SearchSettings
from deployments.search.serve_deployments import deployments
from deployments.search.serve_meter import EmbedderMeter
from deployments.shared.errors import DomainError
from deployments.shared.memory import settle
from deployments.shared.settings import PlatformSettings

Encode = Callable[[list[str]], Vectors]

_DOCUMENTS = 16


class Embedder:
    """The model of the settings, and those that versions of the index name. Queries that arrive
    together share a batch; products come in pieces, so that several who send some take turns.

    ``user_config``, changed without a restart: ``max_batch_size`` and ``batch_wait_timeout_s`` of
    queries, or, where the engine takes them one by one, ``query_threads``, how many at once (0: as
    many threads as the settings give); ``document_batch_size`` of products.
    """

    def __init__(self) -> None:
        self._encoders = Encoders(EncoderSettings())
        encoder = self._encoders.get(None)
        # Side by side: queries do not wait for products, nor either for a model to be loaded.
        self._for_queries = ThreadPoolExecutor(1, "queries")
        self._for_documents = ThreadPoolExecutor(1, "documents")
        self._loader = ThreadPoolExecutor(1, "loader")
        self._meter = EmbedderMeter(encoder.engine.name)
        self._document_batch_size = _DOCUMENTS
        encoder.queries(["warm up"])

    def reconfigure(self, config: dict[str, Any]) -> None:
        # serve.batch hangs these setters on the method it wraps.
        batch: Any = self._batched
        size, wait = config.get("max_batch_size", 32), config.get("batch_wait_timeout_s", 0.0)
        batch.set_max_batch_size(size)
        batch.set_batch_wait_timeout_s(wait)
        self._document_batch_size = config.get("document_batch_size", _DOCUMENTS)
        threads = config.get("query_threads", 0) or EncoderSettings().threads
        # Those that wait in the old one are still answered.
        self._for_queries.shutdown(wait=False)
        self._for_queries = ThreadPoolExecutor(threads, "queries")
        loaded = self._encoders.loaded(None)
        self._meter.at_once = threads if loaded is not None and loaded.one_by_one else None
        self._meter.settings = {
            "max_batch_size": size,
            "batch_wait_timeout_s": wait,
            "query_threads": threads,
            "document_batch_size": self._document_batch_size,
        }

    async def query(self, text: str, model: ModelRef | None = None) -> Embedded:
        encoder = await self._encoder(model)
        with self._meter.query():
            if encoder.one_by_one:
                vectors = await self._queries(encoder, [text])
            else:
                vector: Vectors = await self._batched((encoder, text))
                vectors = vector[np.newaxis]
        return Embedded(encoder.model_version, vectors)

    async def documents(self, texts: list[str], model: ModelRef | None = None) -> Embedded:
        encoder = await self._encoder(model)
        size = self._document_batch_size
        pieces = [np.empty((0, encoder.dimension), dtype=np.float32)]
        for start in range(0, len(texts), size):
            piece = texts[start : start + size]
            made, _ = await self._timed(self._for_documents, encoder.encode, piece)
            pieces.append(made)
            self._meter.encoded_documents(len(piece))
        return Embedded(encoder.model_version, np.concatenate(pieces))

    async def warm(self, model: ModelRef) -> None:
        encoder = await self._encoder(model)
        await self._timed(self._for_documents, encoder.queries, ["warm up"])

    @serve.batch(max_batch_size=32, batch_wait_timeout_s=0.0)
    async def _batched(self, asked: list[tuple[Encoder, str]]) -> list[Vectors]:
        vectors: dict[int, Vectors] = {}
        for encoder in {encoder for encoder, _ in asked}:
            places = [place for place, (of, _) in enumerate(asked) if of is encoder]
            made = await self._queries(encoder, [asked[place][1] for place in places])
            vectors.update(zip(places, made, strict=True))
        return [vectors[place] for place in range(len(asked))]

    async def _queries(self, encoder: Encoder, texts: list[str]) -> Vectors:
        with self._meter.batch(len(texts)):
            made, seconds = await self._timed(self._for_queries, encoder.queries, texts)
            self._meter.encoded(len(texts), seconds)
        return made

    async def _timed(
        self, executor: ThreadPoolExecutor, encode: Encode, texts: list[str]
    ) -> tuple[Vectors, float]:
        """The vectors, and the seconds that the encoder took for them."""

        def timed() -> tuple[Vectors, float]:
            began = time.perf_counter()
            return encode(texts), time.perf_counter() - began

        return await asyncio.get_running_loop().run_in_executor(executor, timed)

    async def _encoder(self, model: ModelRef | None) -> Encoder:
        loaded = self._encoders.loaded(model)
        if loaded is not None:
            return loaded
        return await asyncio.get_running_loop().run_in_executor(
            self._loader, self._encoders.get, model
        )


class ServeEmbedder:
    """The Embedder deployment as the service's embedder."""

    def __init__(self, handle: DeploymentHandle[Any]) -> None:
        self._handle = handle

    async def query(self, text: str, model: ModelRef | None = None) -> Embedded:
        embedded: Embedded = await self._handle.query.remote(text, model)
        return embedded

    async def documents(self, texts: Sequence[str], model: ModelRef | None = None) -> Embedded:
        embedded: Embedded = await self._handle.documents.remote(list(texts), model)
        return embedded

    async def warm(self, model: ModelRef) -> None:
        """All replicas load it."""
        try:
            await self._handle.broadcast("warm", model).results_async(return_exceptions=False)
        except RayTaskError as error:
            if isinstance(error.cause, DomainError):
                raise error.cause from None
            raise


class Search:
    """Replica of the search service; FastAPI answers its requests."""

    def __init__(self, embedder: DeploymentHandle[Any]) -> None:
        self._embedder = embedder

    def __serve_build_asgi_app__(self) -> FastAPI:
        """Called by Serve after ``__init__``, which is what gets the handle."""
        settings = SearchSettings()
        api = create_api(
            PlatformSettings(),
            settings,
            ServeEmbedder(self._embedder),
            encoders=query_encoders(settings.queries_encoded_by),
            deployments=deployments,
        )
        settle()
        return api


embedder = serve.deployment(name="embedder")(Embedder).bind()
app = serve.deployment(name="search")(serve.ingress()(Search)).bind(embedder)
