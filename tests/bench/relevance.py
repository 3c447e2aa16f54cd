"""How good the answers of ``GET /ai/search`` are: Chorus's queries, judged by people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Final

from deployments.local.layout import StackLayout
from pipelines.relevance.bootstrap import paired_difference
from pipelines.relevance.evaluation import Evaluation
from pipelines.relevance.judged_set import JudgedSet, read_judged_set
from pipelines.relevance.running_store import evaluate_store
from pipelines.relevance.typos import mistype
from tests.bench.records import Record
from tests.bench.stack_clients import clients

_SEED: Final = 91
_BARS: Final[Mapping[str, tuple[str, str]]] = {
    "ndcg10": ("ndcg10", "≥ .82"),
    "cond10": ("cond10 (without what was not judged)", "≥ .90"),
    "recall100": ("recall@100 of what fits best", "≥ .95"),
}


async def measure(layout: StackLayout, data: Path, records: list[Record]) -> None:
    """The catalogue is imported and indexed before. Skipped, with a line, without the data set."""
    folder = data / "chorus"
    if not (folder / "labels.parquet").exists():
        print(f"relevance not measured: no data set in {data} (give --data FOLDER)")
        return
    judged = read_judged_set(folder / "queries.parquet", folder / "labels.parquet")
    random = Random(_SEED)
    typed = {query: mistype(text, random) for query, text in judged.queries.items()}
    untouched = await _evaluated(layout, judged)
    mistyped = await _evaluated(layout, replace(judged, queries=typed))
    for metric, (name, bar) in _BARS.items():
        records.append(
            Record(f"Chorus, {len(typed)} queries: {name}", untouched.mean(metric), "", bar=bar)
        )
    before, after = _values(untouched), _values(mistyped)
    records += [
        Record("Chorus: queries answered by words and meaning", untouched.modes["hybrid"], ""),
        Record(
            "Chorus with a typo in each query: ndcg10",
            mistyped.mean("ndcg10"),
            "",
            "untouched",
            mistyped.mean("ndcg10") / untouched.mean("ndcg10"),
            "≥ .90 of it",
        ),
        Record("… difference, low end of 95 %", paired_difference(before, after).low, ""),
    ]


def _values(evaluation: Evaluation) -> list[float]:
    return [each.scores.ndcg10 for each in evaluation.queries.values() if each.scores]


async def _evaluated(layout: StackLayout, judged: JudgedSet) -> Evaluation:
    async with clients(layout) as (products, search):
        return await evaluate_store(
            judged, search, products, limit=100, progress=lambda stage, done, total: None
        )
