"""PyTorch by way of sentence-transformers: for GPUs, and for models nothing else can run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np

from deployments.search.application.ports import Vectors
from deployments.search.infrastructure.engine import Batching, Engine, Unfit
from deployments.search.infrastructure.settings import EncoderSettings
from deployments.search.infrastructure.tokeniser import Tokeniser
from deployments.shared.errors import Invalid

# Matrix units want multiples of this.
_PAD_TO = 8


def load_model(folder: str, device: str) -> Any:
    """The sentence-transformers model in ``folder``.

    Raises:
        Invalid: ``no_model``.
    """
    # Before the import: the libraries read these once.
    os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        model = SentenceTransformer(folder, device=device, local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise Invalid("no_model", f"{folder} does not hold a model that can be read") from error
    return model.eval()


def load_torch_engine(settings: EncoderSettings, device: str) -> Engine:
    import torch

    torch.set_num_threads(settings.threads)
    gpu = device != "cpu"
    # Before the model's own tokeniser says otherwise.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", str(gpu).lower())
    model = load_model(str(settings.folder), device)
    precision = settings.resolved_precision(device)
    if precision != "float32":
        model = model.to(getattr(torch, precision))
    batching = Batching(
        settings.encoder_batch_size or (1024 if gpu else 16),
        settings.encoder_batch_tokens or (65_536 if gpu else 4096),
    )
    try:
        return TorchEngine(model, Tokeniser(settings.folder, parallel=gpu), batching)
    except Unfit:
        return PlainTorchEngine(model, batching)


class TorchEngine:
    """The model's own modules on tokens made beforehand."""

    name = "torch"

    def __init__(self, model: Any, tokeniser: Tokeniser, batching: Batching) -> None:
        self.dimension = int(model.get_embedding_dimension())
        self.batching = self.query_batching = batching
        self.tokenise = tokeniser
        self._model = model
        self._pad = int(model.tokenizer.pad_token_id or 0)

    @property
    def device(self) -> str:
        return str(self._model.device.type)

    def vectors(self, batches: Sequence[Sequence[list[int]]]) -> list[Vectors]:
        # Copied back once all are under way: a copy waits for the GPU.
        made = [self.run(self.features(batch)) for batch in batches]
        return [rows.cpu().numpy() for rows in made]

    def features(self, batch: Sequence[list[int]]) -> dict[str, Any]:
        """What ``run`` takes, on the device: ids and mask (n, tokens of the longest)."""
        import torch

        lengths = np.fromiter(map(len, batch), dtype=np.int64, count=len(batch))
        width = int(lengths.max())
        if self.device != "cpu":
            width = -(-width // _PAD_TO) * _PAD_TO
        mask = np.arange(width) < lengths[:, np.newaxis]
        ids = np.full(mask.shape, self._pad, dtype=np.int64)
        ids[mask] = np.fromiter(chain.from_iterable(batch), np.int64, int(lengths.sum()))
        features = {"input_ids": ids, "attention_mask": mask.astype(np.int64)}
        return {name: self._to_device(torch.from_numpy(a)) for name, a in features.items()}

    def run(self, features: dict[str, Any]) -> Any:
        """float32 (n, dimension) on the device, rows of length 1."""
        import torch

        with torch.inference_mode():
            # The modules add what they make to what they get.
            rows = self._model(dict(features))["sentence_embedding"].float()
            return torch.nn.functional.normalize(rows, dim=1)

    def _to_device(self, array: Any) -> Any:
        if self.device == "cpu":
            return array
        return array.pin_memory().to(self._model.device, non_blocking=True)


class PlainTorchEngine:
    """``encode`` of sentence-transformers, which does all that a model may ask for."""

    name = "torch (plain)"

    def __init__(self, model: Any, batching: Batching) -> None:
        self.dimension = int(model.get_embedding_dimension())
        # Lengths are of characters here.
        self.batching = self.query_batching = Batching(batching.texts, batching.tokens * 4)
        self._model = model

    def tokenise(self, texts: Sequence[str]) -> Sequence[str]:
        return texts

    def vectors(self, batches: Sequence[Sequence[str]]) -> list[Vectors]:
        return [self._run(list(batch)) for batch in batches]

    def _run(self, texts: list[str]) -> Vectors:
        vectors: Vectors = self._model.encode(
            texts,
            batch_size=len(texts),
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return vectors.astype(np.float32, copy=False)
