"""The Ray Serve binding of search: the service, and the Embedder it asks for vectors."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from fastapi import FastAPI
from ray import serve
from ray.serve.handle import DeploymentHandle

from deployments.search.api import create_api
from deployments.search.application.ports import Embedded, Vectors
from deployments.search.infrastructure.encoder import Encoder
from deployments.search.infrastructure.settings import EncoderSettings, SearchSettings
from deployments.shared.settings import PlatformSettings


class Embedder:
    """One model. Queries that arrive together share a batch; products come in small pieces, so
    that queries get their turn in between.

    ``user_config``, changed without a restart: ``max_batch_size`` and ``batch_wait_timeout_s`` of
    queries, ``document_batch_size`` of products.
    """

    def __init__(self) -> None:
        self._encoder = Encoder.load(EncoderSettings())
        # One thread: the model uses its own threads, and one batch at a time is the fastest.
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="encoder")
        # A query waits for one piece of products at most, so pieces are small.
        self._document_batch_size = max(1, self._encoder.batch_size // 4)
        self._encoder.encode(["warm up"])

    def reconfigure(self, config: dict[str, Any]) -> None:
        # serve.batch hangs these setters on the method it wraps.
        batch: Any = self._query_vectors
        batch.set_max_batch_size(config.get("max_batch_size", 32))
        batch.set_batch_wait_timeout_s(config.get("batch_wait_timeout_s", 0.0))
        self._document_batch_size = config.get("document_batch_size", self._document_batch_size)

    async def query(self, text: str) -> Embedded:
        vector: Vectors = await self._query_vectors(text)
        return Embedded(self._encoder.model_version, vector[np.newaxis])

    async def documents(self, texts: list[str]) -> Embedded:
        size = self._document_batch_size
        pieces = [await self._encode(texts[i : i + size]) for i in range(0, len(texts), size)]
        return Embedded(self._encoder.model_version, np.concatenate(pieces))

    @serve.batch(max_batch_size=32, batch_wait_timeout_s=0.0)
    async def _query_vectors(self, texts: list[str]) -> list[Vectors]:
        return list(await self._encode(texts))

    async def _encode(self, texts: list[str]) -> Vectors:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self._encoder.encode, texts)


class ServeEmbedder:
    """The Embedder deployment as the service's embedder."""

    def __init__(self, handle: DeploymentHandle[Any]) -> None:
        self._handle = handle

    async def query(self, text: str) -> Embedded:
        embedded: Embedded = await self._handle.query.remote(text)
        return embedded

    async def documents(self, texts: Sequence[str]) -> Embedded:
        embedded: Embedded = await self._handle.documents.remote(list(texts))
        return embedded


class Search:
    """Replica of the search service; FastAPI answers its requests."""

    def __init__(self, embedder: DeploymentHandle[Any]) -> None:
        self._embedder = embedder

    def __serve_build_asgi_app__(self) -> FastAPI:
        """Called by Serve after ``__init__``, which is what gets the handle."""
        return create_api(PlatformSettings(), SearchSettings(), ServeEmbedder(self._embedder))


embedder = serve.deployment(name="embedder")(Embedder).bind()
app = serve.deployment(name="search")(serve.ingress()(Search)).bind(embedder)
