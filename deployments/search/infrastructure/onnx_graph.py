"""The ONNX graph of a sentence-transformers model of BERT's shape, written from its weights.

Written rather than traced: a tracer has given graphs that were wrong without a word, and this one
uses ONNX Runtime's fused operators, takes a second and is the same each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from deployments.search.infrastructure.engine import Unfit
from deployments.search.infrastructure.tokeniser import read_json

_OPSET, _IR = 20, 10
_FUSED = "com.microsoft"
# Before the vector is brought to length 1 these three are the same.
_SUMS = {"mean", "mean_tokens", "mean_sqrt_len_tokens"}
_CLS = {"cls", "cls_token"}

_Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shape:
    """``pooling``: "sum" of the tokens or the "first" one."""

    layers: int
    heads: int
    width: int
    epsilon: float
    pooling: str

    @classmethod
    def read(cls, folder: Path) -> Shape:
        """
        Raises:
            Unfit: for a model of another shape.
        """
        modules = [str(module["type"]) for module in read_json(folder / "modules.json")]
        kinds = [kind.rsplit(".", 1)[-1] for kind in modules]
        if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
            raise Unfit(f"the model is made of {', '.join(kinds)}")
        config = read_json(folder / "config.json")
        expected = {
            "model_type": "bert",
            "hidden_act": "gelu",
            "position_embedding_type": "absolute",
            "is_decoder": False,
        }
        for name, value in expected.items():
            if config.get(name, value) != value:
                raise Unfit(f"its {name} is {config[name]}, not {value}")
        return cls(
            int(config["num_hidden_layers"]),
            int(config["num_attention_heads"]),
            int(config["hidden_size"]),
            float(config.get("layer_norm_eps", 1e-12)),
            _pooling(folder, read_json(folder / "modules.json")[1]["path"]),
        )


def _pooling(folder: Path, path: str) -> str:
    config = read_json(folder / path / "config.json")
    modes = {
        name.removeprefix("pooling_mode_")
        for name, value in config.items()
        if name.startswith("pooling_mode_") and value is True
    }
    stated = config.get("pooling_mode")
    if stated:
        modes |= {stated} if isinstance(stated, str) else set(stated)
    if len(modes) == 1 and modes <= _SUMS:
        return "sum"
    if len(modes) == 1 and modes <= _CLS:
        return "first"
    raise Unfit(f"it pools by {', '.join(sorted(modes)) or 'nothing known'}")


def read_weights(folder: Path) -> dict[str, _Array]:
    """
    Raises:
        Unfit: without readable safetensors.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        weights = load_file(folder / "model.safetensors")
    except (OSError, SafetensorError, TypeError, KeyError) as error:
        raise Unfit(f"{folder} has no readable model.safetensors") from error
    return {
        name.removeprefix("bert."): array.astype(np.float32, copy=False)
        for name, array in weights.items()
        if array.dtype.kind == "f"
    }


def bert_graph(shape: Shape, weights: Mapping[str, _Array]) -> onnx.ModelProto:
    """``input_ids`` and ``attention_mask`` int32 (batch, tokens), padded on the right, to
    ``vectors`` float32 (batch, width) of length 1.

    Raises:
        Unfit: when a weight is missing.
    """
    try:
        return _Writer(shape, weights).model()
    except KeyError as error:
        raise Unfit(f"it has no weight {error.args[0]}") from error


class _Writer:
    def __init__(self, shape: Shape, weights: Mapping[str, _Array]) -> None:
        self._shape = shape
        self._weights = weights
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def model(self) -> onnx.ModelProto:
        hidden = self._embeddings()
        for layer in range(self._shape.layers):
            hidden = self._layer(f"encoder.layer.{layer}.", hidden)
        self._pool(hidden)
        tokens = ["batch", "tokens"]
        graph = helper.make_graph(
            self._nodes,
            "bert",
            [
                helper.make_tensor_value_info(name, TensorProto.INT32, tokens)
                for name in ("input_ids", "attention_mask")
            ],
            [
                helper.make_tensor_value_info(
                    "vectors", TensorProto.FLOAT, ["batch", self._shape.width]
                )
            ],
            self._constants,
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_FUSED, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR)

    def _embeddings(self) -> str:
        of = "embeddings."
        # A text alone is of token type 0 throughout.
        kind = self._weights[of + "token_type_embeddings.weight"][0]
        places = self._weights[of + "position_embeddings.weight"] + kind
        self._node(
            "EmbedLayerNormalization",
            [
                "input_ids",
                "",
                self._weight(of + "word_embeddings.weight"),
                self._constant("places", places),
                "",
                self._weight(of + "LayerNorm.weight"),
                self._weight(of + "LayerNorm.bias"),
                "attention_mask",
            ],
            ["embedded", "lengths"],
            epsilon=self._shape.epsilon,
        )
        return "embedded"

    def _layer(self, of: str, hidden: str) -> str:
        own = of + "attention.self."
        kinds = ("query", "key", "value")
        attention = self._node(
            "Attention",
            [
                hidden,
                self._constant(
                    own + "weight",
                    np.concatenate([self._weights[f"{own}{k}.weight"].T for k in kinds], axis=1),
                ),
                self._constant(
                    own + "bias", np.concatenate([self._weights[f"{own}{k}.bias"] for k in kinds])
                ),
                "lengths",
            ],
            [own + "out"],
            num_heads=self._shape.heads,
        )
        attended = self._add_and_norm(of + "attention.output.", attention, hidden)
        wide = of + "intermediate.dense."
        activated = self._node(
            "BiasGelu",
            [self._times(wide + "weight", attended), self._weight(wide + "bias")],
            [wide + "out"],
        )
        return self._add_and_norm(of + "output.", activated, attended)

    def _add_and_norm(self, of: str, hidden: str, residual: str) -> str:
        projected = self._times(of + "dense.weight", hidden)
        bias = self._weight(of + "dense.bias")
        biased = self._node("Add", [projected, bias], [of + "biased"], domain="")
        added = self._node("Add", [biased, residual], [of + "added"], domain="")
        return self._node(
            "LayerNormalization",
            [
                added,
                self._weight(of + "LayerNorm.weight"),
                self._weight(of + "LayerNorm.bias"),
            ],
            [of + "out"],
            domain="",
            axis=-1,
            epsilon=self._shape.epsilon,
        )

    def _pool(self, hidden: str) -> None:
        if self._shape.pooling == "first":
            zero = self._constant("zero", np.array(0, dtype=np.int64))
            pooled = self._node("Gather", [hidden, zero], ["pooled"], domain="", axis=1)
        else:
            one = self._constant("one", np.array([1], dtype=np.int64))
            self._node("Cast", ["attention_mask"], ["held"], domain="", to=TensorProto.FLOAT)
            self._node("Unsqueeze", ["held", one], ["row"], domain="")
            self._node("MatMul", ["row", hidden], ["summed"], domain="")
            pooled = self._node("Squeeze", ["summed", one], ["pooled"], domain="")
        self._node("LpNormalization", [pooled], ["vectors"], domain="", axis=1, p=2)

    def _times(self, weight: str, hidden: str) -> str:
        transposed = self._constant(weight, self._weights[weight].T)
        return self._node("MatMul", [hidden, transposed], [weight + ".out"], domain="")

    def _weight(self, name: str) -> str:
        return self._constant(name, self._weights[name])

    def _constant(self, name: str, array: NDArray[Any]) -> str:
        self._constants.append(numpy_helper.from_array(np.array(array, order="C"), name))
        return name

    def _node(
        self,
        operator: str,
        inputs: list[str],
        outputs: list[str],
        *,
        domain: str = _FUSED,
        **attributes: Any,
    ) -> str:
        name = outputs[0]
        self._nodes.append(
            helper.make_node(operator, inputs, outputs, name=name, domain=domain, **attributes)
        )
        return name
