"""Coupons."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import (
    ConfigDict,
    Field,
    model_validator,
)

from deployments.cart.contract.fields import CouponKind, Moment, Printable
from deployments.shared.schemas import Schema, StrictSchema


class ApplyCouponRequest(StrictSchema):
    code: Annotated[
        str, Field(min_length=1, max_length=60, pattern=Printable, examples=["WELCOME10"])
    ]


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
