"""Search over HTTP."""

from __future__ import annotations

import time
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from deployments.products.contract import ProductCard
from deployments.search.application.find_similar import FindSimilar
from deployments.search.application.search import Found, Search
from deployments.search.application.suggest import Suggest
from deployments.search.contract import (
    Facet,
    FacetValue,
    SearchHit,
    SearchResponse,
    SearchSort,
    Suggestion,
)
from deployments.search.domain.query import Filters
from deployments.search.domain.result_page import FacetCount
from deployments.shared.errors import Invalid
from deployments.shared.pagination import Cursor, Limit, decode_cursor, encode_cursor

router = APIRouter(tags=["search"])

_MAX_AMOUNT: Final = 10**12
_PARAMETERS: Final = (
    "query",
    "category",
    "brand",
    "price_min",
    "price_max",
    "in_stock",
    "sort",
    "limit",
    "cursor",
)


async def only_known_parameters(request: Request) -> None:
    """A misspelt filter must not widen the answer silently."""
    unknown = sorted(set(request.query_params) - set(_PARAMETERS))
    if unknown:
        raise Invalid(
            "unknown_filter",
            f"unknown: {', '.join(unknown)}; known: {', '.join(_PARAMETERS)}",
            known=list(_PARAMETERS),
        )


async def filters(
    category: Annotated[
        str | None, Query(max_length=600, description="path; includes what is below it")
    ] = None,
    brand: Annotated[
        list[Annotated[str, Query(max_length=120)]] | None,
        Query(max_length=20, description="one of these"),
    ] = None,
    price_min: Annotated[int | None, Query(ge=0, le=_MAX_AMOUNT, description="minor units")] = None,
    price_max: Annotated[int | None, Query(ge=0, le=_MAX_AMOUNT)] = None,
    in_stock: Annotated[bool, Query(description="only what can be bought now")] = False,
) -> Filters:
    # PostgreSQL's text cannot hold NUL, so nothing is called so.
    brands = tuple(name.replace("\0", " ") for name in brand or ())
    path = category.replace("\0", " ").strip("/") if category else None
    return Filters(path or None, brands, price_min, price_max, in_stock)


def _after(cursor: str | None, sort: str) -> tuple[int, UUID] | None:
    if cursor is None:
        return None
    known_sort, position, product_id = decode_cursor(cursor, 3)
    if known_sort != sort or not isinstance(position, int) or position < 0:
        raise Invalid("invalid_cursor", "cursor belongs to another list or sort order")
    try:
        return position, UUID(product_id)
    except (ValueError, AttributeError, TypeError) as error:
        raise Invalid("invalid_cursor", "cursor is not one this service returned") from error


def _facet(field: str, counts: list[FacetCount]) -> Facet:
    values = [FacetValue(value=c.value, label=c.label, count=c.count) for c in counts]
    return Facet(field=field, values=values)


def _response(found: Found, sort: str, seconds: float) -> SearchResponse:
    hits = [
        SearchHit(
            product=ProductCard.model_validate(found.cards[row.facts.product_id]),
            score=round(row.score, 6),
            matched_by=list(row.matched_by),
        )
        for row in found.rows
        if row.facts.product_id in found.cards
    ]
    return SearchResponse(
        query=found.query,
        corrected_query=found.corrected,
        items=hits,
        total=found.total,
        facets=[_facet("category", found.categories), _facet("brand", found.brands)],
        mode=found.mode,
        index_version=found.version.name if found.version else "none",
        took_ms=round(seconds * 1000, 1),
        next_cursor=encode_cursor(sort, *found.next) if found.next else None,
    )


@router.get(
    "/search",
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
    sort: SearchSort = "relevance",
    limit: Limit = 24,
    cursor: Cursor = None,
) -> SearchResponse:
    """Products that hold the query's words or are near to its meaning, best first.

    An exact SKU, barcode or title comes first. A misspelt word is corrected; `corrected_query`
    says so. `mode` is `lexical` when only the words were searched, because the model did not
    answer in time.
    """
    started = time.perf_counter()
    use_case: Search = request.app.state.search
    found = await use_case(query, wanted, sort=sort, limit=limit, after=_after(cursor, sort))
    return _response(found, sort, time.perf_counter() - started)


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
    """Categories and products that what is being typed may become."""
    use_case: Suggest = request.app.state.suggest
    return [Suggestion.model_validate(found) for found in await use_case(query, limit)]
