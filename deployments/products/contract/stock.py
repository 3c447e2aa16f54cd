"""Stock: adjustments, levels, movements."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from deployments.shared.schemas import Schema, StrictSchema

OnHand = Annotated[int, Field(ge=0, le=1_000_000, strict=True)]
Reason = Annotated[str, Field(min_length=1, max_length=200, examples=["damaged in store"])]


class StockAdjustment(StrictSchema):
    """``delta`` units more on hand, or fewer when negative."""

    delta: Annotated[int, Field(ge=-1_000_000, le=1_000_000, strict=True, examples=[-2])]
    reason: Reason


class StockCount(StrictSchema):
    """A stock-take: ``on_hand`` were counted where the books said ``expected``."""

    on_hand: OnHand
    expected: OnHand
    reason: Reason = "stock-take"


class LowStockThreshold(StrictSchema):
    low_stock_at: Annotated[
        int | None, Field(ge=0, le=1_000_000, strict=True, description="null: the shop's own")
    ]


class StockLevel(Schema):
    variant_id: UUID
    on_hand: int
    reserved: int
    available: int
    low_stock_at: int | None = Field(None, description="null: the shop's own threshold holds")


class StockMovement(Schema):
    """One change of what is on hand; ``actor`` is `user:<id>` or `service:<name>`."""

    id: int
    delta: int
    reason: str
    order_id: UUID | None = None
    actor: str
    at: datetime


class LowStock(Schema):
    """A variant to order more of: ``available`` is at or below ``low_stock_at``."""

    product_id: UUID
    slug: str
    title: str
    variant_id: UUID
    sku: str
    options: dict[str, str]
    on_hand: int
    reserved: int
    available: int
    low_stock_at: int = Field(description="its own threshold, or the shop's")
