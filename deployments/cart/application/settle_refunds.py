"""Bring an order's refunds to their end: the money first, then the goods.

Like every step of an order: the other service is called with the refund's id, as often as it
takes, and then the result is noted in one transaction that looks at the refund again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from deployments.cart.application.announce import announce_refund
from deployments.cart.application.order_mails import OrderMails
from deployments.cart.application.ports import (
    CartUnitOfWork,
    Catalogue,
    Clock,
    Payments,
    RefundOutcome,
    RestockRefused,
    UnitOfWorkFactory,
)
from deployments.cart.domain.order import Order
from deployments.cart.domain.refund import Refund, RefundState
from deployments.cart.domain.restocking import to_put_back
from deployments.shared.errors import Unavailable

logger = logging.getLogger(__name__)

_NO_REASON = "the payment provider refused it without a reason"


async def note_outcome(
    work: CartUnitOfWork, order: Order, refund: Refund, outcome: RefundOutcome, now: datetime
) -> bool:
    """Write down how ``refund`` ended, in the caller's transaction; True when it just succeeded."""
    if outcome.state is RefundState.SUCCEEDED:
        order.refund_succeeded(refund, now)
        await announce_refund(work, order, refund)
        return True
    failure = (outcome.failure or _NO_REASON)[:500]
    order.refund_failed(refund, failure, now)
    order.raise_alarm("refund_failed", f"refund of {refund.amount}: {failure}", now)
    logger.error(
        "refund failed",
        extra={"order": str(order.id), "refund": str(refund.id), "failure": failure},
    )
    return False


class SettleRefunds:
    """``poll``: how long to wait for payments' event before asking again."""

    def __init__(
        self,
        begin: UnitOfWorkFactory,
        catalogue: Catalogue,
        payments: Payments,
        mails: OrderMails,
        clock: Clock,
        *,
        poll: timedelta,
    ) -> None:
        self._begin = begin
        self._catalogue = catalogue
        self._payments = payments
        self._mails = mails
        self._clock = clock
        self._poll = poll

    async def step(self, order: Order) -> bool:
        """One step of every refund that is due; False when there is none.

        Raises:
            Unavailable: a service does not answer; the other refunds were not kept waiting.
        """
        due = order.due_refunds(self._clock())
        failure: Unavailable | None = None
        for refund in due:
            try:
                if refund.is_pending:
                    await self._pay_back(order, refund)
                else:
                    await self._restock(order, refund)
            except Unavailable as error:
                failure = error
        if failure is not None:
            raise failure
        return bool(due)

    async def _pay_back(self, order: Order, refund: Refund) -> None:
        if refund.amount.amount:
            outcome = await self._payments.refund(order.id, refund)
        else:
            # A free order: there are only goods to come back.
            outcome = RefundOutcome(RefundState.SUCCEEDED)
        async with self._begin() as work:
            current, now = await work.orders.for_update(order.id), self._clock()
            known = current.refund(refund.id) if current else None
            if current is None or known is None or not known.is_pending:
                return
            if outcome.state is RefundState.PENDING:
                current.look_at_refund_again(known, now + self._poll)
            elif await note_outcome(work, current, known, outcome, now):
                await self._mails.refunded(work, current, known)
            await work.orders.save(current)
            await work.commit()

    async def _restock(self, order: Order, refund: Refund) -> None:
        change: Callable[[Order, Refund, datetime], None]
        try:
            if missing := to_put_back(order, refund):
                await self._catalogue.restock(refund.id, order.id, missing)
        except RestockRefused as refusal:
            detail = str(refusal)
            logger.error("restock refused", extra={"refund": str(refund.id), "detail": detail})

            def change(current: Order, known: Refund, now: datetime) -> None:
                current.refund_not_restocked(known, detail, now)
        else:
            change = Order.refund_restocked
        await self._note_restock(order.id, refund.id, change)

    async def _note_restock(
        self, order_id: UUID, refund_id: UUID, change: Callable[[Order, Refund, datetime], None]
    ) -> None:
        async with self._begin() as work:
            order = await work.orders.for_update(order_id)
            refund = order.refund(refund_id) if order else None
            if order is None or refund is None or not refund.needs_restock:
                return
            change(order, refund, self._clock())
            await work.orders.save(order)
            await work.commit()
