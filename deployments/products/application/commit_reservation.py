"""The order is paid: what it holds is sold."""

from __future__ import annotations

from uuid import UUID

from deployments.products.application.ports import UnitOfWorkFactory
from deployments.products.domain.reservation import ReservationOrder
from deployments.shared.errors import NotFound


class CommitReservation:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self, order_id: UUID, actor: str) -> ReservationOrder:
        """Again is a no-op. Raises ``NotFound``; ``Conflict`` ``reservation_released``."""
        async with self._begin() as work:
            order = await work.reservations.by_order_for_update(order_id)
            if order is None:
                raise NotFound("reservation_not_found", "this order has reserved nothing")
            if order.commit():
                for line in order.lines:
                    await work.stock.commit(line)
                moves = [(line.variant_id, -line.quantity) for line in order.lines]
                await work.stock.record(moves, "sold", actor, order_id)
                await work.reservations.save_state(order)
                await work.commit()
        return order
