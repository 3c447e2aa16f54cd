"""What cart says to others: carts, checkout, orders."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    AwareDatetime,
    ConfigDict,
    EmailStr,
    Field,
    model_validator,
)

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
RefundState = Literal["pending", "succeeded", "failed"]
# What is printed on a parcel holds no control characters (nor does PostgreSQL store all).
Printable = r"^[^\x00-\x1f\x7f]*$"
CART_TOKEN_HEADER = "X-Cart-Token"  # noqa: S105 - a header's name
CouponKind = Literal["percentage", "amount", "free_shipping"]
_YEARS = range(2000, 2200)


def _plausible(moment: datetime) -> datetime:
    if moment.year not in _YEARS:
        raise ValueError("the year is 2000 to 2199")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_plausible)]


def _zero_like(field: str) -> Any:
    """Default of an amount: nothing, in the currency of the validated ``field``."""

    def zero(data: dict[str, Any]) -> MoneySchema:
        return MoneySchema(amount=0, currency=data[field].currency)

    return Field(default_factory=zero)


class AddItemRequest(StrictSchema):
    variant_id: UUID
    quantity: Quantity = 1


class ChangeItemRequest(StrictSchema):
    quantity: Quantity


class MergeRequest(StrictSchema):
    cart_token: Annotated[str, Field(min_length=20, max_length=100)]


class ApplyCouponRequest(StrictSchema):
    code: Annotated[
        str, Field(min_length=1, max_length=60, pattern=Printable, examples=["WELCOME10"])
    ]


class LineProblem(Schema):
    """Why a line can't be bought as it is.

    ``old_price`` and ``new_price`` come with ``price_changed`` (``POST /cart/accept-prices`` or a
    new quantity accepts it), ``available`` with ``insufficient_stock``.
    """

    code: Literal["gone", "insufficient_stock", "price_changed"]
    detail: str
    old_price: MoneySchema | None = None
    new_price: MoneySchema | None = None
    available: int | None = None


class CouponProblem(Schema):
    """Why a coupon takes nothing off; ``required`` comes with ``coupon_below_minimum``."""

    code: Literal[
        "coupon_gone",
        "coupon_inactive",
        "coupon_not_started",
        "coupon_expired",
        "coupon_used_up",
        "coupon_used_by_you",
        "coupon_below_minimum",
    ]
    detail: str
    required: MoneySchema | None = Field(None, description="smallest subtotal it is valid for")


class CartCoupon(Schema):
    """The coupon a shopper entered. With a ``problem`` it does not count, and a checkout is
    refused with the problem's code until the coupon is removed or valid again."""

    code: str
    description: str = ""
    kind: CouponKind | None = Field(None, description="null when there is no such coupon any more")
    problem: CouponProblem | None = None


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
    coupon: CartCoupon | None = None
    discount: MoneySchema = _zero_like("subtotal")
    live: bool = True


class Country(Schema):
    """A country the store ships to."""

    code: str = Field(examples=["DE"])
    name: str = Field(examples=["Germany"])
    tax_included: bool = Field(description="whether the shop's prices contain the country's tax")


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
    """``cart_version`` is the version the shopper saw; another one is a 409.

    ``seen_total`` is the total the shopper saw, in minor units: the server computes every price,
    and refuses (409 ``total_changed``) when it comes to another one. ``session_id`` is the
    anonymous visit, as in the events of analytics.
    """

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

    cart_version: Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)]
    shipping_method: Annotated[str, Field(max_length=40)]
    shipping_address: Address
    email: EmailStr
    seen_total: Annotated[int | None, Field(ge=0, le=10**12, strict=True)] = None
    session_id: UUID | None = None


class OrderLine(Schema):
    """``discount`` is the line's part of the order's discount; the parts add up to it exactly."""

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
    discount: MoneySchema = _zero_like("unit_price")


class OrderCoupon(Schema):
    """The coupon of an order as it was when it was ordered."""

    code: str
    kind: CouponKind
    value: int
    description: str


class OrderEvent(Schema):
    status: OrderStatus
    at: datetime


class FulfilRequest(StrictSchema):
    """How the parcel travels."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "carrier": "DHL",
                    "tracking_number": "00340434161094022115",
                    "tracking_url": "https://www.dhl.de/sendung?id=00340434161094022115",
                }
            ]
        }
    )

    carrier: Annotated[str, Field(min_length=1, max_length=80, pattern=Printable)]
    tracking_number: Annotated[str, Field(min_length=1, max_length=100, pattern=Printable)]
    tracking_url: Annotated[AnyHttpUrl | None, Field(max_length=500)] = None


class Shipment(Schema):
    carrier: str
    tracking_number: str
    tracking_url: str | None = None
    shipped_at: datetime


class RefundLineRequest(StrictSchema):
    variant_id: UUID
    quantity: Quantity


class RefundOrderRequest(StrictSchema):
    """One of: everything that is left (``full``), lines and/or the shipping, or a free
    ``amount``. ``restock`` puts the refunded goods back into stock."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "lines": [
                        {"variant_id": "0198c2f4-7a52-7c3e-9f0a-6f1f6d5f2a11", "quantity": 1}
                    ],
                    "restock": True,
                    "reason": "returned unopened",
                },
                {"full": True, "restock": False, "reason": "lost on the way"},
                {"amount": 500, "reason": "a scratch on the lid"},
            ]
        }
    )

    full: bool = Field(False, strict=True)
    lines: Annotated[list[RefundLineRequest], Field(max_length=100)] = Field(default_factory=list)
    shipping: bool = Field(False, strict=True, description="also what the delivery cost")
    amount: Annotated[
        int | None, Field(gt=0, le=99_999_999, strict=True, description="minor units")
    ] = None
    restock: bool = Field(False, strict=True)
    reason: Annotated[str, Field(min_length=1, max_length=200, pattern=Printable)]

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = (self.full, bool(self.lines) or self.shipping, self.amount is not None)
        if sum(kinds) != 1:
            raise ValueError("send one of: full, lines and/or shipping, amount")
        if self.restock and not (self.full or self.lines):
            raise ValueError("only lines can be put back into stock: send lines or full")
        if len({line.variant_id for line in self.lines}) != len(self.lines):
            raise ValueError("name each variant once")
        return self


class RefundLine(Schema):
    variant_id: UUID
    quantity: int
    amount: MoneySchema


class RefundView(Schema):
    """``pending`` until the payment provider has answered. ``full``: nothing was left after it.
    ``restocked_at``: when its goods were back in stock. ``failure``: for merchants."""

    id: UUID
    order_id: UUID
    state: RefundState
    amount: MoneySchema
    lines: list[RefundLine]
    shipping: MoneySchema
    full: bool
    restock: bool
    restocked_at: datetime | None = None
    reason: str
    requested_by: Literal["merchant", "customer", "store"]
    failure: str | None = None
    created_at: datetime
    settled_at: datetime | None = None


class OrderAlarm(Schema):
    """Something about an order's money that a person has to look at."""

    code: str = Field(examples=["payment_differs"])
    detail: str
    at: datetime


class OrderSummary(Schema):
    id: UUID
    number: str = Field(examples=["M-100042"])
    status: OrderStatus
    total: MoneySchema
    item_count: int
    image_url: str | None = None
    created_at: datetime


class MerchantOrderSummary(OrderSummary):
    """An order in the merchants' list."""

    email: str
    customer_name: str
    country: str
    refunded: MoneySchema = Field(description="given back or on its way back")
    alarmed: bool


class OrderCounts(Schema):
    """How many orders are in which state; states nobody is in are 0."""

    by_status: dict[OrderStatus, int]
    total: int
    to_fulfil: int = Field(description="paid and waiting for a parcel")
    alarmed: int


class OrderView(Schema):
    """``refunded`` is what was given back or is on its way back. ``user_id``, ``alarms`` and the
    refunds' ``failure`` are for merchants; others get null and nothing."""

    id: UUID
    number: str
    status: OrderStatus
    lines: list[OrderLine]
    totals: Totals
    coupon: OrderCoupon | None = None
    shipping_method: str
    shipping_address: Address
    email: str
    payment_id: UUID | None = None
    expires_at: datetime | None = Field(None, description="when an unpaid order is cancelled")
    timeline: list[OrderEvent]
    shipment: Shipment | None = None
    refunds: list[RefundView] = Field(default_factory=list)
    refunded: MoneySchema
    refundable: MoneySchema = Field(description="what of the payment is left to give back")
    cancellable: bool = Field(False, description="the customer may still cancel it")
    user_id: UUID | None = None
    alarms: list[OrderAlarm] = Field(default_factory=list)
    created_at: datetime


class PurchaseCheck(Schema):
    purchased: bool


class CustomerExport(Schema):
    """Everything cart keeps about a customer."""

    cart: CartView | None = None
    orders: list[OrderView]


class CouponRequest(StrictSchema):
    """``value``: per cent (1 to 100) of ``percentage``, minor units of ``amount``, 0 of
    ``free_shipping``, which makes standard shipping cost nothing. Limits count orders that are not
    rejected or cancelled. Letters of ``code`` count as capitals."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "WELCOME10",
                    "kind": "percentage",
                    "value": 10,
                    "description": "10 % off your first order",
                    "min_subtotal": 2000,
                    "max_uses_per_customer": 1,
                }
            ]
        }
    )

    code: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{3,40}$", examples=["WELCOME10"])]
    kind: CouponKind
    value: Annotated[int, Field(ge=0, le=99_999_999, strict=True)] = 0
    description: Annotated[str, Field(max_length=200, pattern=Printable)] = ""
    min_subtotal: Annotated[int, Field(ge=0, le=99_999_999, strict=True)] = 0
    starts_at: Moment | None = None
    ends_at: Moment | None = Field(None, description="the coupon is valid before this moment")
    active: Annotated[bool, Field(strict=True)] = True
    max_uses: Annotated[int | None, Field(ge=1, le=10**9, strict=True)] = None
    max_uses_per_customer: Annotated[int | None, Field(ge=1, le=10**6, strict=True)] = None

    @model_validator(mode="after")
    def _make_sense(self) -> Self:
        if self.kind == "percentage" and not 1 <= self.value <= 100:
            raise ValueError("value of a percentage is 1 to 100")
        if self.kind == "amount" and self.value < 1:
            raise ValueError("value of an amount is at least 1 minor unit")
        if self.kind == "free_shipping" and self.value != 0:
            raise ValueError("free_shipping has no value")
        if self.starts_at and self.ends_at and self.starts_at >= self.ends_at:
            raise ValueError("starts_at is before ends_at")
        return self


class Coupon(Schema):
    """A coupon as merchants see it; ``uses`` counts orders not rejected or cancelled."""

    id: UUID
    code: str
    kind: CouponKind
    value: int
    description: str
    min_subtotal: int
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    active: bool
    max_uses: int | None = None
    max_uses_per_customer: int | None = None
    uses: int
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

    async def accept_prices(self, cart_token: str | None = None) -> CartView:
        """Accept every changed price; gone and short lines stay as they are."""
        answer = await self._http.request("POST", "/accept-prices", headers=_token(cart_token))
        return CartView.model_validate(answer)

    async def apply_coupon(self, code: str, cart_token: str | None = None) -> CartView:
        """Put a coupon on the cart in place of another.

        Raises:
            RemoteProblem: 404 ``unknown_coupon``; 409 ``cart_empty`` or a code of
                ``CouponProblem``.
        """
        answer = await self._http.request(
            "PUT", "/coupon", json={"code": code}, headers=_token(cart_token)
        )
        return CartView.model_validate(answer)

    async def remove_coupon(self, cart_token: str | None = None) -> CartView:
        answer = await self._http.request("DELETE", "/coupon", headers=_token(cart_token))
        return CartView.model_validate(answer)

    async def countries(self) -> list[Country]:
        """Where the store ships to, by name."""
        return [
            Country.model_validate(row) for row in await self._http.request("GET", "/countries")
        ]

    async def shipping_methods(
        self, country: str, cart_token: str | None = None
    ) -> list[ShippingMethod]:
        rows = await self._http.request(
            "GET", "/shipping-methods", params={"country": country}, headers=_token(cart_token)
        )
        return [ShippingMethod.model_validate(row) for row in rows]

    async def quote(
        self, country: str, shipping_method: str, cart_token: str | None = None
    ) -> Totals:
        answer = await self._http.request(
            "GET",
            "/quote",
            params={"country": country, "shipping_method": shipping_method},
            headers=_token(cart_token),
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
        self,
        *,
        status: OrderStatus | None = None,
        number: str | None = None,
        email: str | None = None,
        created_from: date | None = None,
        created_to: date | None = None,
        alarmed: bool | None = None,
        cursor: str | None = None,
        limit: int = 20,
    ) -> Page[MerchantOrderSummary]:
        """Everybody's orders, for merchants. ``number`` and ``email`` may be the beginning of
        one; days are whole days of UTC."""
        wanted = {
            "status": status,
            "number": number,
            "email": email,
            "created_from": created_from,
            "created_to": created_to,
            "alarmed": alarmed,
            "cursor": cursor,
            "limit": limit,
        }
        params = {name: str(value) for name, value in wanted.items() if value is not None}
        answer = await self._http.request("GET", "/orders/all", params=params)
        return Page[MerchantOrderSummary].model_validate(answer)

    async def order_counts(self) -> OrderCounts:
        """For merchants."""
        return OrderCounts.model_validate(await self._http.request("GET", "/orders/summary"))

    async def fulfil(self, order_id: UUID | str, request: FulfilRequest) -> OrderView:
        """The parcel is on its way; for merchants. Repeating it changes nothing."""
        answer = await self._http.request(
            "POST", f"/orders/{order_id}/fulfil", json=request.model_dump(mode="json")
        )
        return OrderView.model_validate(answer)

    async def complete(self, order_id: UUID | str) -> OrderView:
        """The parcel has arrived; for merchants."""
        return OrderView.model_validate(
            await self._http.request("POST", f"/orders/{order_id}/complete")
        )

    async def refund(
        self, order_id: UUID | str, request: RefundOrderRequest, idempotency_key: str
    ) -> RefundView:
        """Give money back, once per key; for merchants."""
        answer = await self._http.request(
            "POST",
            f"/orders/{order_id}/refunds",
            json=request.model_dump(mode="json"),
            headers={"Idempotency-Key": idempotency_key},
        )
        return RefundView.model_validate(answer)

    async def has_purchased(self, user_id: UUID, product_id: UUID) -> bool:
        """Has the customer paid for the product and not got all the money back? Products only."""
        answer = await self._http.request("GET", f"/internal/purchases/{user_id}/{product_id}")
        return PurchaseCheck.model_validate(answer).purchased

    async def export_customer(self, user_id: UUID) -> CustomerExport:
        """Everything cart keeps about a customer; auth only."""
        answer = await self._http.request("GET", f"/internal/customers/{user_id}")
        return CustomerExport.model_validate(answer)

    async def cancel(self, order_id: UUID | str) -> OrderView:
        """Give an order up that was not shipped; what was paid is refunded."""
        return OrderView.model_validate(
            await self._http.request("POST", f"/orders/{order_id}/cancel")
        )

    async def coupons(self, *, cursor: str | None = None, limit: int = 20) -> Page[Coupon]:
        """All coupons, newest first, for merchants."""
        answer = await self._http.request(
            "GET", "/coupons", params={"cursor": cursor, "limit": limit}
        )
        return Page[Coupon].model_validate(answer)

    async def coupon(self, coupon_id: UUID | str) -> Coupon:
        return Coupon.model_validate(await self._http.request("GET", f"/coupons/{coupon_id}"))

    async def create_coupon(self, request: CouponRequest) -> Coupon:
        """Raises ``RemoteProblem`` 409 ``coupon_code_taken``."""
        answer = await self._http.request("POST", "/coupons", json=request.model_dump(mode="json"))
        return Coupon.model_validate(answer)

    async def change_coupon(self, coupon_id: UUID | str, request: CouponRequest) -> Coupon:
        """Raises ``RemoteProblem`` 409 ``coupon_in_use`` when code, kind or value of a coupon
        would change that has been used."""
        answer = await self._http.request(
            "PUT", f"/coupons/{coupon_id}", json=request.model_dump(mode="json")
        )
        return Coupon.model_validate(answer)

    async def delete_coupon(self, coupon_id: UUID | str) -> None:
        """A coupon that has been used is kept, but not active any more."""
        await self._http.request("DELETE", f"/coupons/{coupon_id}")


def _token(cart_token: str | None) -> dict[str, Any]:
    return {CART_TOKEN_HEADER: cart_token} if cart_token else {}
