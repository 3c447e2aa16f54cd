"""Two versions of the index, asked the same queries beside the running store."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from deployments.search.application.index_changes import IndexChanges
from deployments.search.application.known_products import KnownProducts
from deployments.search.application.ports import Embedder, IndexVersion
from deployments.search.application.query_vectors import QueryVectors
from deployments.search.application.retrieve import Retrieve
from deployments.search.application.version_names import find_version
from deployments.search.domain.query import Filters, Query
from deployments.search.infrastructure.settings import SearchSettings
from deployments.search.infrastructure.unit_of_work import SqlSearchUnitOfWork, prepare_connections
from deployments.search.retrieval_setup import make_retrieve
from deployments.shared.database import SessionFactory, create_engine, create_session_factory
from deployments.shared.errors import Conflict
from pipelines.relevance.evaluation import Answer, Evaluation, evaluate
from pipelines.relevance.judged_set import JudgedSet, UnreadableJudgementsError
from pipelines.relevance.names_repository import names_of

Progress = Callable[[str, int, int | None], None]

_KEPT: Final = 100
_TOP: Final = 10
# A model that is not in memory answers nobody in time: here nobody waits.
_TIMEOUT_SECONDS: Final = 300


@dataclass(frozen=True, slots=True)
class Compared:
    """Answers of each version by query, as product ids. ``names``: what judgements may call a
    product."""

    before: Mapping[str, Answer]
    after: Mapping[str, Answer]
    names: Mapping[str, frozenset[str]]

    @property
    def overlap(self) -> float:
        """Share of the first ten that both show, over the queries that find anything."""
        shares = []
        for query, answer in self.before.items():
            one, other = set(answer.ranked[:_TOP]), set(self.after[query].ranked[:_TOP])
            if one or other:
                shares.append(len(one & other) / max(len(one), len(other)))
        return sum(shares) / len(shares) if shares else 1.0

    def evaluations(self, judged: JudgedSet) -> tuple[Evaluation, Evaluation]:
        """
        Raises:
            UnreadableJudgementsError: the index holds none of the judged products.
        """
        wanted = {product.lower(): product for product in judged.products}
        called = {
            product: next((wanted[name] for name in names if name in wanted), product)
            for product, names in self.names.items()
        }
        if not judged.products.intersection(called.values()):
            raise UnreadableJudgementsError(
                "none of the judged products was found; they are named by id, slug or SKU"
            )
        before, after = (
            {
                query: replace(answer, ranked=[called[product] for product in answer.ranked])
                for query, answer in answers.items()
            }
            for answers in (self.before, self.after)
        )
        return (
            evaluate(judged.queries, judged.grades, before, {}),
            evaluate(judged.queries, judged.grades, after, {}),
        )


async def compare_versions(
    before: str,
    after: str,
    queries: Mapping[str, str],
    progress: Progress,
    *,
    settings: SearchSettings,
    embedder: Embedder,
) -> Compared:
    """The queries as typed, without filters; both versions in turn, so that what else the machine
    does slows both.

    Raises:
        NotFound: ``version_not_found``.
        Conflict: ``version_incomplete``.
    """
    engine = create_engine(settings.database_url)
    prepare_connections(engine, ef_search=settings.ef_search)
    sessions = create_session_factory(engine)
    answers: tuple[dict[str, Answer], dict[str, Answer]] = ({}, {})
    try:
        sides = [await _retrieving(sessions, name, embedder, settings) for name in (before, after)]
        for done, (query, text) in enumerate(queries.items(), start=1):
            for retrieve, kept in zip(sides, answers, strict=True):
                kept[query] = await _asked(retrieve, text)
            progress("queries", done, len(queries))
        found = {UUID(p) for kept in answers for answer in kept.values() for p in answer.ranked}
        async with sessions() as session:
            names = await names_of(session, found)
    finally:
        await engine.dispose()
    return Compared(*answers, {str(product): known for product, known in names.items()})


async def _retrieving(
    sessions: SessionFactory, name: str, embedder: Embedder, settings: SearchSettings
) -> Retrieve:
    def begin() -> SqlSearchUnitOfWork:
        return SqlSearchUnitOfWork(sessions)

    async def searched() -> IndexVersion:
        return version

    version = await find_version(begin, name)
    if version.status == "building":
        raise Conflict("version_incomplete", f"{name} is not complete yet")
    await embedder.warm(version.ref)
    # Nothing is remembered, so that each query costs what a new one does.
    vectors = QueryVectors(embedder, timeout_seconds=_TIMEOUT_SECONDS, cache_size=0)
    products = KnownProducts(begin, IndexChanges(), products=settings.products_remembered)
    retrieve = make_retrieve(begin, vectors, products, searched, settings)
    await retrieve(Query.of("warm up"), Filters())
    return retrieve


async def _asked(retrieve: Retrieve, text: str) -> Answer:
    began = time.perf_counter()
    query = Query.of(text)
    if not query.has_words:
        return Answer([], 0.0, "hybrid")
    found = await retrieve(query, Filters())
    milliseconds = (time.perf_counter() - began) * 1000
    ranked = [str(match.facts.product_id) for match in found.ranked[:_KEPT]]
    return Answer(ranked, milliseconds, found.mode)
