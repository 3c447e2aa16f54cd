"""Asks a running store the judged queries."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from uuid import UUID

from deployments.products.contract import ProductsClient
from deployments.search.contract import SearchClient
from pipelines.relevance.evaluation import Answer, Evaluation, evaluate
from pipelines.relevance.judged_set import JudgedSet, UnreadableJudgementsError

_WARM_UP = 3


async def evaluate_store(
    judged: JudgedSet,
    search: SearchClient,
    products: ProductsClient,
    *,
    limit: int,
    progress: Callable[[str, int, int | None], None],
) -> Evaluation:
    """The queries go one after another, as the first page of ``limit`` products.

    Raises:
        UnreadableJudgementsError: the store sells none of the judged products.
    """
    names = await _names(judged.products, products)
    if not names:
        raise UnreadableJudgementsError(
            "this store sells none of the judged products; they are named by id, slug or SKU"
        )
    for text in list(judged.queries.values())[:_WARM_UP]:
        await search.search(text, limit=limit)
    answers: dict[str, Answer] = {}
    version = "none"
    for query, text in judged.queries.items():
        began = time.perf_counter()
        found = await search.search(text, limit=limit)
        milliseconds = (time.perf_counter() - began) * 1000
        ranked = [names.get(hit.product.id, str(hit.product.id)) for hit in found.items]
        answers[query] = Answer(ranked, milliseconds, found.mode)
        version = found.index_version
        progress("queries", len(answers), len(judged.queries))
    about = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "index_version": version,
        "limit": limit,
        "judged_products": len(judged.products),
        "judged_products_sold": len(names),
    }
    return evaluate(judged.queries, judged.grades, answers, about)


async def _names(judged: Collection[str], products: ProductsClient) -> dict[UUID, str]:
    """Product id → how the judgements name the product: its id, its slug, or one of its SKUs
    (a product imported from a file without SKUs has its handle as one)."""
    names: dict[UUID, str] = {}
    cursor: str | None = None
    while len(names) < len(judged):
        page = await products.export(cursor=cursor)
        for product in page.items:
            known = (str(product.id), product.slug, *(v.sku for v in product.variants))
            named = next((name for name in known if name in judged), None)
            if named is not None:
                names[product.id] = named
        if (cursor := page.next_cursor) is None:
            break
    return names
