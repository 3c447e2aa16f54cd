"""What AI search says to others: search, similar products, price comparison, the index."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from deployments.products.contract import ProductCard
from deployments.shared.http_client import ServiceHttp
from deployments.shared.schemas import MoneySchema, Schema, StrictSchema

Mode = Literal["hybrid", "lexical"]
SearchSort = Literal["relevance", "price_asc", "price_desc", "newest"]


class SearchHit(Schema):
    product: ProductCard
    score: float
    matched_by: list[Literal["exact", "text", "meaning"]]


class FacetValue(Schema):
    value: str
    label: str
    count: int


class Facet(Schema):
    """``field`` is the query parameter that filters by it: category, brand."""

    field: str
    values: list[FacetValue]


class SearchResponse(Schema):
    """``mode`` is ``lexical`` when the embedder did not answer in time; ``corrected_query`` is
    what was searched when the query held a misspelt word."""

    query: str
    corrected_query: str | None = None
    items: list[SearchHit]
    total: int
    facets: list[Facet] = Field(default_factory=list)
    mode: Mode
    index_version: str
    took_ms: float
    next_cursor: str | None = None


class Suggestion(Schema):
    """``target`` is a product's id or a category's path, as ``kind`` says."""

    kind: Literal["category", "product"]
    text: str
    target: str


class Offer(Schema):
    merchant: str
    title: str
    url: str
    price: MoneySchema
    shipping: MoneySchema | None = None
    total: MoneySchema
    in_stock: bool
    matched_by: str = Field(examples=["gtin"])
    confidence: float
    fetched_at: datetime


class PriceComparison(Schema):
    """``position`` is our rank among all offers by total price, 1 = cheapest; null without.

    ``our_price`` is that of the variant most merchants sell, ``our_total`` with our shipping.
    ``offers`` holds each merchant's best, those in stock first, cheapest first.
    """

    product_id: UUID
    our_price: MoneySchema
    our_total: MoneySchema | None = None
    offers: list[Offer]
    best: Offer | None = None
    position: int | None = None
    updated_at: datetime | None = None


class PricePosition(Schema):
    """``our_total`` and ``best_price`` include shipping; ``gap`` is (ours - best) / best."""

    product_id: UUID
    slug: str
    title: str
    category_path: str | None = None
    our_price: MoneySchema
    our_total: MoneySchema | None = None
    best_price: MoneySchema
    best_merchant: str
    position: int
    offer_count: int
    gap: float = 0.0


class SourceStatus(Schema):
    """What the last run read from a merchant; ``error`` says why it gave nothing."""

    merchant: str
    offers: int
    matched: int
    review: int
    error: str | None = None


class PricePoint(Schema):
    """A merchant's lowest total from ``day`` on, until its next point."""

    merchant: str
    day: date
    total: int = Field(description="minor units")
    in_stock: bool


class PriceHistory(Schema):
    product_id: UUID
    currency: str
    points: list[PricePoint]


class PriceOverview(Schema):
    """Where we stand against the merchants, for analysts: counts of all compared products, and
    of ``products`` the dearest first. A product is ``within_5_percent`` when it is not the
    cheapest but at most 5 % above the best."""

    compared_products: int
    cheapest: int
    within_5_percent: int
    dearer: int
    review_queue: int
    updated_at: datetime | None = None
    sources: list[SourceStatus] = Field(default_factory=list)
    products: list[PricePosition]


class IndexRequest(StrictSchema):
    """Index the named products now, or with none all of them."""

    product_ids: Annotated[list[UUID], Field(max_length=500)] = Field(default_factory=list)


class IndexResponse(Schema):
    """``pending`` documents in the index wait for their vectors."""

    index_version: str
    indexed: int
    removed: int
    pending: int = 0


class SearchClient:
    def __init__(self, http: ServiceHttp) -> None:
        self._http = http

    async def search(self, query: str, **filters: Any) -> SearchResponse:
        """``filters``: the query parameters of ``GET /ai/search``."""
        answer = await self._http.request("GET", "/search", params={"query": query, **filters})
        return SearchResponse.model_validate(answer)

    async def suggest(self, typed: str, *, limit: int = 8) -> list[Suggestion]:
        rows = await self._http.request("GET", "/suggest", params={"query": typed, "limit": limit})
        return [Suggestion.model_validate(row) for row in rows]

    async def similar(self, product_id: UUID | str, *, limit: int = 8) -> list[ProductCard]:
        rows = await self._http.request("GET", f"/similar/{product_id}", params={"limit": limit})
        return [ProductCard.model_validate(row) for row in rows]

    async def prices(self, product_id: UUID | str) -> PriceComparison:
        return PriceComparison.model_validate(
            await self._http.request("GET", f"/prices/{product_id}")
        )

    async def price_history(self, product_id: UUID | str) -> PriceHistory:
        return PriceHistory.model_validate(
            await self._http.request("GET", f"/prices/{product_id}/history")
        )

    async def price_overview(self, *, limit: int = 100) -> PriceOverview:
        return PriceOverview.model_validate(
            await self._http.request("GET", "/prices", params={"limit": limit})
        )

    async def index(self, request: IndexRequest) -> IndexResponse:
        return IndexResponse.model_validate(
            await self._http.request("POST", "/index", json=request.model_dump(mode="json"))
        )
