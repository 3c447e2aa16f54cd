"""Orders, parcels and refunds."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import (
    AnyHttpUrl,
    ConfigDict,
    Field,
    model_validator,
)

from deployments.cart.contract.carts import Address, CartView, Totals
from deployments.cart.contract.fields import CouponKind, Printable, Quantity, zero_like
from deployments.shared.schemas import MoneySchema, Schema, StrictSchema

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
    discount: MoneySchema = zero_like("unit_price")


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
