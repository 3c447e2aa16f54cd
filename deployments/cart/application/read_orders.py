"""Read orders: the shopper's own, or all of them for a merchant."""

from __future__ import annotations

from uuid import UUID

from deployments.cart.application.ports import OrderCounts, OrderFilter, UnitOfWorkFactory
from deployments.cart.domain.order import Order
from deployments.shared.errors import NotFound

_BATCH = 100


def known(order: Order | None) -> Order:
    """For whoever may see every order."""
    if order is None:
        raise NotFound("unknown_order", "there is no such order")
    return order


def owned(order: Order | None, user_id: UUID) -> Order:
    """``order`` when it is the user's. Somebody else's is as unknown as one that is not there."""
    if order is None or order.placement.user_id != user_id:
        raise NotFound("unknown_order", "there is no such order among yours")
    return order


class ReadOrders:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def own(self, user_id: UUID, order_id: UUID) -> Order:
        """Raises ``NotFound`` ``unknown_order``."""
        async with self._begin() as work:
            return owned(await work.orders.by_id(order_id), user_id)

    async def any(self, order_id: UUID) -> Order:
        """Raises ``NotFound`` ``unknown_order``."""
        async with self._begin() as work:
            return known(await work.orders.by_id(order_id))

    async def page(
        self, wanted: OrderFilter, *, before: UUID | None = None, limit: int
    ) -> list[Order]:
        """Newest first."""
        async with self._begin() as work:
            return await work.orders.page(wanted, before=before, limit=limit)

    async def counts(self) -> OrderCounts:
        async with self._begin() as work:
            return await work.orders.counts()

    async def has_purchased(self, user_id: UUID, product_id: UUID) -> bool:
        """Did the user pay for the product and not get all the money back?"""
        async with self._begin() as work:
            return await work.orders.has_purchased(user_id, product_id)

    async def all_of(self, user_id: UUID) -> list[Order]:
        """Every order of the user, newest first."""
        orders: list[Order] = []
        while True:
            before = orders[-1].id if orders else None
            page = await self.page(OrderFilter(user_id=user_id), before=before, limit=_BATCH)
            orders += page
            if len(page) < _BATCH:
                return orders
