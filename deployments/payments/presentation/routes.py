"""The HTTP surface of payments for shoppers and for the cart service."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Request

from deployments.payments.application.cancel_order_payment import CancelOrderPayment
from deployments.payments.application.confirm_payment import ConfirmPayment
from deployments.payments.application.create_intent import CreateIntent
from deployments.payments.application.list_for_merchant import ListForMerchant
from deployments.payments.application.read_payment import ReadPayment
from deployments.payments.contract import (
    CancelResult,
    ConfirmRequest,
    CreateIntentRequest,
    PaymentView,
)
from deployments.payments.presentation.views import payment_view
from deployments.shared.authentication import CurrentPrincipal, CurrentUserId, require_service
from deployments.shared.errors import Forbidden, Invalid
from deployments.shared.money import Money
from deployments.shared.rate_limit import rate_limit
from deployments.shared.settings import OPERATOR
from deployments.shared.tokens import MERCHANT

router = APIRouter(tags=["payments"])

_ORDER = "0192f0c1-5a44-7c11-9a7e-0c5d3f6b2a10"
_CREATE_EXAMPLES = {
    "shopper": {"summary": "A shopper: the payment of one's order", "value": {"order_id": _ORDER}},
    "cart": {
        "summary": "The cart service: open the payment",
        "value": {
            "order_id": _ORDER,
            "user_id": "0192f0c1-11aa-7d02-8c3e-6f1a2b3c4d5e",
            "amount": 4990,
            "currency": "EUR",
            "order_number": "M-100042",
        },
    },
}
_CONFIRM_EXAMPLES = {
    "card": {
        "summary": "Stripe's test card that succeeds",
        "value": {
            "payment_id": "0192f0c1-77bb-7e33-9d4f-5a6b7c8d9e0f",
            "payment_method": "pm_card_visa",
            "return_url": "http://127.0.0.1:3000/checkout/return",
        },
    }
}
CreateBody = Annotated[CreateIntentRequest, Body(openapi_examples=_CREATE_EXAMPLES)]
ConfirmBody = Annotated[ConfirmRequest, Body(openapi_examples=_CONFIRM_EXAMPLES)]


@router.post("/create-intent")
async def create_intent(
    body: CreateBody, principal: CurrentPrincipal, request: Request
) -> PaymentView:
    """Open the payment of an order (cart service), or get it (the shopper whose order it is)."""
    if principal.user_id is not None:
        if body.model_fields_set != {"order_id"}:
            raise Invalid("amount_not_yours_to_set", "send order_id only; the store sets the rest")
        read: ReadPayment = request.app.state.read_payment
        return payment_view(await read.by_order(body.order_id, principal.user_id))
    if principal.service != "cart":
        raise Forbidden("service_only", "payments are opened by the cart service")
    if body.user_id is None or body.amount is None or body.currency is None:
        raise Invalid("amount_missing", "send user_id, amount and currency of the order")
    use_case: CreateIntent = request.app.state.create_intent
    money = Money(body.amount, body.currency)
    number = body.order_number or str(body.order_id)
    return payment_view(await use_case(body.order_id, body.user_id, number, money))


@router.post("/confirm", dependencies=[Depends(rate_limit("30/minute"))])
async def confirm(body: ConfirmBody, user_id: CurrentUserId, request: Request) -> PaymentView:
    """Pay with a payment method. A decline is a result, not an error: see ``failure``."""
    use_case: ConfirmPayment = request.app.state.confirm_payment
    payment = await use_case(body.payment_id, user_id, body.payment_method, str(body.return_url))
    return payment_view(payment)


@router.get("/{payment_id}")
async def read_payment(
    payment_id: UUID, principal: CurrentPrincipal, request: Request
) -> PaymentView:
    """A payment of one's own; merchants and Mercato's services see all, with reasons."""
    use_case: ReadPayment = request.app.state.read_payment
    lists: ListForMerchant = request.app.state.list_for_merchant
    sees_all = principal.service is not None or principal.has_role(MERCHANT)
    payment = await use_case.by_id(payment_id, None if sees_all else principal.user_id)
    refunds, declines = await lists.money_back(payment.id)
    return payment_view(payment, refunds, declines, for_merchant=sees_all)


@router.put(
    "/internal/orders/{order_id}/cancel",
    dependencies=[Depends(require_service("cart", OPERATOR))],
)
async def cancel_for_order(order_id: UUID, request: Request) -> CancelResult:
    """Cancel the payment of an order unless it is paid; the answer says which it is."""
    use_case: CancelOrderPayment = request.app.state.cancel_order_payment
    return CancelResult(status=await use_case(order_id))
