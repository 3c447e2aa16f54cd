"""Search over HTTP."""

from __future__ import annotations

import time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from deployments.products.contract import ProductCard
from deployments.search.application.find_similar import FindSimilar
from deployments.search.application.remembered_answers import Made, RememberedAnswers
from deployments.search.application.search import Search
from deployments.search.application.suggest import Suggest
from deployments.search.contract import SearchResponse, SearchSort, Suggestion
from deployments.search.domain.query import Filters
from deployments.search.presentation.search_parameters import (
    filters,
    only_known_parameters,
    seen_until,
)
from deployments.search.presentation.search_presenters import body
from deployments.shared.pagination import Cursor, Limit

router = APIRouter(tags=["search"])


@router.get(
    "/search",
    response_model=SearchResponse,
    dependencies=[Depends(only_known_parameters)],
    openapi_extra={
        "x-example": "?query=keep+coffee+hot+on+a+hike&price_max=5000&in_stock=true",
    },
)
async def search(
    *,
    request: Request,
    wanted: Annotated[Filters, Depends(filters)],
    query: Annotated[
        str,
        Query(description="words, a SKU or a barcode", examples=["keep coffee hot on a hike"]),
    ],
    literal: Annotated[
        list[Annotated[str, Query(max_length=300)]] | None,
        Query(max_length=20, description="words of the query that are searched, not a filter"),
    ] = None,
    sort: SearchSort = "relevance",
    limit: Limit = 24,
    cursor: Cursor = None,
) -> Response:
    """Products that hold the query's words or are near to its meaning, best first.

    An exact SKU, barcode or title comes first. A misspelt word is corrected; `corrected_query`
    says so. What the query says of price, stock, stars, category, brand and attributes filters:
    see `chips`. `mode` is `lexical` when only the words were searched, because the model did not
    answer in time.
    """
    started = time.perf_counter()
    use_case: Search = request.app.state.search
    answers: RememberedAnswers = request.app.state.answers

    async def make() -> Made:
        found = await use_case(
            query,
            wanted,
            literal=literal or (),
            sort=sort,
            limit=limit,
            after=seen_until(cursor, sort),
        )
        return Made(
            body(found, sort).encode(),
            lasting=found.mode == "hybrid",
            searched=found.corrected or found.query,
            total=found.total,
        )

    asked = (query, wanted, tuple(literal or ()), sort, limit, cursor)
    made, again = await answers.get(asked, make)
    if again and cursor is None:
        use_case.asked_again(made.searched, made.total)
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    content = b'%s,"took_ms":%.1f}' % (made.body.removesuffix(b"}"), milliseconds)
    return Response(content, media_type="application/json")


@router.get("/similar/{product_id}")
async def similar(
    product_id: UUID,
    request: Request,
    limit: Annotated[int, Query(ge=1, le=48)] = 8,
) -> list[ProductCard]:
    """Products like this one, nearest first."""
    use_case: FindSimilar = request.app.state.find_similar
    return [ProductCard.model_validate(card) for card in await use_case(product_id, limit)]


@router.get("/suggest")
async def suggest(
    request: Request,
    query: Annotated[str, Query(max_length=300, examples=["hik"])],
    limit: Annotated[int, Query(ge=1, le=20)] = 8,
) -> list[Suggestion]:
    """Categories, queries others asked and products that what is being typed may become."""
    use_case: Suggest = request.app.state.suggest
    return [Suggestion.model_validate(found) for found in await use_case(query, limit)]
