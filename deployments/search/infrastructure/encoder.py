"""Texts to vectors in this process. Knows no Ray, so that it can be measured on a bare machine."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from deployments.search.application.ports import Embedded, Vectors
from deployments.search.infrastructure.batches import length_sorted
from deployments.search.infrastructure.engine import Batching, Engine, Unfit
from deployments.search.infrastructure.settings import EncoderSettings
from deployments.shared.errors import Invalid

logger = logging.getLogger(__name__)

# Texts whose tokens are made while those before them run; bounds the memory.
_AHEAD = 4096


class Encoder:
    """Called from any thread.

    Args:
        name: names the model in the index.
    """

    def __init__(self, name: str, engine: Engine) -> None:
        self.model_version = name
        self.dimension = engine.dimension
        self.engine = engine

    @property
    def one_by_one(self) -> bool:
        """Queries gain nothing by sharing a batch."""
        return self.engine.query_batching.texts == 1

    @classmethod
    def load(cls, settings: EncoderSettings) -> Encoder:
        """Read the model from disk, which takes seconds; the network is never asked.

        Raises:
            Invalid: ``no_model``, or ``engine_unfit`` when the engine the settings name cannot
                run this model.
        """
        return cls(settings.name, _engine(settings))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """float32 (len(texts), dimension), rows of length 1, in the order of ``texts``."""
        return self._encode(texts, self.engine.batching)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """The same for queries. With an engine whose vectors depend on what else is in their
        batch, each is made alone, so that a query always has the same one."""
        return self._encode(texts, self.engine.query_batching)

    def embed(self, texts: Sequence[str]) -> Embedded:
        return Embedded(self.model_version, self.encode(texts))

    def _encode(self, texts: Sequence[str], batching: Batching) -> Vectors:
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        start = 0
        for tokens in self._tokenised(texts):
            places = length_sorted([len(one) for one in tokens], batching)
            made = self.engine.vectors([[tokens[i] for i in batch] for batch in places])
            part = vectors[start : start + len(tokens)]
            for batch, rows in zip(places, made, strict=True):
                part[batch] = rows
            start += len(tokens)
        return vectors

    def _tokenised(self, texts: Sequence[str]) -> Iterator[Sequence[Any]]:
        """Tokens of ``_AHEAD`` texts at a time, the next made while the last are worked on."""
        if len(texts) <= _AHEAD:
            if texts:
                yield self.engine.tokenise(texts)
            return
        with ThreadPoolExecutor(1, thread_name_prefix="tokeniser") as thread:
            ahead = thread.submit(self.engine.tokenise, texts[:_AHEAD])
            for start in range(_AHEAD, len(texts), _AHEAD):
                tokens = ahead.result()
                ahead = thread.submit(self.engine.tokenise, texts[start : start + _AHEAD])
                yield tokens
            yield ahead.result()


def _engine(settings: EncoderSettings) -> Engine:
    device = settings.resolved_device
    if settings.engine == "onnx" or (settings.engine == "auto" and device == "cpu"):
        # The libraries of an engine that is not used stay out of this process.
        from deployments.search.infrastructure.onnx_engine import OnnxEngine

        try:
            return OnnxEngine.load(settings)
        except Unfit as error:
            if settings.engine == "onnx":
                raise Invalid(
                    "engine_unfit",
                    f"ONNX Runtime cannot run {settings.folder}: {error}; "
                    "set MERCATO_SEARCH_ENGINE=torch",
                ) from error
            logger.warning("torch runs the model instead", extra={"reason": str(error)})
    from deployments.search.infrastructure.torch_engine import load_torch_engine

    return load_torch_engine(settings, device)
