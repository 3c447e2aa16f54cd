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
        self.models: list[ModelRef | None] = []
        self.seconds = 0.0
        self.error: Exception | None = None

    async def query(self, text: str, model: ModelRef | None = None) -> Embedded:
        self.asked.append(text)
        self.models.append(model)
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


async def test_those_who_want_the_same_at_once_share_one_answer() -> None:
    embedder = FakeEmbedder()
    embedder.seconds = 0.01
    vectors = QueryVectors(embedder, timeout_seconds=1, cache_size=2)
    answers = await asyncio.gather(*(vectors.get(text) for text in ("a", "b", "a", "a")))
    assert embedder.asked == ["a", "b"]
    assert answers[0] is answers[2] is answers[3]
    assert (vectors.hits, vectors.misses, vectors.shared, vectors.fallbacks) == (0, 4, 2, 0)


async def test_who_goes_away_does_not_take_the_answer_from_the_others() -> None:
    embedder = FakeEmbedder()
    embedder.seconds = 0.02
    vectors = QueryVectors(embedder, timeout_seconds=1, cache_size=2)
    first, second = (asyncio.create_task(vectors.get("a")) for _ in range(2))
    await asyncio.sleep(0.005)
    first.cancel()
    assert await second is not None
    assert embedder.asked == ["a"]


async def test_a_failure_is_shared_and_counted_once_and_then_asked_again() -> None:
    embedder = FakeEmbedder()
    embedder.error = RuntimeError("no replica")
    vectors = QueryVectors(embedder, timeout_seconds=1, cache_size=2)
    # Ten at once are one failure, which pauses nothing.
    assert await asyncio.gather(*(vectors.get("a") for _ in range(10))) == [None] * 10
    assert (vectors.fallbacks, len(embedder.asked)) == (10, 1)
    embedder.error = None
    assert await vectors.get("a") is not None


async def test_a_latecomer_waits_no_longer_than_the_one_who_asked() -> None:
    embedder = FakeEmbedder()
    embedder.seconds = 5
    vectors = QueryVectors(embedder, timeout_seconds=0.05, cache_size=2)
    asked = asyncio.create_task(vectors.get("a"))
    await asyncio.sleep(0.03)
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert await vectors.get("a") is None
    assert loop.time() - began < 1
    assert await asked is None


async def test_each_model_has_its_own_vectors() -> None:
    embedder = FakeEmbedder()
    vectors = QueryVectors(embedder, timeout_seconds=1, cache_size=4)
    models = (None, ModelRef("other", "/models/other"), ModelRef("other", "/models/new"))
    for _ in range(2):
        for model in models:
            assert await vectors.get("a", model) is not None
    assert embedder.asked == ["a", "a", "a"]
    assert embedder.models == list(models)
    assert vectors.hits == 3


async def test_a_vector_asked_for_ahead_is_there_when_it_is_wanted() -> None:
    embedder = FakeEmbedder()
    vectors = QueryVectors(embedder, timeout_seconds=1, cache_size=2)
    model = ModelRef("fake")
    vectors.prepare("a", model)
    vectors.prepare("a", model)
    await asyncio.sleep(0)
    assert embedder.asked == ["a"]
    assert await vectors.get("a", model) is not None
    assert (embedder.asked, vectors.shared) == (["a"], 0)


async def test_nothing_is_asked_ahead_of_an_embedder_that_fails() -> None:
    embedder = FakeEmbedder()
    embedder.error = RuntimeError("no replica")
    vectors = QueryVectors(embedder, timeout_seconds=1, cache_size=2)
    for number in range(5):
        await vectors.get(str(number), ModelRef("fake"))
    vectors.prepare("a", ModelRef("fake"))
    await asyncio.sleep(0)
    assert len(embedder.asked) == 5


async def test_what_was_asked_for_ahead_counts_as_asked_for() -> None:
    model = ModelRef("fake")
    vectors = QueryVectors(FakeEmbedder(), timeout_seconds=1, cache_size=2)
    vectors.prepare("a", model)
    await asyncio.sleep(0.01)
    await vectors.get("a", model)
    assert (vectors.hits, vectors.misses) == (0, 1)
    await vectors.get("a", model)
    assert (vectors.hits, vectors.misses) == (1, 1)
