"""The demo shop's search against judgements made by hand: breaking the ranking fails here."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI

from deployments.sandbox.demo.catalogue import load_catalogue
from deployments.sandbox.demo.judged import LABELS, QUERIES
from deployments.search.contract import SearchResponse
from pipelines.relevance.evaluation import Answer, evaluate
from pipelines.relevance.judged_set import read_judged_set
from tests.exported_products import detail_of
from tests.service.search.catalogue import FakeCatalogue

# Well below what is reached today (see docs/decisions/0018), as no single query must decide.
_FLOOR = {"ndcg10": 0.70, "cond10": 0.75, "recall100": 0.80}


@pytest.fixture
def catalogue() -> FakeCatalogue:
    shop = FakeCatalogue()
    products = [detail_of(product) for product in load_catalogue()]
    shop.products = {product.id: product for product in products}
    return shop


async def test_judged_queries_find_what_fits(
    client: httpx.AsyncClient, app: FastAPI, operator: dict[str, str]
) -> None:
    judged = read_judged_set(QUERIES, LABELS)
    await client.post("/index", json={}, headers=operator)
    await app.state.index_products._embed.catch_up()
    answers = {}
    for query, text in judged.queries.items():
        found = SearchResponse.model_validate(
            (await client.get("/search", params={"query": text, "limit": 100})).json()
        )
        answers[query] = Answer([hit.product.slug for hit in found.items], 0, found.mode)
    evaluation = evaluate(judged.queries, judged.grades, answers, {})
    assert set(evaluation.modes) == {"hybrid"}
    reached = {metric: evaluation.mean(metric) for metric in _FLOOR}
    worst = [(row.query, row.scores) for row in evaluation.worst(5)]
    assert all(reached[metric] >= _FLOOR[metric] for metric in _FLOOR), (reached, worst)
