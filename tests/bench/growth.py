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
import math
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deployments.local.layout import REPOSITORY
from deployments.local.ports import free_port
from deployments.local.postgres import EmbeddedPostgres, provision, service_url
from deployments.local.processes import identity_options
from deployments.search.application.active_version import ActiveVersion
from deployments.search.application.index_changes import IndexChanges
from deployments.search.application.keep_text_statistics import KeepTextStatistics
from deployments.search.application.known_products import KnownProducts
from deployments.search.application.ports import Embedded, ModelRef, Vectors
from deployments.search.application.query_vectors import QueryVectors
from deployments.search.application.retrieve import Retrieve
from deployments.search.domain.document import Document
from deployments.search.domain.query import Filters, Query
from deployments.search.infrastructure.encoder import Encoder
from deployments.search.infrastructure.filter_sql import conditions
from deployments.search.infrastructure.settings import EncoderSettings, SearchSettings
from deployments.search.infrastructure.unit_of_work import SqlSearchUnitOfWork, prepare_connections
from deployments.search.retrieval_setup import make_retrieve
from deployments.shared.database import create_engine, create_session_factory
from deployments.shared.settings import SERVICES
from models.search.tables import DIMENSION
from models.shared.migrations import upgrade
from tests.bench import growth_catalogue as catalogue
from tests.bench.records import machine, percentile

_PASSWORD = "growth"
_RECALL_QUERIES = 60
_TIES = 1e-4
_KINDS = ("all", "10 %", "1 %")


@dataclass
class Grown:
    """What was measured at one size: seconds, bytes, and milliseconds by statement."""

    products: int
    loaded: float
    gin: float
    postings: float
    hnsw: float
    bytes: dict[str, int]
    milliseconds: dict[tuple[str, str], list[float]]
    recall: dict[str, float]


def _cpu_ms(process: int) -> float:
    """Milliseconds that a server process was on a core, which others on the machine do not
    lengthen; NaN where the kernel does not tell."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e6
    except (OSError, ValueError):
        return math.nan


class _Timed:
    """A repository whose calls are timed; the last result of each is kept. Besides the time that
    passed, under ``name:cpu``, that of the server's process."""

    def __init__(self, repository: Any, record: dict[str, list[float]], last: dict[str, Any]):
        self._repository = repository
        self._record = record
        self._last = last

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._repository, name)

        async def timed(*arguments: Any, **options: Any) -> Any:
            session = self._repository._session
            process = await session.scalar(text("SELECT pg_backend_pid()"))
            busy, began = _cpu_ms(process), time.perf_counter()
            self._last[name] = await method(*arguments, **options)
            self._record.setdefault(name, []).append((time.perf_counter() - began) * 1000)
            self._record.setdefault(f"{name}:cpu", []).append(_cpu_ms(process) - busy)
            return self._last[name]

        return timed


async def _later(product_ids: Any) -> None:
    """All postings are made at once when the documents are there."""


class _KnownVectors:
    """An embedder that knows the queries' vectors already."""

    def __init__(self, model: str, vectors: dict[str, Vectors]) -> None:
        self._model = model
        self._vectors = vectors

    async def query(self, asked: str, model: ModelRef | None = None) -> Embedded:
        return Embedded(self._model, self._vectors[asked][np.newaxis])

    async def documents(self, texts: Sequence[str], model: ModelRef | None = None) -> Embedded:
        raise NotImplementedError

    async def warm(self, model: ModelRef) -> None:
        return


@contextmanager
def _server(folder: Path, memory: str) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder, free_port())
    server.initialise()
    with (folder / "postgres.log").open("wb") as log:
        process = subprocess.Popen(
            server.command(
                "fsync=off",
                "synchronous_commit=off",
                "max_wal_size=8GB",
                f"shared_buffers={memory}",
                "effective_cache_size=8GB",
            ),
            **identity_options(server.user),
            stdout=subprocess.DEVNULL,
            stderr=log,
            cwd="/",
        )
    try:
        server.wait_until_ready(process)
        provision(server.address, dict.fromkeys(SERVICES, _PASSWORD))
        yield server
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=120)


class _Growth:
    def __init__(self, server: EmbeddedPostgres, model: str) -> None:
        self._admin = server.address.admin_url("mercato_search")
        self._url = service_url(server.address.port, "search", _PASSWORD)
        self._model = model
        self._settings = SearchSettings(database_url=self._url, service_key="none")
        upgrade("search", self._url)

    @asynccontextmanager
    async def _engine(self) -> AsyncIterator[AsyncEngine]:
        engine = create_engine(self._url)
        prepare_connections(engine, ef_search=self._settings.ef_search)
        try:
            yield engine
        finally:
            await engine.dispose()

    async def load(self, batches: Iterator[catalogue.Batch]) -> tuple[float, float, float, float]:
        """Seconds for the rows, for the indexes of filters, of words and of vectors."""
        async with self._engine() as engine:
            sessions = create_session_factory(engine)
            async with SqlSearchUnitOfWork(sessions) as work:
                version = await work.versions.ensure_active(self._model, DIMENSION)
                await work.commit()
            words, nearest = self._drop_indexes("gin"), self._drop_indexes("hnsw")
            began = time.monotonic()
            for batch in batches:
                async with SqlSearchUnitOfWork(sessions) as work:
                    work.documents._postings.write = _later  # type: ignore[attr-defined]
                    await work.documents.upsert(batch.documents)
                    await work.commit()
                self._copy(version.id, batch)
            loaded = time.monotonic() - began
            gin = self._execute(*words, "VACUUM ANALYZE search_documents")
            began = time.monotonic()
            await KeepTextStatistics(lambda: SqlSearchUnitOfWork(sessions))()
            postings = time.monotonic() - began + self._execute("VACUUM ANALYZE postings")
            hnsw = self._execute(*nearest, f"VACUUM ANALYZE embeddings_v{version.id}")
            async with SqlSearchUnitOfWork(sessions) as work:
                await work.documents.refresh_statistics()
                await work.commit()
        self._execute("VACUUM ANALYZE search_words")
        return loaded, gin, postings, hnsw

    def _drop_indexes(self, method: str) -> list[str]:
        """Made again after loading, which is quicker; the statements that do so."""
        with psycopg.connect(self._admin, autocommit=True) as connection:
            rows = connection.execute(
                "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' "
                "AND tablename ~ '^(search_documents|embeddings_v)' AND indexdef LIKE %s",
                (f"%USING {method}%",),
            ).fetchall()
            for name, _ in rows:
                connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        return [definition for _, definition in rows]

    def _copy(self, version: int, batch: catalogue.Batch) -> None:
        ids = [document.product_id for document in batch.documents]
        with psycopg.connect(self._admin) as connection:
            rows = connection.execute(
                "SELECT product_id, embedding_key FROM search_documents WHERE product_id = ANY(%s)",
                (ids,),
            ).fetchall()
            keys: dict[UUID, int] = dict(rows)
            with connection.cursor().copy(
                f"COPY embeddings_v{version} (index_version, product_id, embedding_key, embedding) "
                "FROM STDIN"
            ) as copy:
                for identity, vector in zip(ids, batch.vectors, strict=True):
                    literal = "[" + ",".join(f"{value:.5g}" for value in vector.tolist()) + "]"
                    copy.write_row((version, identity, keys[identity], literal))

    def _execute(self, *statements: str) -> float:
        began = time.monotonic()
        with psycopg.connect(self._admin, autocommit=True) as connection:
            connection.execute("SET maintenance_work_mem = '2GB'")
            for statement in statements:
                connection.execute(statement)
        return time.monotonic() - began

    def sizes(self) -> dict[str, int]:
        """Bytes of tables without their indexes, of the postings with theirs, and of the other
        indexes by kind."""
        with psycopg.connect(self._admin) as connection:
            found = connection.execute(
                """
                SELECT CASE
                        WHEN relation.relname ~ 'postings' THEN 'postings'
                        WHEN relation.relkind = 'i' THEN method.amname
                        ELSE relation.relname
                    END,
                    sum(pg_table_size(relation.oid))
                FROM pg_class AS relation LEFT JOIN pg_am AS method ON method.oid = relation.relam
                WHERE relation.relnamespace = CAST('public' AS regnamespace)
                    AND relation.relname ~ '(search_documents|embeddings|postings)'
                    AND relation.relkind IN ('r', 'i')
                GROUP BY 1
                """
            ).fetchall()
        return {str(name): int(size) for name, size in found}

    def price_below(self, share: float) -> int:
        with psycopg.connect(self._admin) as connection:
            row = connection.execute(
                "SELECT percentile_disc(%s) WITHIN GROUP (ORDER BY price_from) "
                "FROM search_documents",
                (share,),
            ).fetchone()
        assert row is not None
        return int(row[0])

    async def measure(self, grown: Grown, queries: dict[str, Vectors]) -> None:
        filters = {
            "all": Filters(),
            "10 %": Filters(price_max=self.price_below(0.1)),
            "1 %": Filters(price_max=self.price_below(0.01)),
        }
        async with self._engine() as engine:
            sessions = create_session_factory(engine)
            for kind, wanted in filters.items():
                record: dict[str, list[float]] = {}
                last: dict[str, Any] = {}

                def begin(record: Any = record, last: Any = last) -> Any:
                    class Work(SqlSearchUnitOfWork):
                        def _open(self) -> None:
                            super()._open()
                            self.retrieval = _Timed(self.retrieval, record, last)

                    return Work(sessions)

                retrieve = self._retrieve(begin, queries)
                for query in queries:
                    await retrieve(Query.of(query), wanted)
                record.clear()
                hits: list[float] = []
                whole: list[float] = []
                for place, (query, vector) in enumerate(queries.items()):
                    last.pop("by_meaning", None)
                    began = time.perf_counter()
                    await retrieve(Query.of(query), wanted)
                    whole.append((time.perf_counter() - began) * 1000)
                    if place < _RECALL_QUERIES and "by_meaning" in last:
                        found = sorted(m.similarity for m in last["by_meaning"])[-10:]
                        hits.append(await self._recall(engine, found, vector, wanted))
                grown.milliseconds |= {(kind, name): times for name, times in record.items()}
                grown.milliseconds[kind, "whole"] = whole
                grown.recall[kind] = float(np.mean(hits)) if hits else float("nan")

    def _retrieve(self, begin: Any, queries: dict[str, Vectors]) -> Retrieve:
        embedder = _KnownVectors(self._model, queries)
        settings = self._settings
        changes = IndexChanges()
        # Nothing changes meanwhile.
        changes.listening(True)
        return make_retrieve(
            begin,
            QueryVectors(embedder, timeout_seconds=5, cache_size=len(queries)),
            KnownProducts(begin, changes, products=settings.products_remembered),
            ActiveVersion(begin, changes),
            settings,
        )

    async def _recall(
        self, engine: AsyncEngine, found: list[float], vector: Vectors, wanted: Filters
    ) -> float:
        """Share of the exact ten nearest that are as near as those found; ties count."""
        where, values = conditions(wanted)
        async with engine.begin() as connection:
            await connection.execute(text("SET LOCAL enable_indexscan = off"))
            exact = (
                await connection.scalars(
                    text(
                        "SELECT 1 - (stored.embedding <=> CAST(CAST(:vector AS real[]) AS halfvec))"  # noqa: S608
                        " AS similarity FROM embeddings AS stored "
                        "JOIN search_documents AS document USING (product_id) "
                        f"WHERE stored.index_version = 1{where} ORDER BY 1 DESC LIMIT 10"
                    ),
                    {"vector": vector.tolist(), **values},
                )
            ).all()
        if not exact:
            return 1.0
        least = float(exact[-1]) - _TIES
        return sum(similarity >= least for similarity in found) / len(exact)


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
        with _server(folder, arguments.memory) as server:
            growth = _Growth(server, encoder.model_version)
            if not loaded.exists():
                batches = catalogue.enlarged(originals, vectors, size)
                loaded.write_text(json.dumps(asyncio.run(growth.load(batches))))
            rows, gin, postings, hnsw = json.loads(loaded.read_text())
            measured = Grown(size, rows, gin, postings, hnsw, growth.sizes(), {}, {})
            if not arguments.load_only:
                asyncio.run(growth.measure(measured, queries))
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
