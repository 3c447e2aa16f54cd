"""Give money back: the row first, then the refund at Stripe."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from uuid import UUID

from deployments.payments.application.ports import UnitOfWorkFactory
from deployments.payments.application.settle_refund import SettleRefund
from deployments.payments.domain.alarm import AlarmError
from deployments.payments.domain.refund import NOT_PAID, Refund, left_to_refund
from deployments.shared.errors import NotFound, Unavailable
from deployments.shared.money import Money

logger = logging.getLogger(__name__)
# The request that makes the row has this long before the sweep helps.
_FIRST_LOOK = timedelta(seconds=20)


class RefundPayment:
    def __init__(self, begin: UnitOfWorkFactory, settle: SettleRefund) -> None:
        self._begin = begin
        self._settle = settle

    async def __call__(self, refund_id: UUID, order_id: UUID, amount: Money, reason: str) -> Refund:
        """The refund; repeating the call gives the same one. It may be pending: then Stripe did
        not answer or the bank takes its time, and the service goes on by itself.

        Raises ``NotFound``, ``Conflict`` for an unpaid order or more than is left, ``Invalid``
        when ``refund_id`` is another refund.
        """
        refund = await self._open(refund_id, order_id, amount, reason)
        try:
            return await self._settle(refund)
        except (Unavailable, AlarmError) as error:
            logger.warning("refund pending", extra={"refund": refund_id, "error": repr(error)})
            return refund

    async def _open(self, refund_id: UUID, order_id: UUID, amount: Money, reason: str) -> Refund:
        async with self._begin() as work:
            # Two refunds of one order must not both see the same amount left.
            await work.payments.lock_order(order_id)
            refund = await work.refunds.by_id(refund_id)
            if refund is not None:
                refund.check_same(order_id, amount, reason)
                return refund
            payment = await work.payments.by_order(order_id)
            if payment is None:
                raise NotFound("payment_not_found", "there is no payment of this order")
            if payment.status != "succeeded" or payment.stripe_intent_id is None:
                raise NOT_PAID
            left_to_refund(payment.amount, await work.refunds.taken(payment.id), amount)
            refund = Refund(
                refund_id,
                payment.id,
                order_id,
                payment.stripe_intent_id,
                amount,
                reason,
                idempotency_key=f"re-{refund_id}",
            )
            await work.refunds.add(refund, first_look=datetime.now(UTC) + _FIRST_LOOK)
            await work.commit()
        return refund
