"""A merchant hands a parcel over, and learns that it arrived."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from deployments.cart.application.order_mails import OrderMails
from deployments.cart.application.ports import Clock, UnitOfWorkFactory
from deployments.cart.application.read_orders import known
from deployments.cart.domain.order import Order
from deployments.cart.domain.order_parts import Parcel
from deployments.cart.domain.order_states import Status
from deployments.shared.errors import Conflict


class FulfilOrder:
    """``delivery``: after that long a shipped order counts as delivered."""

    def __init__(
        self, begin: UnitOfWorkFactory, mails: OrderMails, clock: Clock, *, delivery: timedelta
    ) -> None:
        self._begin = begin
        self._mails = mails
        self._clock = clock
        self._delivery = delivery

    async def __call__(self, order_id: UUID, parcel: Parcel) -> Order:
        """The order, shipped; saying the same again changes nothing.

        Raises:
            NotFound: ``unknown_order``.
            Conflict: ``already_fulfilled`` with another parcel, or ``not_fulfillable``.
        """
        async with self._begin() as work:
            order = known(await work.orders.for_update(order_id))
            if order.shipment is not None:
                if order.shipment.parcel == parcel:
                    return order
                sent = order.shipment.parcel
                raise Conflict(
                    "already_fulfilled",
                    f"order {order.number} was already sent with {sent.carrier} "
                    f"{sent.tracking_number}",
                )
            if order.status is not Status.STOCK_COMMITTED:
                raise Conflict(
                    "not_fulfillable",
                    f"order {order.number} is {order.status}; an order can be sent once it is "
                    "paid and its stock is taken",
                )
            now = self._clock()
            order.fulfil(parcel, now, now + self._delivery)
            await self._mails.shipped(work, order)
            await work.orders.save(order)
            await work.commit()
        return order


class CompleteOrder:
    def __init__(self, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    async def __call__(self, order_id: UUID) -> Order:
        """The order, delivered; saying it again changes nothing.

        Raises:
            NotFound: ``unknown_order``.
            Conflict: ``not_shipped``.
        """
        async with self._begin() as work:
            order = known(await work.orders.for_update(order_id))
            if order.status is Status.COMPLETED:
                return order
            if order.status is not Status.FULFILLED:
                raise Conflict(
                    "not_shipped",
                    f"order {order.number} is {order.status}; only a sent order can arrive",
                )
            order.complete(self._clock())
            await work.orders.save(order)
            await work.commit()
        return order
