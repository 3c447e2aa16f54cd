"""The vector of a query within a deadline, or none."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np

from deployments.search.application.ports import Embedded, ModelRef
from deployments.search.application.query_vectors import QueryVectors


class FakeEmbedder:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.seconds = 0.0
        self.error: Exception | None = None

    async def query(self, text: str, model: ModelRef | None = None) -> Embedded:
        self.asked.append(text)
        await asyncio.sleep(self.seconds)
        if self.error is not None:
            raise self.error
        return Embedded("fake", np.ones((1, 2), dtype=np.float32))

    async def documents(self, texts: Sequence[str], model: ModelRef | None = None) -> Embedded:
        raise NotImplementedError

    async def warm(self, model: ModelRef) -> None:
        raise NotImplementedError


async def test_a_vector_is_asked_for_once() -> None:
    embedder = FakeEmbedder()
    vectors = QueryVectors(embedder, timeout_seconds=1, cache_size=2)
    for text in ("a", "a", "b", "a", "c", "b"):
        assert await vectors.get(text) is not None
    # "b" was the one longest unused when "c" came.
    assert embedder.asked == ["a", "b", "c", "b"]


async def test_too_late_is_none_and_is_not_remembered() -> None:
    embedder = FakeEmbedder()
    embedder.seconds = 1
    vectors = QueryVectors(embedder, timeout_seconds=0.01, cache_size=2)
    assert await vectors.get("a") is None
    embedder.seconds = 0
    assert await vectors.get("a") is not None


async def test_a_failing_embedder_is_left_alone_for_a_while() -> None:
    embedder = FakeEmbedder()
    embedder.error = RuntimeError("no replica")
    vectors = QueryVectors(embedder, timeout_seconds=1, cache_size=2)
    for number in range(20):
        assert await vectors.get(str(number)) is None
    assert len(embedder.asked) == 5


async def test_a_single_failure_stops_nothing() -> None:
    embedder = FakeEmbedder()
    vectors = QueryVectors(embedder, timeout_seconds=1, cache_size=0)
    for number in range(10):
        embedder.error = RuntimeError("no replica") if number % 2 else None
        await vectors.get(str(number))
    assert len(embedder.asked) == 10
