"""Kinds of values."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    Field,
)

from deployments.shared.schemas import MoneySchema

Quantity = Annotated[int, Field(ge=1, le=999, strict=True, examples=[2])]
# What is printed on a parcel holds no control characters (nor does PostgreSQL store all).
Printable = r"^[^\x00-\x1f\x7f]*$"
CouponKind = Literal["percentage", "amount", "free_shipping"]
_YEARS = range(2000, 2200)


def _plausible(moment: datetime) -> datetime:
    if moment.year not in _YEARS:
        raise ValueError("the year is 2000 to 2199")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_plausible)]


def zero_like(field: str) -> Any:
    """Default of an amount: nothing, in the currency of the validated ``field``."""

    def zero(data: dict[str, Any]) -> MoneySchema:
        return MoneySchema(amount=0, currency=data[field].currency)

    return Field(default_factory=zero)
