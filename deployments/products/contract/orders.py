"""What the cart needs: snapshots, reservations, restocks."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from deployments.shared.schemas import MoneySchema, Schema, StrictSchema

Quantity = Annotated[int, Field(ge=1, le=999, strict=True)]


class VariantSnapshot(Schema):
    """A variant as the cart needs it: price and stock of this moment."""

    variant_id: UUID
    product_id: UUID
    slug: str
    title: str
    sku: str
    options: dict[str, str]
    price: MoneySchema
    available: int
    published: bool
    image_url: str | None = None
    category_path: str | None = None


class ReservationLine(StrictSchema):
    variant_id: UUID
    quantity: Quantity


class RestockRequest(StrictSchema):
    """What a refund puts back on sale."""

    order_id: UUID
    lines: Annotated[list[ReservationLine], Field(min_length=1, max_length=200)]


class Restock(Schema):
    refund_id: UUID
    order_id: UUID


class SnapshotRequest(StrictSchema):
    variant_ids: Annotated[list[UUID], Field(min_length=1, max_length=200)]


class ReservationRequest(StrictSchema):
    order_id: UUID
    lines: Annotated[list[ReservationLine], Field(min_length=1, max_length=200)]


class Reservation(Schema):
    order_id: UUID
    state: Literal["held", "committed", "released"]
