"""What payments says to others."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, HttpUrl

from deployments.shared.http_client import ServiceHttp
from deployments.shared.schemas import MoneySchema, Schema, StrictSchema

PaymentStatus = Literal[
    "requires_payment_method", "requires_action", "processing", "succeeded", "cancelled"
]
RefundStatus = Literal["pending", "succeeded", "failed"]
AlarmKind = Literal[
    "mismatch",  # what Stripe says contradicts the payment: nothing was paid by it
    "unknown_order",  # money for an order this store does not have
    "livemode",  # a test event at a live store, or the other way round
    "poison_event",  # an event that could not be understood and was given up
    "unknown_refund",  # money was given back past this store, in Stripe's dashboard
    "fraud_warning",  # the card's bank believes a paid payment to be fraud
    "lost_at_stripe",  # Stripe does not know what it told us of
]


class CreateIntentRequest(StrictSchema):
    """Only the cart service may send amounts; a shopper sends ``order_id`` alone and gets the
    payment that exists for the order."""

    order_id: UUID
    user_id: UUID | None = None
    amount: Annotated[
        int | None, Field(strict=True, gt=0, le=1_000_000_00, description="minor units")
    ] = None
    currency: Annotated[str | None, Field(pattern="^[A-Z]{3}$")] = None
    order_number: Annotated[str | None, Field(max_length=40)] = None


class ConfirmRequest(StrictSchema):
    """``payment_method`` is the id Stripe gave the browser; card numbers never come here."""

    payment_id: UUID
    payment_method: Annotated[str, Field(pattern=r"^pm_[A-Za-z0-9_]+$", max_length=100)]
    return_url: HttpUrl


class PaymentFailure(Schema):
    code: str = Field(examples=["card_declined"])
    message: str


class RefundRequest(StrictSchema):
    """Money back for a paid order; ``reason`` is for the merchant's records."""

    order_id: UUID
    amount: Annotated[int, Field(strict=True, gt=0, le=1_000_000_00, description="minor units")]
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    reason: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


class RefundResult(Schema):
    """``pending``: on its way, events tell the end. A bank may also fail a refund that had
    succeeded; the money is then back with the store."""

    id: UUID
    status: RefundStatus
    failure_message: str | None = None


class RefundView(RefundResult):
    """``reason`` and ``failure_message`` are shown to merchants and services only."""

    payment_id: UUID
    order_id: UUID
    amount: MoneySchema
    reason: str | None = None
    created_at: datetime


class DeclineView(Schema):
    """A failed attempt to pay."""

    code: str
    message: str
    declined_at: datetime


class PaymentView(Schema):
    id: UUID
    order_id: UUID
    status: PaymentStatus
    amount: MoneySchema
    failure: PaymentFailure | None = None
    next_action_url: str | None = Field(None, description="where the shopper authenticates")
    created_at: datetime
    refunds: list[RefundView] = Field([])
    declines: list[DeclineView] = Field([], description="failed attempts; merchants only")


class DisputeView(Schema):
    """A shopper's bank asks for the money back; ``id`` is Stripe's (answer it there)."""

    id: str = Field(examples=["du_1Qx8…"])
    payment_id: UUID
    order_id: UUID
    amount: MoneySchema
    reason: str = Field(examples=["fraudulent"])
    status: str = Field(examples=["needs_response", "under_review", "won", "lost"])
    respond_by: datetime | None = None
    created_at: datetime


class AlarmView(Schema):
    """Something a person should look at."""

    id: UUID
    kind: AlarmKind
    message: str
    payment_id: UUID | None = None
    order_id: UUID | None = None
    stripe_event_id: str | None = None
    created_at: datetime
    resolved_at: datetime | None = None


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

    async def refund(self, refund_id: UUID, request: RefundRequest) -> RefundResult:
        """Give money back, once per ``refund_id`` however often it is repeated; services only.

        Refused (``RemoteProblem``): 404 ``payment_not_found``, 409 ``not_paid`` and
        ``refund_too_large`` (with ``left``), 422 ``refund_differs``: this id is another refund.
        """
        answer = await self._http.request(
            "PUT", f"/internal/refunds/{refund_id}", json=request.model_dump(mode="json")
        )
        return RefundResult.model_validate(answer)

    async def cancel_for_order(self, order_id: UUID) -> CancelResult:
        """Cancel the order's intent at Stripe; services only."""
        answer = await self._http.request("PUT", f"/internal/orders/{order_id}/cancel")
        return CancelResult.model_validate(answer)
