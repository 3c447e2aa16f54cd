"""What analytics says to others: the events it takes and the figures it gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from deployments.shared.http_client import ServiceHttp
from deployments.shared.ids import new_id
from deployments.shared.schemas import MoneySchema, Schema, StrictSchema

ShortText = Annotated[str, Field(max_length=300)]


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
    result_count: Annotated[int, Field(ge=0)]


class SearchClicked(_VisitEvent):
    type: Literal["search_click"] = "search_click"
    query: ShortText
    product_id: UUID
    position: Annotated[int, Field(ge=1)]


class AddedToCart(_VisitEvent):
    type: Literal["add_to_cart"] = "add_to_cart"
    product_id: UUID
    variant_id: UUID
    quantity: Annotated[int, Field(ge=1, le=999)]


class CheckoutStarted(_VisitEvent):
    type: Literal["checkout_started"] = "checkout_started"
    item_count: Annotated[int, Field(ge=1)]


VisitEvent = Annotated[
    ProductViewed | ProductSearched | SearchClicked | AddedToCart | CheckoutStarted,
    Field(discriminator="type"),
]


class EventBatch(StrictSchema):
    events: Annotated[list[VisitEvent], Field(min_length=1, max_length=500)]


class HistoricEvents(StrictSchema):
    """Visits of the past from ``source``; an event id known already is skipped."""

    source: Annotated[str, Field(max_length=60, examples=["demo"])]
    events: Annotated[list[VisitEvent], Field(min_length=1, max_length=2000)]


class Accepted(Schema):
    accepted: int


class PurchaseLine(StrictSchema):
    """A line of ``order.paid`` on the topic ``orders`` and of an imported sale."""

    product_id: UUID | None = None
    variant_id: UUID | None = None
    sku: ShortText
    title: ShortText
    quantity: int
    unit_price: Annotated[int, Field(description="minor units")]


class Purchase(StrictSchema):
    """Payload of the event ``order.paid``: one paid order.

    A sale imported from elsewhere has its own ``source``; ``kind`` ``refund`` takes its lines'
    value off (quantities are positive in both kinds).
    """

    order_id: UUID
    order_number: str
    kind: Literal["purchase", "refund"] = "purchase"
    source: Annotated[str, Field(max_length=60)] = "store"
    customer_key: str | None = Field(None, description="pseudonymous, for repeat purchases")
    country: str | None = None
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    shipping: int = 0
    tax: int = 0
    discount: int = 0
    total: int
    paid_at: AwareDatetime
    lines: Annotated[list[PurchaseLine], Field(min_length=1)]


class SalesImport(StrictSchema):
    """Historic sales; importing an ``order_id`` again replaces it."""

    sales: Annotated[list[Purchase], Field(min_length=1, max_length=500)]


class Kpis(Schema):
    revenue: MoneySchema
    orders: int
    average_order: MoneySchema
    visits: int
    conversion: float = Field(description="visits with a purchase / visits, 0–1")


class DailyFigures(Schema):
    day: date
    revenue: int = Field(description="minor units, refunds taken off")
    orders: int
    visits: int


class ProductFigures(Schema):
    product_id: UUID | None = None
    sku: str | None = None
    title: str
    units: int
    revenue: int = Field(description="minor units")


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


class FunnelStep(Schema):
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
