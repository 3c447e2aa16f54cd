"""Search through HAProxy and Ray Serve over 19,406 products: with queries that nobody asked before,
and with the judged queries again and again, as shoppers ask what others asked."""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import Final
from urllib.parse import quote

from deployments.local.layout import StackLayout
from deployments.local.secrets_store import load_or_create
from deployments.shared.settings import OPERATOR
from deployments.shared.tokens import ServiceTokens, private_key
from pipelines.relevance.judged_set import read_judged_set
from tests.bench.load import load
from tests.bench.records import Record, percentile

_SEED: Final = 4
_SECONDS: Final = 15
# Answers to the first queries are slower: statistics, connections, what replicas know of products.
_WARM_UP_SECONDS: Final = 20


async def measure(layout: StackLayout, data: Path, records: list[Record]) -> None:
    """The catalogue is imported and indexed before. Skipped, with a line, without the data set."""
    folder = data / "chorus"
    if not (folder / "queries.parquet").exists():
        print(f"speed of search not measured: no data set in {data} (give --data FOLDER)")
        return
    judged = read_judged_set(folder / "queries.parquet", folder / "labels.parquet")
    words = sorted({word for text in judged.queries.values() for word in text.split()})
    pairs = list(itertools.permutations(words, 2))
    random.Random(_SEED).shuffle(pairs)
    queries = iter(pairs)
    tokens = ServiceTokens(
        OPERATOR, private_key(load_or_create(layout.data).service_keys[OPERATOR])
    )

    def new() -> str:
        return layout.api(f"/ai/search?query={quote(' '.join(next(queries)))}")

    asked = itertools.cycle(judged.queries.values())

    def known() -> str:
        return layout.api(f"/ai/search?query={quote(next(asked))}")

    for name, url, bars in (
        ("not asked before", new, ("≥ 100", "", "")),
        ("asked before", known, ("", "≤ 15", "≤ 40")),
    ):
        # It lasts a minute.
        token = tokens.for_audience("search")
        await load(url, concurrency=4, seconds=_WARM_UP_SECONDS, token=token)
        found = await load(url, concurrency=4, seconds=_SECONDS, token=token)
        rate, p50, p95 = bars
        records += [
            Record(f"search, {name}, 4 clients", found.requests_per_second, "requests/s", bar=rate),
            Record(f"search, {name}, p50", percentile(found.latencies, 0.5), "ms", bar=p50),
            Record(f"search, {name}, p95", percentile(found.latencies, 0.95), "ms", bar=p95),
            Record(f"search, {name}, failed", found.failed, "", bar="0"),
        ]
