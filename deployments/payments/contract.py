"""What payments says to others."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AnyHttpUrl, Field

from deployments.shared.http_client import ServiceHttp
from deployments.shared.schemas import MoneySchema, Schema, StrictSchema

PaymentStatus = Literal[
    "requires_payment_method", "requires_action", "processing", "succeeded", "cancelled"
]


class CreateIntentRequest(StrictSchema):
    """Only the cart service may send amounts; a shopper sends ``order_id`` alone and gets the
    payment that exists for the order."""

    order_id: UUID
    user_id: UUID | None = None
    amount: Annotated[int | None, Field(gt=0, le=1_000_000_00, description="minor units")] = None
    currency: Annotated[str | None, Field(pattern="^[A-Z]{3}$")] = None
    order_number: Annotated[str | None, Field(max_length=40)] = None


class ConfirmRequest(StrictSchema):
    """``payment_method`` is the id Stripe gave the browser; card numbers never come here."""

    payment_id: UUID
    payment_method: Annotated[str, Field(pattern=r"^pm_[A-Za-z0-9_]+$", max_length=100)]
    return_url: AnyHttpUrl


class PaymentFailure(Schema):
    code: str = Field(examples=["card_declined"])
    message: str


class PaymentView(Schema):
    id: UUID
    order_id: UUID
    status: PaymentStatus
    amount: MoneySchema
    failure: PaymentFailure | None = None
    next_action_url: str | None = Field(None, description="where the shopper authenticates")
    created_at: datetime


class CancelResult(Schema):
    """``succeeded``: the shopper had paid first, the order must be treated as paid."""

    status: Literal["cancelled", "succeeded", "unknown"]


class PaymentsClient:
    def __init__(self, http: ServiceHttp) -> None:
        self._http = http

    async def create_intent(self, request: CreateIntentRequest) -> PaymentView:
        """Create or return the one payment of an order; repeating it is safe."""
        answer = await self._http.request(
            "POST",
            "/create-intent",
            json=request.model_dump(mode="json", exclude_none=True),
            headers={"Idempotency-Key": f"pi-{request.order_id}"},
        )
        return PaymentView.model_validate(answer)

    async def confirm(
        self, payment_id: UUID | str, payment_method: str, return_url: str
    ) -> PaymentView:
        body = {
            "payment_id": str(payment_id),
            "payment_method": payment_method,
            "return_url": return_url,
        }
        return PaymentView.model_validate(await self._http.request("POST", "/confirm", json=body))

    async def get(self, payment_id: UUID | str) -> PaymentView:
        return PaymentView.model_validate(await self._http.request("GET", f"/{payment_id}"))

    async def cancel_for_order(self, order_id: UUID) -> CancelResult:
        """Cancel the order's intent at Stripe; services only."""
        answer = await self._http.request("PUT", f"/internal/orders/{order_id}/cancel")
        return CancelResult.model_validate(answer)
