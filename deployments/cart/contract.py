"""What cart says to others: carts, checkout, orders."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, EmailStr, Field

from deployments.shared.http_client import ServiceHttp
from deployments.shared.pagination import Page
from deployments.shared.schemas import MoneySchema, Schema, StrictSchema

Quantity = Annotated[int, Field(ge=1, le=999, strict=True, examples=[2])]
OrderStatus = Literal[
    "created",
    "reserved",
    "payment_pending",
    "paid",
    "stock_committed",
    "fulfilled",
    "completed",
    "rejected",
    "cancelling",
    "cancelled",
    "refunding",
    "refunded",
]
# What is printed on a parcel holds no control characters (nor does PostgreSQL store all).
Printable = r"^[^\x00-\x1f\x7f]*$"
CART_TOKEN_HEADER = "X-Cart-Token"  # noqa: S105 - a header's name


class AddItemRequest(StrictSchema):
    variant_id: UUID
    quantity: Quantity = 1


class ChangeItemRequest(StrictSchema):
    quantity: Quantity


class MergeRequest(StrictSchema):
    cart_token: Annotated[str, Field(min_length=20, max_length=100)]


class LineProblem(Schema):
    """Why a line can't be bought as it is."""

    code: Literal["gone", "insufficient_stock", "price_changed"]
    detail: str


class CartItem(Schema):
    id: UUID
    variant_id: UUID
    product_id: UUID
    slug: str
    title: str
    sku: str
    options: dict[str, str]
    image_url: str | None = None
    quantity: int
    unit_price: MoneySchema
    line_total: MoneySchema
    available: int | None = Field(description="null while products does not answer")
    problems: list[LineProblem] = Field(default_factory=list)


class CartView(Schema):
    """``token`` names a guest's cart: send it back as ``X-Cart-Token``; null when signed in.

    ``live`` is false while products does not answer: prices are those remembered from when each
    item was chosen, and stock is not known.
    """

    id: UUID | None = None
    version: int = 0
    token: str | None = None
    items: list[CartItem] = Field(default_factory=list)
    item_count: int = 0
    subtotal: MoneySchema
    live: bool = True


class ShippingMethod(Schema):
    code: str
    name: str
    description: str
    price: MoneySchema


class Totals(Schema):
    """total = subtotal + shipping + tax − discount; ``tax_included`` says tax is inside prices."""

    subtotal: MoneySchema
    shipping: MoneySchema
    tax: MoneySchema = Field(description="tax added on top; zero where prices include it")
    discount: MoneySchema
    total: MoneySchema
    included_tax: MoneySchema = Field(description="tax contained in the total, for information")


class Address(StrictSchema):
    name: Annotated[str, Field(min_length=1, max_length=120, pattern=Printable)]
    line1: Annotated[str, Field(min_length=1, max_length=200, pattern=Printable)]
    line2: Annotated[str, Field(max_length=200, pattern=Printable)] = ""
    city: Annotated[str, Field(min_length=1, max_length=120, pattern=Printable)]
    postal_code: Annotated[str, Field(min_length=1, max_length=20, pattern=Printable)]
    region: Annotated[str, Field(max_length=120, pattern=Printable)] = ""
    country: Annotated[str, Field(pattern="^[A-Z]{2}$", examples=["DE"])]


class CheckoutRequest(StrictSchema):
    """``cart_version`` is the version the shopper saw; another one is a 409."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "cart_version": 3,
                    "shipping_method": "standard",
                    "shipping_address": {
                        "name": "Ada Lovelace",
                        "line1": "Torstraße 1",
                        "city": "Berlin",
                        "postal_code": "10119",
                        "country": "DE",
                    },
                    "email": "ada@example.com",
                }
            ]
        }
    )

    cart_version: Annotated[int, Field(ge=0)]
    shipping_method: Annotated[str, Field(max_length=40)]
    shipping_address: Address
    email: EmailStr


class OrderLine(Schema):
    variant_id: UUID
    product_id: UUID
    slug: str
    title: str
    sku: str
    options: dict[str, str]
    image_url: str | None = None
    quantity: int
    unit_price: MoneySchema
    line_total: MoneySchema


class OrderEvent(Schema):
    status: OrderStatus
    at: datetime


class OrderSummary(Schema):
    id: UUID
    number: str = Field(examples=["M-100042"])
    status: OrderStatus
    total: MoneySchema
    item_count: int
    image_url: str | None = None
    created_at: datetime


class OrderView(Schema):
    id: UUID
    number: str
    status: OrderStatus
    lines: list[OrderLine]
    totals: Totals
    shipping_method: str
    shipping_address: Address
    email: str
    payment_id: UUID | None = None
    expires_at: datetime | None = Field(None, description="when an unpaid order is cancelled")
    timeline: list[OrderEvent]
    created_at: datetime


class CartClient:
    """Cart as the store calls it; ``headers`` carry the guest's cart token."""

    def __init__(self, http: ServiceHttp) -> None:
        self._http = http

    async def get(self, cart_token: str | None = None) -> CartView:
        return CartView.model_validate(
            await self._http.request("GET", "", headers=_token(cart_token))
        )

    async def add(
        self, variant_id: UUID | str, quantity: int, cart_token: str | None = None
    ) -> CartView:
        body = {"variant_id": str(variant_id), "quantity": quantity}
        answer = await self._http.request("POST", "/add", json=body, headers=_token(cart_token))
        return CartView.model_validate(answer)

    async def change(
        self, item_id: UUID | str, quantity: int, cart_token: str | None = None
    ) -> CartView:
        answer = await self._http.request(
            "PUT", f"/items/{item_id}", json={"quantity": quantity}, headers=_token(cart_token)
        )
        return CartView.model_validate(answer)

    async def remove(self, item_id: UUID | str, cart_token: str | None = None) -> CartView:
        answer = await self._http.request(
            "DELETE", f"/remove/{item_id}", headers=_token(cart_token)
        )
        return CartView.model_validate(answer)

    async def merge(self, cart_token: str) -> CartView:
        """Move a guest's cart into the signed-in user's."""
        answer = await self._http.request("POST", "/merge", json={"cart_token": cart_token})
        return CartView.model_validate(answer)

    async def shipping_methods(
        self, country: str, cart_token: str | None = None
    ) -> list[ShippingMethod]:
        rows = await self._http.request(
            "GET", "/shipping-methods", params={"country": country}, headers=_token(cart_token)
        )
        return [ShippingMethod.model_validate(row) for row in rows]

    async def quote(self, country: str, shipping_method: str) -> Totals:
        answer = await self._http.request(
            "GET", "/quote", params={"country": country, "shipping_method": shipping_method}
        )
        return Totals.model_validate(answer)

    async def checkout(self, request: CheckoutRequest, idempotency_key: str) -> OrderView:
        answer = await self._http.request(
            "POST",
            "/checkout",
            json=request.model_dump(mode="json"),
            headers={"Idempotency-Key": idempotency_key},
        )
        return OrderView.model_validate(answer)

    async def orders(self, *, cursor: str | None = None, limit: int = 20) -> Page[OrderSummary]:
        answer = await self._http.request(
            "GET", "/orders", params={"cursor": cursor, "limit": limit}
        )
        return Page[OrderSummary].model_validate(answer)

    async def order(self, order_id: UUID | str) -> OrderView:
        return OrderView.model_validate(await self._http.request("GET", f"/orders/{order_id}"))

    async def all_orders(
        self, *, status: OrderStatus | None = None, cursor: str | None = None, limit: int = 20
    ) -> Page[OrderSummary]:
        """Everybody's orders, for merchants."""
        answer = await self._http.request(
            "GET", "/orders/all", params={"status": status, "cursor": cursor, "limit": limit}
        )
        return Page[OrderSummary].model_validate(answer)

    async def cancel(self, order_id: UUID | str) -> OrderView:
        return OrderView.model_validate(
            await self._http.request("POST", f"/orders/{order_id}/cancel")
        )


def _token(cart_token: str | None) -> dict[str, Any]:
    return {CART_TOKEN_HEADER: cart_token} if cart_token else {}
