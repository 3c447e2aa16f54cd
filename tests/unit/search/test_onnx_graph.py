"""The written graph computes what torch computes, and the gate sees when it does not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from deployments.search.application.ports import Vectors
from deployments.search.infrastructure.engine import Unfit
from deployments.search.infrastructure.onnx_gate import QUERIES, check
from deployments.search.infrastructure.onnx_graph import Shape, bert_graph, read_weights
from deployments.search.infrastructure.settings import EncoderSettings
from deployments.search.infrastructure.torch_engine import load_model, load_torch_engine


def small_model(folder: Path, pooling: str) -> Path:
    """A BERT of two layers with random weights, and the installed model's tokeniser."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(7)
    config = BertConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        initializer_range=0.2,
        layer_norm_eps=1e-6,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "sentence_bert_config.json"):
        shutil.copy(EncoderSettings().folder / name, folder)
    kinds = {"": "Transformer", "1_Pooling": "Pooling"}
    modules = [
        {"idx": n, "name": str(n), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for n, (path, kind) in enumerate(kinds.items())
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(
        json.dumps(
            {"word_embedding_dimension": 32, f"pooling_mode_{pooling}": True}
            | ({"pooling_mode_mean_tokens": False} if pooling != "mean_tokens" else {})
        )
    )
    return folder


def reference_of(model: Any) -> Any:
    def reference(texts: Sequence[str]) -> Vectors:
        vectors: Vectors = model.encode(
            list(texts), normalize_embeddings=True, show_progress_bar=False
        )
        return vectors

    return reference


@pytest.mark.parametrize("pooling", ["mean_tokens", "cls_token"])
def test_another_bert_is_computed_as_torch_does(pooling: str, tmp_path: Path) -> None:
    folder = small_model(tmp_path, pooling)
    model = load_model(str(folder), "cpu")
    reference = reference_of(model)
    weights = read_weights(folder)
    exact = tmp_path / "exact.onnx"
    onnx.save(bert_graph(Shape.read(folder), weights), str(exact))
    assert check(folder, exact, exact, reference).difference < 1e-5

    name = "encoder.layer.1.output.LayerNorm.bias"
    wrong = tmp_path / "wrong.onnx"
    changed = weights | {name: weights[name] + np.linspace(0, 1e-3, 32, dtype=np.float32)}
    onnx.save(bert_graph(Shape.read(folder), changed), str(wrong))
    with pytest.raises(Unfit, match="differs from torch"):
        check(folder, wrong, exact, reference)
    with pytest.raises(Unfit, match="too far off"):
        check(folder, exact, _shuffled(folder, weights, tmp_path), reference)

    engine = load_torch_engine(EncoderSettings(model_path=folder, encoder_threads=1), "cpu")
    [vectors] = engine.vectors([engine.tokenise(QUERIES)])
    assert np.abs(vectors - reference(QUERIES)).max() < 1e-5


def _shuffled(folder: Path, weights: dict[str, Any], target: Path) -> Path:
    name = "encoder.layer.1.attention.self.value.weight"
    path = target / "shuffled.onnx"
    shuffled = weights | {name: np.ascontiguousarray(weights[name][::-1])}
    onnx.save(bert_graph(Shape.read(folder), shuffled), str(path))
    return path
