"""The payments service behind the port ``Payments``."""

from __future__ import annotations

import logging
from typing import NoReturn
from uuid import UUID

from deployments.cart.application.ports import CancelOutcome, Intent, RefundOutcome
from deployments.cart.domain.order import Order
from deployments.cart.domain.refund import Refund, RefundState
from deployments.payments.contract import CreateIntentRequest, PaymentsClient, RefundRequest
from deployments.shared.errors import Unavailable
from deployments.shared.http_client import RemoteProblem

logger = logging.getLogger(__name__)

# Payments has no money of the order to give back, and never will have for this refund.
_NO_REFUND = frozenset({"payment_not_found", "not_paid", "refund_too_large"})


def _refused(call: str, error: RemoteProblem) -> NoReturn:
    """A refusal that no shopper can mend: tell the operator, try again later."""
    logger.error(
        "payments refuses",
        extra={"call": call, "status": error.status, "code": error.code, "detail": error.detail},
    )
    raise Unavailable("payments_unavailable", "payments does not answer; try again") from error


class PaymentsGateway:
    def __init__(self, client: PaymentsClient) -> None:
        self._client = client

    async def create_intent(self, order: Order) -> Intent:
        total = order.totals.total
        request = CreateIntentRequest(
            order_id=order.id,
            user_id=order.placement.user_id,
            amount=total.amount,
            currency=total.currency,
            order_number=order.number,
        )
        try:
            payment = await self._client.create_intent(request)
        except RemoteProblem as error:
            _refused("create_intent", error)
        return Intent(payment.id, payment.amount.to_money())

    async def cancel(self, order_id: UUID) -> CancelOutcome:
        try:
            return (await self._client.cancel_for_order(order_id)).status
        except RemoteProblem as error:
            # A 404 too: of an order that payments never heard of it says "cancelled", so this is
            # no answer of payments but a proxy's whose route is gone.
            _refused("cancel", error)

    async def refund(self, order_id: UUID, refund: Refund) -> RefundOutcome:
        request = RefundRequest(
            order_id=order_id,
            amount=refund.amount.amount,
            currency=refund.amount.currency,
            reason=refund.reason,
        )
        try:
            result = await self._client.refund(refund.id, request)
        except RemoteProblem as error:
            if error.code in _NO_REFUND:
                return RefundOutcome(RefundState.FAILED, error.detail)
            _refused("refund", error)
        return RefundOutcome(RefundState(result.status), result.failure_message)
