"""The payments service behind the port ``Payments``."""

from __future__ import annotations

import logging
from typing import NoReturn
from uuid import UUID

from deployments.cart.application.ports import CancelOutcome, Intent
from deployments.cart.domain.order import Order
from deployments.payments.contract import CreateIntentRequest, PaymentsClient
from deployments.shared.errors import Unavailable
from deployments.shared.http_client import RemoteProblem

logger = logging.getLogger(__name__)


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
            if error.status == 404:
                # Payments never heard of the order, so nobody can pay it.
                return "cancelled"
            _refused("cancel", error)
