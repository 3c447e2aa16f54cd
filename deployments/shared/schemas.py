"""Building blocks of request and response bodies."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from deployments.shared.money import Money


class Schema(BaseModel):
    """A response body, also readable from attributes of a domain object."""

    model_config = ConfigDict(from_attributes=True)


class StrictSchema(BaseModel):
    """A request body: an unknown field is an error (422), never ignored."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class MoneySchema(Schema):
    """Money on the wire: integer minor units and an ISO 4217 code."""

    amount: Annotated[int, Field(examples=[2490], description="minor units (cents)")]
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$", examples=["EUR"])]

    def to_money(self) -> Money:
        return Money(self.amount, self.currency)

    @classmethod
    def of(cls, money: Money) -> MoneySchema:
        return cls(amount=money.amount, currency=money.currency)


class Problem(Schema):
    """RFC 9457 problem detail, the body of every error."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str | None = None


# A model here would be read anew for every route and status, 5 ms a route at each start; the
# readiness check of each service brings the model into its document.
PROBLEM: dict[str, Any] = {
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
}
