"""A shopper gives an order up that was not sent: what was paid is given back."""

from __future__ import annotations

from uuid import UUID

from deployments.cart.application.order_mails import OrderMails
from deployments.cart.application.ports import CartUnitOfWork, Clock, UnitOfWorkFactory
from deployments.cart.application.read_orders import owned
from deployments.cart.application.refund_order import advance, check_not_busy, finish_payment
from deployments.cart.application.run_order import RunOrder
from deployments.cart.domain.order import Order
from deployments.cart.domain.order_states import Status
from deployments.cart.domain.refund import RefundWish
from deployments.cart.domain.refund_amounts import refund_of
from deployments.shared.errors import Conflict

_GIVEN_UP = frozenset({Status.CANCELLING, Status.CANCELLED, Status.REFUNDING, Status.REFUNDED})
_SENT = frozenset({Status.FULFILLED, Status.COMPLETED})


class CancelOrder:
    def __init__(
        self, begin: UnitOfWorkFactory, run: RunOrder, mails: OrderMails, clock: Clock
    ) -> None:
        self._begin = begin
        self._run = run
        self._mails = mails
        self._clock = clock

    async def __call__(self, user_id: UUID, order_id: UUID) -> Order:
        """The order: cancelled, or refunded when it was paid; on the way there while a service
        does not answer; or paid, when the payment was faster. Cancelling again changes nothing.

        Raises:
            NotFound: ``unknown_order``, also for somebody else's.
            Conflict: ``order_already_sent``, or ``order_not_cancellable``: it was rejected.
            Unavailable: ``order_busy``: the payment has only just arrived.
        """
        await finish_payment(self._begin, self._run, order_id)
        async with self._begin() as work:
            order = owned(await work.orders.for_update(order_id), user_id)
            if await self._give_up(work, order):
                await work.orders.save(order)
                await work.commit()
        await advance(self._run, order_id)
        async with self._begin() as work:
            return await work.orders.by_id(order_id) or order

    async def _give_up(self, work: CartUnitOfWork, order: Order) -> bool:
        """Does anything change?"""
        if order.status in _GIVEN_UP:
            return False
        check_not_busy(order)
        if order.is_unpaid:
            order.start_cancelling(self._clock())
        elif order.status is Status.STOCK_COMMITTED:
            await self._give_back(work, order)
        elif order.status in _SENT:
            raise Conflict(
                "order_already_sent",
                f"order {order.number} is already on its way; write to us to send it back",
            )
        else:
            raise Conflict(
                "order_not_cancellable",
                f"order {order.number} is {order.status}; there is nothing to cancel",
            )
        return True

    async def _give_back(self, work: CartUnitOfWork, order: Order) -> None:
        now = self._clock()
        wish = RefundWish("cancelled by the customer", "customer", full=True, restock=True)
        # Spaces: no merchant's key. A number: after a refund that failed it may be tried again.
        key = f"cancelled by customer {len(order.refunds)}"
        order.give_back(refund_of(order, wish, key, "", now), now)
        await self._mails.cancelled(work, order)
