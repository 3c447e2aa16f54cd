"""Read orders: the shopper's own, or all of them for a merchant."""

from __future__ import annotations

from uuid import UUID

from deployments.cart.application.ports import UnitOfWorkFactory
from deployments.cart.domain.order import Order, Status
from deployments.shared.errors import NotFound


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
            order = await work.orders.by_id(order_id)
        if order is None:
            raise NotFound("unknown_order", "there is no such order")
        return order

    async def page(
        self,
        *,
        user_id: UUID | None = None,
        status: Status | None = None,
        before: UUID | None = None,
        limit: int,
    ) -> list[Order]:
        """Newest first; ``user_id`` None gives everybody's."""
        async with self._begin() as work:
            return await work.orders.page(
                user_id=user_id, status=status, before=before, limit=limit
            )
