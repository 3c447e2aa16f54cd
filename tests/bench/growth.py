"""How search grows: sizes, build times, latency and recall at rising numbers of products.

Usage: python -m tests.bench.growth [--sizes 20000,100000] [--data FOLDER OF THE REAL DATA SETS]
           [--memory 2GB] [--work FOLDER] [--load-only]

Each size has a PostgreSQL of its own, on this machine. The retrieval measured is
the service's own (``Retrieve`` on ``SqlRetrievalRepository``); vectors of queries are made before.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from deployments.local.layout import REPOSITORY
from deployments.search.application.ports import Vectors
from deployments.search.domain.document import Document
from deployments.search.domain.query import Query
from deployments.search.infrastructure.encoder import Encoder
from deployments.search.infrastructure.settings import EncoderSettings
from tests.bench import growth_catalogue as catalogue
from tests.bench.growth_database import GrownDatabase, running_server
from tests.bench.growth_measure import Grown, measure
from tests.bench.records import machine, percentile

_KINDS = ("all", "10 %", "1 %")


def _queries(data: Path, originals: list[Document], encoder: Encoder) -> dict[str, Vectors]:
    """The shoppers' queries of the data set, and pairs of words of titles."""
    import polars as pl

    asked = []
    if (data / "queries.parquet").exists():
        asked = pl.read_parquet(data / "queries.parquet")["query"].to_list()
    generator = np.random.default_rng(7)
    while len(asked) < 150:
        words = originals[int(generator.integers(len(originals)))].title.split()
        asked.append(" ".join(generator.permutation(words)[:2]))
    known = list(dict.fromkeys(Query.of(query).text for query in asked))
    return {query: encoder.queries([query])[0] for query in known}


def _table(grown: Sequence[Grown]) -> str:
    def of(kind: str, name: str, share: float) -> list[str]:
        return [
            f"{percentile(g.milliseconds[kind, name], share):.1f}"
            if len(g.milliseconds.get((kind, name), ())) > 1
            else "–"
            for g in grown
        ]

    def both(kind: str, name: str) -> list[str]:
        pairs = zip(of(kind, name, 0.5), of(kind, name, 0.95), strict=True)
        return [f"{middle} / {slow}" for middle, slow in pairs]

    def megabytes(*names: str) -> list[str]:
        return [f"{sum(g.bytes.get(n, 0) for n in names) / 2**20:,.0f}" for g in grown]

    rows = [
        ("documents, MiB", megabytes("search_documents")),
        ("index of words (postings), MiB", megabytes("postings")),
        ("indexes of filters and titles (GIN), MiB", megabytes("gin")),
        ("other indexes, MiB", megabytes("btree", "hash")),
        ("vectors, MiB", megabytes("embeddings_v1")),
        ("HNSW, MiB", megabytes("hnsw")),
        ("rows loaded, s", [f"{g.loaded:.0f}" for g in grown]),
        ("GIN built, s", [f"{g.gin:.0f}" for g in grown]),
        ("index of words built, s", [f"{g.postings:.0f}" for g in grown]),
        ("HNSW built, s", [f"{g.hnsw:.0f}" for g in grown]),
    ]
    for kind in _KINDS:
        rows += [
            (f"{kind}: words, p50 / p95 ms", both(kind, "by_text")),
            (f"{kind}: words, of that on a core", both(kind, "by_text:cpu")),
            (f"{kind}: meaning, p50 / p95 ms", both(kind, "by_meaning")),
            (f"{kind}: meaning, of that on a core", both(kind, "by_meaning:cpu")),
            (f"{kind}: whole retrieval, p50 / p95 ms", both(kind, "whole")),
            (f"{kind}: recall@10 of meaning", [f"{g.recall[kind]:.3f}" for g in grown]),
        ]
    lines = ["| | " + " | ".join(f"{g.products:,}" for g in grown) + " |"]
    lines.append("|---|" + "---:|" * len(grown))
    lines += [f"| {name} | " + " | ".join(cells) + " |" for name, cells in rows]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.growth")
    parser.add_argument("--sizes", default="20000,100000,500000")
    parser.add_argument("--data", type=Path, default=REPOSITORY.parent / "shared" / "data")
    parser.add_argument("--memory", default="2GB", help="shared_buffers of PostgreSQL")
    parser.add_argument(
        "--work", type=Path, help="keep the databases here, to be measured again without loading"
    )
    parser.add_argument("--load-only", action="store_true")
    arguments = parser.parse_args()
    work = arguments.work or Path(tempfile.mkdtemp(prefix="mercato-growth-"))
    work.mkdir(parents=True, exist_ok=True)
    folder = arguments.data / "chorus"
    originals = (
        catalogue.chorus(folder) if (folder / "products.parquet").exists() else catalogue.demo()
    )
    encoder = Encoder.load(EncoderSettings())
    vectors = catalogue.encoded(originals, encoder, work / "originals.npy")
    queries = _queries(folder, originals, encoder)
    grown: list[Grown] = []
    for size in sorted(int(part) for part in arguments.sizes.split(",")):
        folder, loaded = work / f"{size}", work / f"{size}.json"
        folder.mkdir(exist_ok=True)
        with running_server(folder, arguments.memory) as server:
            database = GrownDatabase(server, encoder.model_version)
            if not loaded.exists():
                batches = catalogue.enlarged(originals, vectors, size)
                loaded.write_text(json.dumps(asyncio.run(database.load(batches))))
            rows, gin, postings, hnsw = json.loads(loaded.read_text())
            measured = Grown(size, rows, gin, postings, hnsw, database.sizes(), {}, {})
            if not arguments.load_only:
                asyncio.run(measure(database, measured, queries))
                grown.append(measured)
        if arguments.work is None:
            shutil.rmtree(folder)
        # What was measured before a failure is worth keeping.
        if grown:
            print(f"\n{machine()}, shared_buffers {arguments.memory}\n\n{_table(grown)}\n")
    if arguments.work is None:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
