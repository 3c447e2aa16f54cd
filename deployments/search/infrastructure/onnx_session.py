"""Running an ONNX file on this machine's CPU."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from deployments.search.application.ports import Vectors


class OnnxSession:
    """Called from any number of threads at once; each call runs on the thread that makes it."""

    def __init__(self, path: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        # Whole texts are shared out among threads, which scales better than each of its products.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Texts differ in length: a plan for each length would be remembered for ever.
        options.enable_mem_pattern = False
        # Threads would wait for each other at its lock; the allocator of the C library has no
        # such lock, and two threads encode a tenth more texts.
        options.enable_cpu_mem_arena = False
        self._session: Any = onnxruntime.InferenceSession(
            str(path),
            options,
            providers=["CPUExecutionProvider"],
            # The fused operator is several times slower than the three it stands for.
            disabled_optimizers=["SkipLayerNormFusion"],
        )

    def __call__(self, batch: Sequence[list[int]]) -> Vectors:
        """float32 (len(batch), dimension), rows of length 1, of token ids."""
        shape = len(batch), max(len(ids) for ids in batch)
        ids = np.zeros(shape, dtype=np.int32)
        mask = np.zeros(shape, dtype=np.int32)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        vectors: Vectors = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return vectors
