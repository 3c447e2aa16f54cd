"""A shopper gives an order up that is not paid."""

from __future__ import annotations

import logging
from uuid import UUID

from deployments.cart.application.ports import Clock, UnitOfWorkFactory
from deployments.cart.application.read_orders import owned
from deployments.cart.application.run_order import RunOrder
from deployments.cart.domain.order import Order, Status
from deployments.shared.errors import Conflict, Unavailable

logger = logging.getLogger(__name__)

_GIVEN_UP = frozenset({Status.CANCELLING, Status.CANCELLED})


class CancelOrder:
    def __init__(self, begin: UnitOfWorkFactory, run: RunOrder, clock: Clock) -> None:
        self._begin = begin
        self._run = run
        self._clock = clock

    async def __call__(self, user_id: UUID, order_id: UUID) -> Order:
        """The order: cancelled; still cancelling while a service does not answer; or paid, when
        the payment was faster. Cancelling again changes nothing.

        Raises:
            NotFound: ``unknown_order``, also for somebody else's.
            Conflict: ``order_not_cancellable``: paid or rejected.
        """
        async with self._begin() as work:
            order = owned(await work.orders.for_update(order_id), user_id)
            if order.is_unpaid:
                order.start_cancelling(self._clock())
                await work.orders.save(order)
                await work.commit()
            elif order.status not in _GIVEN_UP:
                raise Conflict(
                    "order_not_cancellable",
                    f"order {order.number} is {order.status}; only unpaid orders can be cancelled",
                )
        try:
            await self._run.if_free(order_id)
        except Unavailable as error:
            logger.info("left to the sweep", extra={"order": str(order_id), "reason": error.code})
        async with self._begin() as work:
            return await work.orders.by_id(order_id) or order
