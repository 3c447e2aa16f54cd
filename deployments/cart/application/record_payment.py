"""Handle what payments says about an order: at least once, in any order, once in effect."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from deployments.cart.application.announce import MarkPaid
from deployments.cart.application.ports import CartUnitOfWork, Clock, UnitOfWorkFactory
from deployments.cart.application.run_order import RunOrder
from deployments.cart.domain.order import Order
from deployments.cart.domain.order_states import VOID, Status
from deployments.cart.domain.refund import RefundWish
from deployments.cart.domain.refund_amounts import refund_of
from deployments.shared.errors import Unavailable
from deployments.shared.money import Money

logger = logging.getLogger(__name__)

CONSUMER: Final = "cart"
# No client can send this key: it has spaces.
_LATE_PAYMENT: Final = "late payment"
_PAYABLE: Final = frozenset({Status.RESERVED, Status.PAYMENT_PENDING, Status.CANCELLING})
_PAID_ALREADY: Final = frozenset(
    {
        Status.PAID,
        Status.STOCK_COMMITTED,
        Status.FULFILLED,
        Status.COMPLETED,
        Status.REFUNDING,
        Status.REFUNDED,
    }
)


@dataclass(frozen=True, slots=True)
class PaymentFact:
    event_id: UUID
    payment_id: UUID
    order_id: UUID
    amount: Money


class RecordPayment:
    def __init__(
        self, begin: UnitOfWorkFactory, mark_paid: MarkPaid, run: RunOrder, clock: Clock
    ) -> None:
        self._begin = begin
        self._mark_paid = mark_paid
        self._run = run
        self._clock = clock

    async def succeeded(self, fact: PaymentFact) -> None:
        """Mark the order paid, once; then commit its stock, or leave that to the sweep.

        What was paid for a void order is given back.
        """
        async with self._begin() as work:
            if not await work.inbox.first_time(CONSUMER, fact.event_id):
                return
            order = await work.orders.for_update(fact.order_id)
            paid = await self._pay(work, order, fact)
            await work.commit()
        if paid:
            await self._finish(fact.order_id)

    async def cancelled(self, fact: PaymentFact) -> None:
        """The intent was cancelled on the payment provider's side: give the order up."""
        async with self._begin() as work:
            if not await work.inbox.first_time(CONSUMER, fact.event_id):
                return
            order = await work.orders.for_update(fact.order_id)
            given_up = order is not None and order.status is Status.PAYMENT_PENDING
            if order is not None and given_up:
                order.start_cancelling(self._clock())
                await work.orders.save(order)
            await work.commit()
        if given_up:
            await self._finish(fact.order_id)

    async def _pay(self, work: CartUnitOfWork, order: Order | None, fact: PaymentFact) -> bool:
        facts = {
            "order": str(fact.order_id),
            "payment": str(fact.payment_id),
            "amount": str(fact.amount),
        }
        if order is None:
            logger.error("payment for an unknown order", extra=facts)
        elif fact.amount != order.totals.total:
            logger.error(
                "payment differs from order: not marked paid",
                extra={**facts, "expected": str(order.totals.total)},
            )
            detail = f"{fact.amount} was paid (payment {fact.payment_id}): not marked paid"
            await self._alarm(work, order, "payment_differs", detail)
        elif order.status in _PAYABLE:
            await self._mark_paid(work, order, fact.payment_id, self._clock())
            return True
        elif order.status in VOID:
            return await self._give_back(work, order, fact)
        elif order.status not in _PAID_ALREADY:
            logger.error(
                "payment for an order that can't be paid", extra={**facts, "status": order.status}
            )
            detail = f"{fact.amount} was paid while the order was {order.status}"
            await self._alarm(work, order, "payment_unexpected", detail)
        return False

    async def _give_back(self, work: CartUnitOfWork, order: Order, fact: PaymentFact) -> bool:
        """Paid although it had been given up: the protocol excludes it, people's money does not
        depend on that."""
        if order.has_captured:
            return False
        now = self._clock()
        logger.error(
            "payment for a void order: refunded",
            extra={"order": str(order.id), "payment": str(fact.payment_id)},
        )
        order.note_late_payment(fact.payment_id)
        order.raise_alarm(
            "paid_after_cancellation",
            f"{fact.amount} was paid although the order was {order.status}: refunded",
            now,
        )
        wish = RefundWish("paid after the order was cancelled", "store", amount=fact.amount.amount)
        order.give_back(refund_of(order, wish, _LATE_PAYMENT, "", now), now)
        await work.orders.save(order)
        return True

    async def _alarm(self, work: CartUnitOfWork, order: Order, code: str, detail: str) -> None:
        order.raise_alarm(code, detail, self._clock())
        await work.orders.save(order)

    async def _finish(self, order_id: UUID) -> None:
        try:
            await self._run.if_free(order_id)
        except Unavailable as error:
            logger.info("left to the sweep", extra={"order": str(order_id), "reason": error.code})
