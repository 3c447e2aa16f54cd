"""Queries encoded in the search replica itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pytest

from deployments.search.application.ports import Embedded, ModelRef
from deployments.search.infrastructure import encoders as encoders_module
from deployments.search.infrastructure.encoders import Encoders, query_encoders
from deployments.search.infrastructure.local_embedder import QueriesHere
from deployments.shared.errors import Invalid

OTHER = ModelRef("other", "/models/other")


class FakeEncoder:
    def __init__(self, name: str) -> None:
        self.model_version = name

    def queries(self, texts: Sequence[str]) -> Any:
        return np.full((len(texts), 2), len(self.model_version), dtype=np.float32)


class FakeEncoders:
    """The model of the settings is loaded."""

    def __init__(self) -> None:
        self.models: dict[ModelRef | None, FakeEncoder] = {None: FakeEncoder("own")}
        self.got: list[ModelRef | None] = []
        self.failure: Exception | None = None

    def loaded(self, model: ModelRef | None) -> FakeEncoder | None:
        return self.models.get(model)

    def get(self, model: ModelRef | None) -> FakeEncoder:
        self.got.append(model)
        if self.failure is not None:
            raise self.failure
        return self.models.setdefault(model, FakeEncoder(model.name if model else "own"))


class Elsewhere:
    def __init__(self) -> None:
        self.asked: list[Any] = []

    async def query(self, text: str, model: ModelRef | None = None) -> Embedded:
        return Embedded("elsewhere", np.zeros((1, 2), dtype=np.float32))

    async def documents(self, texts: Sequence[str], model: ModelRef | None = None) -> Embedded:
        self.asked.append(list(texts))
        return Embedded("own", np.zeros((len(texts), 2), dtype=np.float32))

    async def warm(self, model: ModelRef) -> None:
        self.asked.append(model)


async def test_queries_are_encoded_here_and_products_elsewhere() -> None:
    elsewhere, told, encoders = Elsewhere(), [], FakeEncoders()
    here = QueriesHere(
        cast(Encoders, encoders), elsewhere, lambda size, seconds: told.append((size, seconds))
    )
    embedded = await here.query("lamp")
    assert (embedded.model, embedded.vectors.shape) == ("own", (1, 2))
    assert (await here.documents(["a", "b"])).vectors.shape == (2, 2)
    assert elsewhere.asked == [["a", "b"]]
    ((size, seconds),) = told
    assert size == 1
    assert seconds >= 0


async def test_until_a_model_is_loaded_here_the_other_encodes_its_queries() -> None:
    elsewhere, encoders = Elsewhere(), FakeEncoders()
    here = QueriesHere(cast(Encoders, encoders), elsewhere, lambda _size, _seconds: None)
    await here.warm(OTHER)
    assert elsewhere.asked == [OTHER]
    assert (await here.query("lamp", OTHER)).model == "elsewhere"
    for _ in range(1000):
        if (await here.query("lamp", OTHER)).model == "other":
            break
        await asyncio.sleep(0.001)
    assert (await here.query("lamp", OTHER)).model == "other"
    assert encoders.got == [OTHER]


async def test_a_model_that_cannot_be_loaded_here_is_not_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    elsewhere, encoders = Elsewhere(), FakeEncoders()
    encoders.failure = Invalid("engine_unfit", "another shape")
    here = QueriesHere(cast(Encoders, encoders), elsewhere, lambda _size, _seconds: None)
    for _ in range(3):
        assert (await here.query("lamp", OTHER)).model == "elsewhere"
        await asyncio.sleep(0.02)
    assert encoders.got == [OTHER]
    assert [record.getMessage() for record in caplog.records] == [
        "the Embedder encodes queries of a model"
    ]


def test_who_encodes_queries_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    class Made(FakeEncoders):
        def __init__(self, settings: Any) -> None:
            super().__init__()
            made.append(settings.engine)

    monkeypatch.setattr(encoders_module, "Encoders", Made)
    monkeypatch.setenv("MERCATO_SEARCH_DEVICE", "cpu")
    assert query_encoders("embedder") is None
    assert query_encoders("auto") is not None
    assert query_encoders("search") is not None
    assert made == ["onnx", "auto"]
    monkeypatch.setenv("MERCATO_SEARCH_DEVICE", "cuda")
    assert query_encoders("auto") is None
    monkeypatch.setenv("MERCATO_SEARCH_DEVICE", "cpu")
    monkeypatch.setenv("MERCATO_SEARCH_ENGINE", "torch")
    assert query_encoders("auto") is None
    assert made == ["onnx", "auto"]


def test_a_model_only_torch_runs_stays_in_the_embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    class Unfit(FakeEncoders):
        def __init__(self, settings: Any) -> None:
            super().__init__()

        def get(self, model: ModelRef | None) -> FakeEncoder:
            raise Invalid("engine_unfit", "another shape")

    monkeypatch.setattr(encoders_module, "Encoders", Unfit)
    monkeypatch.setenv("MERCATO_SEARCH_DEVICE", "cpu")
    assert query_encoders("auto") is None
    with pytest.raises(Invalid):
        query_encoders("search")
