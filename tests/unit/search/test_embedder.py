"""The Embedder deployment's class, without Ray."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from deployments.search import serve
from deployments.search.application.ports import ModelRef, Vectors
from deployments.search.infrastructure.encoder import Encoder
from deployments.search.infrastructure.engine import Batching

OTHER = ModelRef("other", "/models/other")


class LengthEngine:
    """Vectors tell a text's length and which model made it."""

    name = "length"
    dimension = 2
    batching = Batching(100, 100_000)

    def __init__(self, number: int, queries_at_once: int) -> None:
        self.query_batching = Batching(queries_at_once, 100_000)
        self.number = number
        self.batches: list[int] = []
        self.at_once: list[int] = []
        self.go_on = threading.Event()
        self.go_on.set()
        self._running = 0

    def tokenise(self, texts: Sequence[str]) -> Sequence[str]:
        return texts

    def vectors(self, batches: Sequence[Sequence[Any]]) -> list[Vectors]:
        self._running += 1
        self.at_once.append(self._running)
        self.go_on.wait(5)
        self._running -= 1
        self.batches += [len(batch) for batch in batches]
        return [
            np.array([[len(text), self.number] for text in batch], dtype=np.float32)
            for batch in batches
        ]


class StillMeter:
    def __init__(self, engine: str) -> None:
        self.settings: dict[str, float] = {}

    @contextmanager
    def query(self) -> Iterator[None]:
        yield

    @contextmanager
    def batch(self, size: int) -> Iterator[None]:
        yield

    def encoded(self, size: int, seconds: float) -> None: ...

    def encoded_documents(self, size: int) -> None: ...


class TwoModels:
    """The settings' model and another, which must be loaded first."""

    queries_at_once = 8

    def __init__(self, *_: object) -> None:
        self.own = Encoder("own", LengthEngine(1, self.queries_at_once))
        self.other = Encoder("other", LengthEngine(2, self.queries_at_once))
        self.loads = 0

    def loaded(self, model: ModelRef | None) -> Encoder | None:
        if model is None:
            return self.own
        return self.other if self.loads else None

    def get(self, model: ModelRef | None) -> Encoder:
        self.loads += model is not None
        return self.own if model is None else self.other


def embedder_of(monkeypatch: pytest.MonkeyPatch, models: type[TwoModels]) -> Any:
    monkeypatch.setattr(serve, "EmbedderMeter", StillMeter)
    monkeypatch.setattr(serve, "Encoders", models)
    # Batching compares its size with the replica's.
    replica = SimpleNamespace(_deployment_config=SimpleNamespace(max_ongoing_requests=64))
    monkeypatch.setattr("ray.serve.get_replica_context", lambda: replica)
    embedder = serve.Embedder()
    embedder.reconfigure({"document_batch_size": 2, "query_threads": 3})
    embedder._encoders.own.engine.batches.clear()
    embedder._encoders.own.engine.at_once.clear()
    return embedder


async def test_queries_that_arrive_together_share_a_batch_of_each_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # One test: Serve keeps a method's queue for the process, in the first event loop that uses it.
    embedder = embedder_of(monkeypatch, TwoModels)
    own, other = embedder._encoders.own.engine, embedder._encoders.other.engine
    await embedder.warm(OTHER)
    own.go_on.clear()
    models = [None, OTHER, None, None, OTHER, OTHER]
    asked = [asyncio.create_task(embedder.query("a" * n, m)) for n, m in enumerate(models)]
    await asyncio.sleep(0.02)
    own.go_on.set()
    async with asyncio.timeout(10):
        answers = await asyncio.gather(*asked)
    assert [answer.model for answer in answers] == ["other" if m else "own" for m in models]
    assert [answer.vectors.tolist() for answer in answers] == [
        [[n, 2 if m else 1]] for n, m in enumerate(models)
    ]
    assert sum(own.batches) == 3
    assert len(own.batches) + len(other.batches) - 1 < len(models)
    assert set(own.at_once) == {1}


class OneByOne(TwoModels):
    queries_at_once = 1


async def test_one_by_one_queries_run_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = embedder_of(monkeypatch, OneByOne)
    engine = embedder._encoders.own.engine
    engine.go_on.clear()
    asked = [asyncio.create_task(embedder.query("a" * n)) for n in range(6)]
    await asyncio.sleep(0.02)
    engine.go_on.set()
    assert [int((await one).vectors[0, 0]) for one in asked] == list(range(6))
    assert engine.batches == [1] * 6
    assert max(engine.at_once) == 3


async def test_a_query_does_not_wait_for_products(monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = embedder_of(monkeypatch, OneByOne)
    engine = embedder._encoders.own.engine
    engine.go_on.clear()
    products = asyncio.create_task(embedder.documents(["x", "xx", "xxx"]))
    query = asyncio.create_task(embedder.query("a"))
    await asyncio.sleep(0.02)
    assert max(engine.at_once) == 2
    engine.go_on.set()
    assert (await products).vectors[:, 0].tolist() == [1, 2, 3]
    await query


async def test_products_come_in_pieces_and_none_is_no_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    embedder = embedder_of(monkeypatch, TwoModels)
    made = await embedder.documents(["a", "bb", "ccc", "d", "ee"], OTHER)
    assert (made.model, made.vectors[:, 0].tolist()) == ("other", [1, 2, 3, 1, 2])
    assert embedder._encoders.other.engine.batches == [2, 2, 1]
    assert (await embedder.documents([])).vectors.shape == (0, 2)


async def test_changed_settings_leave_no_query_unanswered(monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = embedder_of(monkeypatch, OneByOne)
    engine = embedder._encoders.own.engine
    engine.go_on.clear()
    asked = [asyncio.create_task(embedder.query("a" * n)) for n in range(9)]
    await asyncio.sleep(0.02)
    embedder.reconfigure({"query_threads": 1})
    engine.go_on.set()
    assert [int((await one).vectors[0, 0]) for one in asked] == list(range(9))
    assert embedder._meter.settings["query_threads"] == 1


async def test_a_model_is_warm_before_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = embedder_of(monkeypatch, TwoModels)
    await embedder.warm(OTHER)
    assert embedder._encoders.loads == 1
    assert embedder._encoders.other.engine.batches == [1]
