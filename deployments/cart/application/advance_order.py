"""Drive an order as far as it can go: the steps of the checkout protocol.

Each step calls another service (every call may be repeated) and then notes the result in one
transaction that looks at the order's state again, because others may have moved it meanwhile.
A crash between the two repeats the call.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from deployments.cart.application.announce import MarkPaid, announce
from deployments.cart.application.ports import (
    CartUnitOfWork,
    Catalogue,
    Clock,
    Payments,
    StockRefused,
    UnitOfWorkFactory,
)
from deployments.cart.application.settle_refunds import SettleRefunds
from deployments.cart.domain.cart import Shopper
from deployments.cart.domain.order import Order
from deployments.cart.domain.order_states import Status
from deployments.cart.domain.priced_cart import stock_detail
from deployments.shared.errors import Unavailable

logger = logging.getLogger(__name__)

# Products refused before and does not say again which lines were short.
_NOT_HELD = "not all of it was in stock; look at the cart and order again"

Change = Callable[[CartUnitOfWork, Order, datetime], Awaitable[None]]


class AdvanceOrder:
    """``hold``: how long stock waits for a payment once it can be made."""

    def __init__(
        self,
        begin: UnitOfWorkFactory,
        catalogue: Catalogue,
        payments: Payments,
        mark_paid: MarkPaid,
        clock: Clock,
        *,
        refunds: SettleRefunds,
        hold: timedelta,
    ) -> None:
        self._begin = begin
        self._catalogue = catalogue
        self._payments = payments
        self._mark_paid = mark_paid
        self._refunds = refunds
        self._hold = hold
        self._clock = clock
        self._steps: dict[Status, Callable[[Order], Awaitable[None]]] = {
            Status.CREATED: self._reserve,
            Status.RESERVED: self._create_intent,
            Status.CANCELLING: self._cancel,
            Status.PAID: self._commit_stock,
        }

    async def step(self, order: Order) -> bool:
        """One step from the state ``order`` has; False when it is at rest.

        Raises:
            Unavailable: a service does not answer or does not know yet.
        """
        if order.has_expired(self._clock()):
            await self._note(order, _start_cancelling)
            return True
        if order.is_delivered(self._clock()):
            await self._note(order, _completed)
            return True
        step = self._steps.get(order.status)
        if step is None:
            return await self._refunds.step(order)
        await step(order)
        return True

    async def _reserve(self, order: Order) -> None:
        try:
            await self._catalogue.reserve(order.id, order.quantities)
        except StockRefused as refusal:
            reason = _rejection(order, refusal)

            async def reject(work: CartUnitOfWork, current: Order, now: datetime) -> None:
                current.reject(reason, now)
                await work.coupons.free(current)
                await announce(work, "order.rejected", current)

            await self._note(order, reject)
        else:
            await self._note(order, _reserved)

    async def _create_intent(self, order: Order) -> None:
        if order.is_free:
            await self._note(order, self._pay)
            return
        intent = await self._payments.create_intent(order)
        if intent.amount != order.totals.total:
            logger.error(
                "intent differs from order",
                extra={"order": str(order.id), "intent": str(intent.amount)},
            )
            raise Unavailable("payments_unavailable", "the payment can't be prepared; try again")

        async def await_payment(work: CartUnitOfWork, current: Order, now: datetime) -> None:
            current.await_payment(intent.payment_id, now, now + self._hold)

        if not await self._note(order, await_payment):
            await self._cancel_late_intent(order)

    async def _cancel_late_intent(self, order: Order) -> None:
        """The order was given up while the intent was made: nobody else would cancel it."""
        async with self._begin() as work:
            current = await work.orders.by_id(order.id)
        if current is not None and current.status is Status.CANCELLED:
            outcome = await self._payments.cancel(order.id)
            if outcome != "cancelled":
                logger.error(
                    "intent of a cancelled order is live",
                    extra={"order": str(order.id), "intent": outcome},
                )

    async def _cancel(self, order: Order) -> None:
        # Payments never hears of an order that costs nothing.
        outcome = "cancelled" if order.is_free else await self._payments.cancel(order.id)
        if outcome == "unknown":
            raise Unavailable("payment_unknown", "the payment's state is not known yet; try again")
        if outcome == "succeeded":
            await self._note(order, self._pay)
            return
        # Released before the order is marked, so that a cancelled order never holds stock.
        await self._catalogue.release(order.id)
        await self._note(order, self._cancelled)

    async def _cancelled(self, work: CartUnitOfWork, order: Order, now: datetime) -> None:
        order.mark_cancelled(now)
        await work.coupons.free(order)
        await announce(work, "order.cancelled", order)

    async def _pay(self, work: CartUnitOfWork, order: Order, now: datetime) -> None:
        await self._mark_paid(work, order, None, now)

    async def _commit_stock(self, order: Order) -> None:
        await self._catalogue.commit(order.id)
        await self._note(order, _stock_committed)

    async def _note(self, seen: Order, change: Change) -> bool:
        """Apply ``change`` and commit; False when the order has left the state ``seen`` has."""
        async with self._begin() as work:
            order = await work.orders.for_update(seen.id)
            if order is None or order.status is not seen.status:
                return False
            await change(work, order, self._clock())
            await work.orders.save(order)
            await work.commit()
        return True


async def _start_cancelling(work: CartUnitOfWork, order: Order, now: datetime) -> None:
    order.start_cancelling(now)


async def _reserved(work: CartUnitOfWork, order: Order, now: datetime) -> None:
    order.mark_reserved(now)
    cart = await work.carts.find(Shopper(order.placement.user_id), lock=True)
    if cart is not None:
        cart.take_out(order.quantities, order.coupon.code if order.coupon else None)
        await work.carts.save(cart)


async def _stock_committed(work: CartUnitOfWork, order: Order, now: datetime) -> None:
    order.mark_stock_committed(now)


async def _completed(work: CartUnitOfWork, order: Order, now: datetime) -> None:
    order.complete(now)


def _rejection(order: Order, refusal: StockRefused) -> dict[str, object]:
    """The problem detail the shopper gets, now and at every repeat of the request."""
    lines = []
    for line in refusal.lines:
        bought = order.line_of(str(line.get("variant_id")))
        if bought is not None:
            available = int(line.get("available", 0))
            lines.append(
                {
                    "variant_id": str(bought.variant_id),
                    "title": bought.title,
                    "requested": bought.quantity,
                    "available": available,
                    "detail": stock_detail(bought.title, available),
                }
            )
    details = [str(line["detail"]) for line in lines]
    return {
        "code": "insufficient_stock",
        "detail": "; ".join(details) or _NOT_HELD,
        "lines": lines,
    }
