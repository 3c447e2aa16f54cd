"""Making the quantised ONNX file of a model."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from deployments.search.application.ports import Vectors

# Raised when this module, the graph or the gate change what comes out.
_RECIPE: Final = 2
_LIBRARIES: Final = ("onnx", "onnxruntime", "tokenizers", "torch")
_FILES: Final = ("*.json", "*.safetensors", "*/config.json", "vocab.txt")


def recipe_key(folder: Path) -> str:
    """Names what ``make_model`` makes of the model in ``folder`` on this machine."""
    digest = hashlib.sha256()
    made_of = {"recipe": _RECIPE, "reduced": not _has_vnni()} | {n: version(n) for n in _LIBRARIES}
    digest.update(json.dumps(made_of).encode())
    for path in sorted({path for pattern in _FILES for path in folder.glob(pattern)}):
        digest.update(str(path.relative_to(folder)).encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:24]


def _has_vnni() -> bool:
    """Without such instructions products of 8 bits overflow 16, unless weights take only 7."""
    try:
        return "vnni" in Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False


def make_model(folder: Path, target: Path) -> dict[str, Any]:
    """Write the quantised model to ``target``; what was measured of it.

    Raises:
        Unfit: when the model is of another shape, or the result fails its gate.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    from deployments.search.infrastructure.onnx_gate import check
    from deployments.search.infrastructure.onnx_graph import Shape, bert_graph, read_weights
    from deployments.search.infrastructure.torch_engine import load_model

    exact = target.with_name("exact.onnx")
    onnx.save(bert_graph(Shape.read(folder), read_weights(folder)), str(exact))
    # It advises steps that traced graphs need.
    logging.disable(logging.WARNING)
    try:
        quantize_dynamic(
            exact,
            target,
            per_channel=True,
            reduce_range=not _has_vnni(),
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Attention"],
            extra_options={"MatMulConstBOnly": True, "DefaultTensorType": onnx.TensorProto.FLOAT},
        )
    finally:
        logging.disable(logging.NOTSET)
    model = load_model(str(folder), "cpu")

    def reference(texts: Sequence[str]) -> Vectors:
        vectors: Vectors = model.encode(
            list(texts), normalize_embeddings=True, show_progress_bar=False
        )
        return vectors

    try:
        return asdict(check(folder, exact, target, reference))
    finally:
        exact.unlink()
