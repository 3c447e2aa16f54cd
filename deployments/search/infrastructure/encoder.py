"""Texts to vectors in this process. Knows no Ray, so that it can be measured on a bare machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deployments.search.application.ports import Embedded, Vectors
from deployments.search.infrastructure.settings import EncoderSettings

# A batch of texts to float32 (n, dimension), rows of length 1.
Engine = Callable[[Sequence[str]], Vectors]


def length_sorted(texts: Sequence[str], batch_size: int) -> Iterator[NDArray[np.intp]]:
    """Indices of ``texts`` in batches of like length, longest first: a batch costs its longest
    text times its size, and what does not fit into memory fails at once."""
    order = np.argsort([-len(text) for text in texts], kind="stable")
    for start in range(0, len(order), batch_size):
        yield order[start : start + batch_size]


class Encoder:
    """
    Args:
        name: names the model in the index.
        dimension: length of a vector.
        batch_size: texts the engine gets at once.
    """

    def __init__(self, name: str, dimension: int, batch_size: int, engine: Engine) -> None:
        self.model_version = name
        self.dimension = dimension
        self.batch_size = batch_size
        self._engine = engine

    @classmethod
    def load(cls, settings: EncoderSettings) -> Encoder:
        """Read the model from disk, which takes seconds; the network is never asked."""
        device = _device(settings.device)
        batch_size = settings.encoder_batch_size or (256 if device == "cuda" else 16)
        engine, dimension = _torch_engine(settings.folder, device, settings.encoder_threads)
        return cls(settings.name, dimension, batch_size, engine)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """float32 (len(texts), dimension), rows of length 1, in the order of ``texts``."""
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for batch in length_sorted(texts, self.batch_size):
            vectors[batch] = self._engine([texts[i] for i in batch])
        return vectors

    def embed(self, texts: Sequence[str]) -> Embedded:
        return Embedded(self.model_version, self.encode(texts))


def _device(wanted: str) -> str:
    if wanted != "auto":
        return wanted
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _threads(wanted: int) -> int:
    """Ray sets OMP_NUM_THREADS to the CPUs an actor has."""
    return wanted or int(os.environ.get("OMP_NUM_THREADS") or min(4, os.cpu_count() or 1))


def _torch_engine(folder: Path, device: str, threads: int) -> tuple[Engine, int]:
    # Before the import: the libraries read these once.
    os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    torch.set_num_threads(_threads(threads))
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    model = SentenceTransformer(str(folder), device=device, local_files_only=True)
    model.eval()

    def engine(texts: Sequence[str]) -> Vectors:
        vectors: Vectors = model.encode(
            list(texts),
            batch_size=len(texts),
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return vectors.astype(np.float32, copy=False)

    dimension = model.get_embedding_dimension()
    assert dimension is not None  # noqa: S101 - every text model has one
    return engine, dimension
