"""Give money back for an order: start a refund once per key, then go as far as it gets."""

from __future__ import annotations

import logging
from uuid import UUID

from deployments.cart.application.ports import Clock, UnitOfWorkFactory
from deployments.cart.application.read_orders import known
from deployments.cart.application.run_order import RunOrder
from deployments.cart.domain.order import Order
from deployments.cart.domain.order_states import Status
from deployments.cart.domain.refund import Refund, RefundWish
from deployments.cart.domain.refund_amounts import refund_of
from deployments.shared.errors import Invalid, Unavailable

logger = logging.getLogger(__name__)


class RefundOrder:
    def __init__(self, begin: UnitOfWorkFactory, run: RunOrder, clock: Clock) -> None:
        self._begin = begin
        self._run = run
        self._clock = clock

    async def __call__(
        self, order_id: UUID, wish: RefundWish, key: str, request_hash: str
    ) -> tuple[Order, Refund]:
        """The refund of ``key``: new, or the one that this key made before.

        Raises:
            NotFound: ``unknown_order``.
            Invalid: ``idempotency_key_reused`` or ``line_not_in_order``.
            Conflict: ``not_refundable``, ``nothing_to_refund``, ``refund_too_large``,
                ``quantity_too_large`` or ``shipping_refunded``.
            Unavailable: ``order_busy``: the payment has only just arrived.
        """
        await finish_payment(self._begin, self._run, order_id)
        async with self._begin() as work:
            order = known(await work.orders.for_update(order_id))
            refund = order.refund_of_key(key)
            if refund is None:
                check_not_busy(order)
                now = self._clock()
                refund = refund_of(order, wish, key, request_hash, now)
                order.give_back(refund, now)
                await work.orders.save(order)
                await work.commit()
            elif refund.request_hash != request_hash:
                raise Invalid(
                    "idempotency_key_reused",
                    "this Idempotency-Key belongs to another refund; use a new one",
                )
        await advance(self._run, order_id)
        async with self._begin() as work:
            order = await work.orders.by_id(order_id) or order
        return order, order.refund(refund.id) or refund


async def finish_payment(begin: UnitOfWorkFactory, run: RunOrder, order_id: UUID) -> None:
    """What is given back was sold before: an order that was paid a moment ago takes its stock."""
    async with begin() as work:
        order = await work.orders.by_id(order_id)
    if order is not None and order.status is Status.PAID:
        await advance(run, order_id)


def check_not_busy(order: Order) -> None:
    if order.status is Status.PAID:
        raise Unavailable(
            "order_busy", f"order {order.number} has only just been paid; try again in a moment"
        )


async def advance(run: RunOrder, order_id: UUID) -> None:
    """Go on with the order; what a service's silence stops is left to the sweep."""
    try:
        await run.if_free(order_id)
    except Unavailable as error:
        logger.info("left to the sweep", extra={"order": str(order_id), "reason": error.code})
