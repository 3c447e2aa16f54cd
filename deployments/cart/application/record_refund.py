"""Handle what payments says about a refund: at least once, in any order, once in effect."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from uuid import UUID

from deployments.cart.application.order_mails import OrderMails
from deployments.cart.application.ports import (
    CartUnitOfWork,
    Clock,
    RefundOutcome,
    UnitOfWorkFactory,
)
from deployments.cart.application.record_payment import CONSUMER
from deployments.cart.application.run_order import RunOrder
from deployments.cart.application.settle_refunds import note_outcome
from deployments.cart.domain.order import Order
from deployments.cart.domain.refund import RefundState
from deployments.shared.errors import Unavailable
from deployments.shared.money import Money

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RefundFact:
    event_id: UUID
    refund_id: UUID
    order_id: UUID
    amount: Money
    outcome: RefundOutcome


class RecordRefund:
    def __init__(
        self, begin: UnitOfWorkFactory, mails: OrderMails, run: RunOrder, clock: Clock
    ) -> None:
        self._begin = begin
        self._mails = mails
        self._run = run
        self._clock = clock

    async def __call__(self, fact: RefundFact) -> None:
        """Note how the refund ended; its goods go back into stock, now or by the sweep."""
        async with self._begin() as work:
            if not await work.inbox.first_time(CONSUMER, fact.event_id):
                return
            order = await work.orders.for_update(fact.order_id)
            if order is None:
                logger.error("refund of an unknown order", extra={"order": str(fact.order_id)})
            else:
                await self._note(work, order, fact)
                await work.orders.save(order)
            await work.commit()
        try:
            await self._run.if_free(fact.order_id)
        except Unavailable as error:
            logger.info(
                "left to the sweep", extra={"order": str(fact.order_id), "reason": error.code}
            )

    async def _note(self, work: CartUnitOfWork, order: Order, fact: RefundFact) -> None:
        now, outcome = self._clock(), fact.outcome
        refund = order.refund(fact.refund_id)
        if refund is None:
            order.raise_alarm(
                "unknown_refund",
                f"{fact.amount} was given back past the store (refund {fact.refund_id})",
                now,
            )
        elif fact.amount != refund.amount:
            order.raise_alarm(
                "refund_differs",
                f"payments gave {fact.amount} back for the refund of {refund.amount}",
                now,
            )
        elif refund.is_pending:
            if await note_outcome(work, order, refund, outcome, now):
                await self._mails.refunded(work, order, refund)
        elif outcome.state is RefundState.FAILED and refund.is_live:
            # The customer's bank sent the money back.
            await note_outcome(work, order, refund, outcome, now)
