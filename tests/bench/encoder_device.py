"""The encoder by itself, on a GPU or a CPU; needs no Ray and no server.

Usage: python -m tests.bench.encoder_device [--device cuda] [--precision float16]
           [--batches 16,64,256,1024] [--seconds 2] [--out FILE]

For queries of 7 tokens and product texts of 63, special ones included, at each batch size:

end to end   texts in, vectors out: texts/s and tokens/s
device       the model alone, on tokens that already lie on the device
tokenising   the time that takes by itself, as a share of end to end; being done ahead of the
             model, it costs less than that
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from deployments.search.infrastructure.encoder import Encoder
from deployments.search.infrastructure.engine import Batching
from deployments.search.infrastructure.onnx_gate import PRODUCTS, QUERIES
from deployments.search.infrastructure.settings import EncoderSettings
from deployments.search.infrastructure.torch_engine import TorchEngine
from tests.bench.records import machine

KINDS = {"query": 7, "product": 63}
_WARM_UP_SECONDS = 0.3


@dataclass(frozen=True)
class Figure:
    """``device_tokens`` is None where the model cannot be run apart from the rest."""

    kind: str
    batch: int
    texts: float
    tokens: float
    device_tokens: float | None
    tokenising: float


def texts_of(encoder: Encoder, tokens: int, count: int) -> list[str]:
    """``count`` different texts of exactly so many tokens, the same each time."""
    words = [word for text in (*QUERIES, *PRODUCTS) for word in text.split()]
    chance = random.Random(tokens)
    found: list[str] = []
    while len(found) < count:
        drawn = [[chance.choice(words) for _ in range(tokens)] for _ in range(256)]
        for taken in range(tokens // 3, tokens):
            texts = [" ".join(text[:taken]) for text in drawn]
            lengths = [len(one) for one in encoder.engine.tokenise(texts)]
            found += [t for t, n in zip(texts, lengths, strict=True) if n == tokens]
    return found[:count]


def per_second(work: Callable[[], object], seconds: float) -> float:
    """How often ``work`` is done in a second."""
    for wanted in (_WARM_UP_SECONDS, seconds):
        done, began = 0, time.perf_counter()
        while (passed := time.perf_counter() - began) < wanted or not done:
            work()
            done += 1
    return done / passed


def measure(encoder: Encoder, kind: str, batch: int, seconds: float) -> Figure:
    tokens = KINDS[kind]
    engine: Any = encoder.engine
    # Several batches, so that making tokens ahead can pay.
    texts = texts_of(encoder, tokens, max(4 * batch, 2048) if _is_gpu(engine) else 2 * batch)
    engine.batching = Batching(batch, batch * (tokens + 8))
    whole = per_second(lambda: encoder.encode(texts), seconds)
    only_tokens = per_second(lambda: engine.tokenise(texts), seconds)
    return Figure(
        kind,
        batch,
        whole * len(texts),
        whole * len(texts) * tokens,
        _device_tokens(engine, texts[:batch], seconds, tokens),
        whole / only_tokens,
    )


def _is_gpu(engine: Any) -> bool:
    return isinstance(engine, TorchEngine) and engine.device != "cpu"


def _device_tokens(engine: Any, texts: list[str], seconds: float, tokens: int) -> float | None:
    if not isinstance(engine, TorchEngine):
        return None
    import torch

    features = engine.features(engine.tokenise(texts))
    wait = torch.cuda.synchronize if _is_gpu(engine) else lambda: None

    def work() -> None:
        # Some at once, as end to end: a wait after each would show the launch, not the device.
        for _ in range(8 if _is_gpu(engine) else 1):
            engine.run(features)
        wait()

    runs = per_second(work, seconds) * (8 if _is_gpu(engine) else 1)
    return runs * len(texts) * tokens


def show(figures: list[Figure], title: str) -> None:
    table = Table(
        "text", "batch", "texts/s", "tokens/s", "device tokens/s", "tokenising", title=title
    )
    for one in figures:
        device = f"{one.device_tokens:,.0f}" if one.device_tokens else ""
        table.add_row(
            one.kind,
            str(one.batch),
            f"{one.texts:,.0f}",
            f"{one.tokens:,.0f}",
            device,
            f"{one.tokenising:.0%}",
        )
    Console().print(table)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.encoder_device")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--engine", choices=("torch", "onnx"), default="torch")
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--model", type=Path, help="folder; without: the one installed")
    parser.add_argument("--batches", default="16,64,256,1024")
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    import torch

    if given.device == "cuda" and not torch.cuda.is_available():
        parser.exit(2, "no CUDA device is to be seen here; measure the CPU by --device cpu\n")
    settings = EncoderSettings(
        engine=given.engine,
        device=given.device,
        encoder_precision=given.precision,
        model_path=given.model,
    )
    encoder = Encoder.load(settings)
    card = torch.cuda.get_device_name() if given.device == "cuda" else "CPU"
    precision = settings.resolved_precision(given.device) if given.engine == "torch" else "8 bits"
    title = f"{settings.name}, {encoder.engine.name}, {precision}, {card}; {machine()}"
    figures = [
        measure(encoder, kind, batch, given.seconds)
        for kind in KINDS
        for batch in map(int, given.batches.split(","))
    ]
    show(figures, title)
    if given.out:
        about = {"title": title, "figures": [asdict(one) for one in figures]}
        given.out.write_text(json.dumps(about, indent=1) + "\n")


if __name__ == "__main__":
    main()
