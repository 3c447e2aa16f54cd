"""ONNX Runtime with 8-bit weights: for CPUs."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from deployments.search.application.ports import Vectors
from deployments.search.infrastructure.engine import Batching
from deployments.search.infrastructure.model_shape import read_dimension
from deployments.search.infrastructure.onnx_artefact import ensure
from deployments.search.infrastructure.onnx_session import OnnxSession
from deployments.search.infrastructure.settings import EncoderSettings
from deployments.search.infrastructure.tokeniser import Tokeniser

# What 8 bits stand for is measured over a whole batch, so what else is in it changes a vector.
# A text alone always has the same one, and costs hardly more.
_ALONE = Batching(1, 1)


class OnnxEngine:
    """
    Args:
        threads: batches worked on at once.
    """

    name = "onnx int8"
    query_batching = _ALONE

    def __init__(
        self,
        session: OnnxSession,
        tokeniser: Tokeniser,
        dimension: int,
        *,
        batching: Batching = _ALONE,
        threads: int = 1,
    ) -> None:
        self.dimension = dimension
        self.batching = batching
        self.tokenise = tokeniser
        self._session = session
        self._pool = ThreadPoolExecutor(threads, "encode") if threads > 1 else None

    @classmethod
    def load(cls, settings: EncoderSettings) -> OnnxEngine:
        """
        Raises:
            Invalid: ``no_model``.
            Unfit: when ONNX Runtime cannot run the model as torch does.
        """
        dimension = read_dimension(settings.folder)
        tokeniser = Tokeniser(settings.folder)
        path = ensure(settings.folder, settings.cache)
        texts = settings.encoder_batch_size or 1
        batching = Batching(texts, settings.encoder_batch_tokens or 4096) if texts > 1 else _ALONE
        return cls(
            OnnxSession(path), tokeniser, dimension, batching=batching, threads=settings.threads
        )

    def vectors(self, batches: Sequence[Sequence[list[int]]]) -> list[Vectors]:
        if self._pool is None or len(batches) == 1:
            return [self._session(batch) for batch in batches]
        return list(self._pool.map(self._session, batches))
