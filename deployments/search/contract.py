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


class Reason(Schema):
    """Why a product is in the list: ``kind`` is where the query was found, ``text`` what of it
    (words for a field, the synonym used; empty for meaning)."""

    kind: Literal[
        "exact", "title", "brand", "category", "attribute", "description", "synonym", "meaning"
    ]
    text: str = ""


class SearchHit(Schema):
    product: ProductCard
    score: float
    matched_by: list[Literal["exact", "text", "meaning"]]
    why: list[Reason] = Field(default_factory=list)


class FacetValue(Schema):
    value: str
    label: str
    count: int


class Facet(Schema):
    """``field`` is the query parameter that filters by it, with one of the values: ``category``,
    ``brand``, ``attr``, ``rating_min``. What is chosen in a facet does not count for that facet
    itself. ``name`` is the attribute's where the field is ``attr``."""

    field: str
    name: str = ""
    values: list[FacetValue]


class PriceSpan(Schema):
    """Lowest and highest price of what was found, minor units."""

    min: int
    max: int
    currency: str


class FilterValue(Schema):
    """A query parameter of this search and its value."""

    name: str
    value: str


class Chip(Schema):
    """A part of the query that was understood as filters. With ``words`` passed as the parameter
    ``literal`` it is searched as words instead."""

    kind: Literal["price", "brand", "category", "attribute", "stock", "rating"]
    label: str = Field(examples=["under 80.00 EUR"])
    words: str = Field(examples=["under 80"])
    filters: list[FilterValue]


class Alternatives(Schema):
    """What comes nearest when nothing fits. ``relaxed``: the constraints that were given up, by
    parameter; empty when nothing in the shop is like the query."""

    relaxed: list[FilterValue]
    label: str = Field(examples=["without “under 80.00 EUR”"])
    items: list[SearchHit]
    total: int


class SearchResponse(Schema):
    """``mode`` is ``lexical`` when the embedder did not answer in time; ``corrected_query`` is
    what was searched when the query held a misspelt word, and ``did_you_mean`` a likely other
    spelling that was not searched. ``searched`` is the query without its ``chips``. Without a good
    match ``items`` is empty and ``alternatives`` holds what comes nearest."""

    query: str
    searched: str = ""
    corrected_query: str | None = None
    did_you_mean: str | None = None
    chips: list[Chip] = Field(default_factory=list)
    items: list[SearchHit]
    total: int
    alternatives: Alternatives | None = None
    facets: list[Facet] = Field(default_factory=list)
    prices: PriceSpan | None = None
    mode: Mode
    index_version: str
    took_ms: float
    next_cursor: str | None = None


class Suggestion(Schema):
    """``target`` is a product's id, a category's path or a query others asked, as ``kind`` says;
    ``product`` is there for a product."""

    kind: Literal["category", "product", "query"]
    text: str
    target: str
    product: ProductCard | None = None


class SynonymInput(StrictSchema):
    """Terms that mean the same; ``one_way``: the first also finds the others, not vice versa."""

    terms: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=60)]],
        Field(min_length=2, max_length=20, examples=[["sofa", "couch", "settee"]]),
    ]
    one_way: bool = False


class Synonym(Schema):
    id: UUID
    terms: list[str]
    one_way: bool


class IndexVersionInfo(Schema):
    """``coverage``: share of documents that have a current vector in it, 0..1. A ``ready`` version
    waits beside the active one; a ``retired`` one was active."""

    name: str = Field(examples=["v3"])
    model: str
    status: Literal["building", "ready", "active", "retired"]
    vectors: int
    coverage: float
    created_at: datetime
    activated_at: datetime | None = None


class IndexStatus(Schema):
    """``pending``: documents that the active version has no current vector of."""

    documents: int
    pending: int
    versions: list[IndexVersionInfo]


class Spread(Schema):
    """Percentiles of ``count`` values, right within 6 %."""

    p50: float
    p95: float
    p99: float
    count: int


class RouteLive(Schema):
    """Requests of the last minute, all replicas together."""

    route: Literal["search", "suggest", "similar"]
    per_second: float
    failed: int
    milliseconds: Spread | None = None


class EncodingLive(Schema):
    """The Embedder's work of the last minute. ``sizes`` has how many ``batches`` held so many
    ``queries``; ``milliseconds`` is a batch's time in the model."""

    class Size(Schema):
        queries: int
        batches: int

    queries_per_second: float
    documents_per_second: float
    batches: int
    sizes: list[Size]
    milliseconds: Spread | None = None


class DeploymentLive(Schema):
    """A deployment as it runs; null is not known or not set. ``ongoing`` requests are in work,
    ``waiting`` ones wait for a batch. ``settings`` are its ``user_config`` as the replicas have
    it."""

    name: str
    status: str
    running: int
    starting: int
    target: int | None = None
    ongoing: int
    waiting: int | None = None
    min_replicas: int | None = None
    max_replicas: int | None = None
    target_ongoing: float | None = None
    max_ongoing: int | None = None
    engines: list[str]
    settings: dict[str, float]


class LivePoint(Schema):
    """Ten seconds from ``start`` on: searches. Shares are 0..1, null without searches."""

    start: datetime
    per_second: float
    milliseconds: Spread | None = None
    without_meaning: float | None = None
    cache_hits: float | None = None
    mean_batch: float | None = None


class SearchLive(Schema):
    """Search as it runs, all replicas together: figures of the last minute, ``points`` of the
    last 15 minutes. ``without_meaning`` is the share of searches answered by words alone because
    no vector came in time, ``cache_hits`` of those whose vector was remembered; null without
    searches. ``lag_ms`` is from a product's change until it can be searched, of the last hour."""

    at: datetime
    routes: list[RouteLive]
    without_meaning: float | None = None
    cache_hits: float | None = None
    encoding: EncodingLive
    lag_ms: Spread | None = None
    deployments: list[DeploymentLive]
    points: list[LivePoint]


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

    async def index_status(self) -> IndexStatus:
        return IndexStatus.model_validate(await self._http.request("GET", "/index/status"))

    async def activate_version(self, name: str) -> IndexStatus:
        return IndexStatus.model_validate(
            await self._http.request("POST", f"/index/versions/{name}/activate")
        )

    async def drop_version(self, name: str) -> None:
        await self._http.request("DELETE", f"/index/versions/{name}")

    async def live(self) -> SearchLive:
        return SearchLive.model_validate(await self._http.request("GET", "/live"))

    async def synonyms(self) -> list[Synonym]:
        rows = await self._http.request("GET", "/synonyms")
        return [Synonym.model_validate(row) for row in rows]

    async def add_synonym(self, synonym: SynonymInput) -> Synonym:
        answer = await self._http.request("POST", "/synonyms", json=synonym.model_dump())
        return Synonym.model_validate(answer)

    async def change_synonym(self, synonym_id: UUID | str, synonym: SynonymInput) -> Synonym:
        answer = await self._http.request(
            "PUT", f"/synonyms/{synonym_id}", json=synonym.model_dump()
        )
        return Synonym.model_validate(answer)

    async def delete_synonym(self, synonym_id: UUID | str) -> None:
        await self._http.request("DELETE", f"/synonyms/{synonym_id}")
