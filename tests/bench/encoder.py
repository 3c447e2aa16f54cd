"""Text embedding on this machine, against sentence-transformers' own defaults in the same run.

Usage by itself: python -m tests.bench.encoder
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence

import psutil
from sentence_transformers import SentenceTransformer

from deployments.local.layout import REPOSITORY
from deployments.sandbox.demo.catalogue import load_catalogue
from deployments.search.infrastructure.encoder import Encoder
from deployments.search.infrastructure.settings import EncoderSettings
from tests.bench.records import Record, percentile, show

_PLAIN = "sentence-transformers' default"
_ROUNDS = 3


def _queries() -> list[str]:
    """Words as people type them: titles of the demo shop, and the judged queries."""
    titles = [" ".join(product.title.split()[:4]) for product in load_catalogue()]
    judged = REPOSITORY / "tests" / "relevance" / "demo_queries.json"
    asked = [q["query"] for q in json.loads(judged.read_text())] if judged.exists() else []
    return list(dict.fromkeys([*asked, *titles]))[:120]


def _products() -> list[str]:
    return [f"{p.title}. {p.description} {p.description}" for p in load_catalogue()][:256]


def measure(records: list[Record]) -> None:
    settings = EncoderSettings()
    encoder = Encoder.load(settings)
    plain = SentenceTransformer(str(settings.folder), device="cpu", local_files_only=True)

    def plainly(texts: Sequence[str]) -> object:
        return plain.encode(list(texts), show_progress_bar=False)

    load = psutil.getloadavg()[0]
    print(f"engine {encoder.engine.name}, {settings.threads} threads, load before {load:.1f}")
    _measure_queries(records, encoder.queries, plainly)
    _measure_products(records, encoder, plainly)


def _measure_queries(
    records: list[Record],
    ours: Callable[[Sequence[str]], object],
    theirs: Callable[[Sequence[str]], object],
) -> None:
    queries = _queries()
    mine, other = [], []
    for one in queries[:20]:
        ours([one])
        theirs([one])
    # In turn, so that a machine whose speed drifts favours neither.
    for _ in range(_ROUNDS):
        mine += [_milliseconds(ours, [one]) for one in queries]
        other += [_milliseconds(theirs, [one]) for one in queries]
    for share, bar in ((0.5, "≤ 1.2, ≥ 10 times as fast"), (0.95, "")):
        value, beside = percentile(mine, share), percentile(other, share)
        records.append(
            Record(
                f"one query encoded on CPU, p{share * 100:.0f}",
                value,
                "ms",
                f"{_PLAIN}: {beside:.2f} ms",
                beside / value,
                bar,
            )
        )


def _measure_products(
    records: list[Record], encoder: Encoder, theirs: Callable[[Sequence[str]], object]
) -> None:
    texts = _products()
    tokens = sum(len(one) for one in encoder.engine.tokenise(texts)) / len(texts)
    encoder.encode(texts[:32])
    theirs(texts[:32])
    mine, other = [], []
    for _ in range(_ROUNDS):
        mine.append(len(texts) * 1000 / _milliseconds(encoder.encode, texts))
        other.append(len(texts) * 1000 / _milliseconds(theirs, texts))
    value, beside = percentile(mine, 0.5), percentile(other, 0.5)
    records.append(
        Record(
            f"product texts of {tokens:.0f} tokens encoded on CPU",
            value,
            "texts/s",
            f"{_PLAIN}: {beside:.0f} texts/s",
            value / beside,
            "≥ 5 times as fast",
        )
    )


def _milliseconds(encode: Callable[[Sequence[str]], object], texts: Sequence[str]) -> float:
    began = time.perf_counter()
    encode(texts)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    measured: list[Record] = []
    measure(measured)
    show(measured)
