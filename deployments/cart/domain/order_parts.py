"""What an order is made of: values that never change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from deployments.cart.domain.coupon import Coupon
from deployments.cart.domain.order_states import Status
from deployments.cart.domain.priced_cart import PricedLine
from deployments.shared.money import Money


@dataclass(frozen=True, slots=True)
class OrderLine:
    """What was bought at which price; never changes with the catalogue.

    ``discount`` is the line's part of the order's; the parts add up to it exactly.
    """

    variant_id: UUID
    product_id: UUID
    slug: str
    title: str
    sku: str
    options: Mapping[str, str]
    image_url: str | None
    quantity: int
    unit_price: Money
    discount: Money

    @classmethod
    def of(cls, line: PricedLine, discount: Money) -> OrderLine:
        source = line.offer or line.item
        return cls(
            source.variant_id,
            source.product_id,
            source.slug,
            source.title,
            source.sku,
            source.options,
            source.image_url,
            line.item.quantity,
            line.unit_price,
            discount,
        )

    @property
    def line_total(self) -> Money:
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    status: Status
    at: datetime


@dataclass(frozen=True, slots=True)
class Parcel:
    carrier: str
    tracking_number: str
    tracking_url: str | None


@dataclass(frozen=True, slots=True)
class Shipment:
    parcel: Parcel
    shipped_at: datetime


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something about the order's money that a person has to look at."""

    code: str
    detail: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderCoupon:
    """The coupon that took something off, as it was at the checkout."""

    code: str
    kind: str
    value: int
    description: str

    @classmethod
    def of(cls, coupon: Coupon) -> OrderCoupon:
        terms = coupon.terms
        return cls(terms.code, terms.kind.value, terms.value, terms.description)


@dataclass(frozen=True, slots=True)
class Placement:
    """What the shopper sent with a checkout; key and hash make a repeat recognisable.

    ``session_id`` is the anonymous visit the order ends.
    """

    user_id: UUID
    email: str
    shipping_method: str
    shipping_address: Mapping[str, str]
    idempotency_key: str
    request_hash: str
    session_id: UUID | None = None
