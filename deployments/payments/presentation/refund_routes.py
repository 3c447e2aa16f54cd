"""Refunds, asked for by the cart service."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Request

from deployments.payments.application.refund_payment import RefundPayment
from deployments.payments.contract import RefundRequest, RefundResult
from deployments.shared.authentication import require_service
from deployments.shared.money import Money
from deployments.shared.settings import OPERATOR

router = APIRouter(tags=["internal"], dependencies=[Depends(require_service("cart", OPERATOR))])

_EXAMPLES = {
    "refund": {
        "summary": "A part of an order back",
        "value": {
            "order_id": "0192f0c1-5a44-7c11-9a7e-0c5d3f6b2a10",
            "amount": 1990,
            "currency": "EUR",
            "reason": "the lamp arrived broken",
        },
    }
}
RefundBody = Annotated[RefundRequest, Body(openapi_examples=_EXAMPLES)]


@router.put("/internal/refunds/{refund_id}")
async def refund(refund_id: UUID, body: RefundBody, request: Request) -> RefundResult:
    """Give money back, once per id. `pending` is followed to its end: events tell it."""
    use_case: RefundPayment = request.app.state.refund_payment
    money = Money(body.amount, body.currency)
    result = await use_case(refund_id, body.order_id, money, body.reason)
    return RefundResult.model_validate(result)
