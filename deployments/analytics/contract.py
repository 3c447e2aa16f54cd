"""What analytics says to others: the events it takes and the figures it gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from deployments.shared.http_client import ServiceHttp
from deployments.shared.ids import new_id
from deployments.shared.schemas import MoneySchema, Schema, StrictSchema

# NUL is the one character PostgreSQL cannot store.
ShortText = Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")]
Amount = Annotated[int, Field(ge=0, le=10**12, description="minor units")]
SourceName = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9_-]{0,59}$", examples=["demo"])]


class _VisitEvent(StrictSchema):
    """``session_id`` ties a visit together and is never a person's identity."""

    event_id: UUID = Field(default_factory=new_id)
    session_id: UUID
    occurred_at: AwareDatetime | None = None


class ProductViewed(_VisitEvent):
    type: Literal["product_view"] = "product_view"
    product_id: UUID
    title: ShortText = ""


class ProductSearched(_VisitEvent):
    type: Literal["product_search"] = "product_search"
    query: ShortText
    result_count: Annotated[int, Field(ge=0, le=10**9)]


class SearchClicked(_VisitEvent):
    type: Literal["search_click"] = "search_click"
    query: ShortText
    product_id: UUID
    position: Annotated[int, Field(ge=1, le=10**6)]


class AddedToCart(_VisitEvent):
    type: Literal["add_to_cart"] = "add_to_cart"
    product_id: UUID
    variant_id: UUID
    quantity: Annotated[int, Field(ge=1, le=999)]


class CheckoutStarted(_VisitEvent):
    type: Literal["checkout_started"] = "checkout_started"
    item_count: Annotated[int, Field(ge=1, le=10**6)]


VisitEvent = Annotated[
    ProductViewed | ProductSearched | SearchClicked | AddedToCart | CheckoutStarted,
    Field(discriminator="type"),
]


class EventBatch(StrictSchema):
    events: Annotated[list[VisitEvent], Field(min_length=1, max_length=500)]


class HistoricEvents(StrictSchema):
    """Visits of the past from ``source``; an event id known already is skipped.

    Every event needs ``occurred_at``, in 2000 or later and not in the future.
    """

    source: SourceName
    events: Annotated[list[VisitEvent], Field(min_length=1, max_length=2000)]


class Accepted(Schema):
    accepted: int


class PurchaseLine(StrictSchema):
    """A line of ``order.paid`` on the topic ``orders`` and of an imported sale."""

    product_id: UUID | None = None
    variant_id: UUID | None = None
    sku: ShortText
    title: ShortText
    quantity: Annotated[int, Field(ge=1, le=10**6)]
    unit_price: Amount


class Purchase(StrictSchema):
    """Payload of the event ``order.paid``: one paid order.

    A sale imported from elsewhere has its own ``source``; ``kind`` ``refund`` takes its lines'
    value off (quantities and amounts are positive in both kinds). ``session_id`` is the visit it
    ended, where that is known; a purchase without one counts as a visit of its own that bought.
    """

    order_id: UUID
    order_number: Annotated[str, Field(max_length=60, pattern=r"^[^\x00]*$")]
    kind: Literal["purchase", "refund"] = "purchase"
    source: SourceName = "store"
    session_id: UUID | None = None
    customer_key: Annotated[
        str | None, Field(max_length=100, description="pseudonymous, for repeat purchases")
    ] = None
    country: Annotated[str | None, Field(max_length=80)] = None
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    shipping: Amount = 0
    tax: Amount = 0
    discount: Amount = 0
    total: Amount
    paid_at: AwareDatetime
    lines: Annotated[list[PurchaseLine], Field(min_length=1, max_length=5000)]


class SalesImport(StrictSchema):
    """Historic sales; importing an ``order_id`` again replaces it."""

    sales: Annotated[list[Purchase], Field(min_length=1, max_length=500)]


class Kpis(Schema):
    """Figures of a time. A visit is one session on one day (UTC)."""

    revenue: MoneySchema = Field(description="totals of purchases less totals of refunds")
    orders: int = Field(description="purchases; a refund takes none away")
    average_order: MoneySchema = Field(description="totals of purchases / orders, before refunds")
    visits: int
    conversion: float = Field(description="visits with a purchase / visits, 0–1; 0 without visits")


class DailyFigures(Schema):
    day: date
    revenue: int = Field(
        description="minor units; returns of imported sales are off, refunds of orders not"
    )
    orders: int
    visits: int


class ProductFigures(Schema):
    product_id: UUID | None = None
    sku: str | None = None
    title: str
    units: int = Field(description="sold less given back")
    revenue: int = Field(description="minor units: lines sold less lines given back")


class PopularProduct(Schema):
    product_id: UUID
    title: str
    score: float = Field(description="views, carts and purchases, decayed with age")
    views: int
    purchases: int


class TrendingSearch(Schema):
    query: str
    searches: int
    growth: float = Field(description="searches per day against the time before; 1 = unchanged")
    zero_results: bool


class ZeroResultSearch(Schema):
    """A query that found nothing: what people want and the shop does not name or sell."""

    query: str
    searches: int = Field(description="searches with this query")
    zero_results: int = Field(description="how many of them found nothing")


class BoughtTogether(Schema):
    product_id: UUID
    title: str
    orders: int = Field(description="orders with both products")
    score: float = Field(description="cosine: orders with both / √(orders of one x of the other)")


class FunnelStep(Schema):
    """Visits that came at least as far as ``step``; ``purchase`` counts visits that bought."""

    step: Literal["visit", "product_view", "add_to_cart", "checkout_started", "purchase"]
    visits: int


class Freshness(Schema):
    last_event_at: datetime | None = None
    aggregated_until: datetime | None = None
    includes_demo_data: bool = False


class Dashboard(Schema):
    """Figures of ``start`` ≤ day ≤ ``end`` and of the equally long time before."""

    start: date
    end: date
    currency: str
    kpis: Kpis
    previous: Kpis
    daily: list[DailyFigures]
    top_products: list[ProductFigures]
    funnel: list[FunnelStep]
    trending_searches: list[TrendingSearch]
    freshness: Freshness


class AnalyticsClient:
    def __init__(self, http: ServiceHttp) -> None:
        self._http = http

    async def send(self, events: list[Any]) -> Accepted:
        """``events``: objects of the VisitEvent classes."""
        body = {"events": [event.model_dump(mode="json") for event in events]}
        return Accepted.model_validate(await self._http.request("POST", "/events", json=body))

    async def import_sales(self, sales: SalesImport) -> Accepted:
        answer = await self._http.request(
            "PUT", "/internal/sales", json=sales.model_dump(mode="json")
        )
        return Accepted.model_validate(answer)

    async def import_events(self, events: HistoricEvents) -> Accepted:
        answer = await self._http.request(
            "PUT", "/internal/events", json=events.model_dump(mode="json")
        )
        return Accepted.model_validate(answer)

    async def dashboard(
        self, start: date, end: date, *, source: str | None = None, currency: str | None = None
    ) -> Dashboard:
        answer = await self._http.request(
            "GET",
            "/dashboard",
            params={
                "start": start.isoformat(),
                "end": end.isoformat(),
                "source": source,
                "currency": currency,
            },
        )
        return Dashboard.model_validate(answer)

    async def popular(self, *, limit: int = 12) -> list[PopularProduct]:
        rows = await self._http.request("GET", "/products/popular", params={"limit": limit})
        return [PopularProduct.model_validate(row) for row in rows]

    async def trending(self, *, limit: int = 10) -> list[TrendingSearch]:
        rows = await self._http.request("GET", "/search/trending", params={"limit": limit})
        return [TrendingSearch.model_validate(row) for row in rows]

    async def zero_results(
        self, start: date, end: date, *, limit: int = 20
    ) -> list[ZeroResultSearch]:
        params = {"start": start.isoformat(), "end": end.isoformat(), "limit": limit}
        rows = await self._http.request("GET", "/search/zero-results", params=params)
        return [ZeroResultSearch.model_validate(row) for row in rows]

    async def bought_together(
        self, product_id: UUID | str, *, limit: int = 6
    ) -> list[BoughtTogether]:
        rows = await self._http.request(
            "GET", f"/products/{product_id}/bought-together", params={"limit": limit}
        )
        return [BoughtTogether.model_validate(row) for row in rows]
