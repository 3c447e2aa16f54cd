"""Carts, checkout and what delivery costs."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import (
    ConfigDict,
    EmailStr,
    Field,
)

from deployments.cart.contract.fields import CouponKind, Printable, Quantity, zero_like
from deployments.shared.schemas import MoneySchema, Schema, StrictSchema

CART_TOKEN_HEADER = "X-Cart-Token"  # noqa: S105 - a header's name


class AddItemRequest(StrictSchema):
    variant_id: UUID
    quantity: Quantity = 1


class ChangeItemRequest(StrictSchema):
    quantity: Quantity


class MergeRequest(StrictSchema):
    cart_token: Annotated[str, Field(min_length=20, max_length=100)]


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
    discount: MoneySchema = zero_like("subtotal")
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
