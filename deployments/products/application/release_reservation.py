"""The order will not be paid: what it holds can be sold to others."""

from __future__ import annotations

from uuid import UUID

from deployments.products.application.ports import ProductsUnitOfWork, UnitOfWorkFactory
from deployments.products.application.product_events import of_versions
from deployments.products.domain.reservation import ReservationOrder
from deployments.products.domain.stock import sold_out_or_back


class ReleaseReservation:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self, order_id: UUID) -> ReservationOrder:
        """Again is a no-op; an unknown order is marked, so that it can't reserve later.

        Raises:
            Conflict: ``reservation_committed``.
        """
        order = ReservationOrder.tombstone(order_id)
        async with self._begin() as work:
            if await work.reservations.add(order):
                await work.commit()
                return order
            known = await work.reservations.by_order_for_update(order_id)
            if known is not None and known.release():
                await _give_back(work, known)
                await work.reservations.save_state(known)
                await work.commit()
        return known or order


async def _give_back(work: ProductsUnitOfWork, order: ReservationOrder) -> None:
    back = []
    for line in order.lines:
        stock = await work.stock.release(line)
        if sold_out_or_back(stock.available - line.quantity, stock.available):
            back.append(line.variant_id)
    if back:
        versions = await work.products.versions_of_variants(back)
        await work.events.append_all(of_versions(versions))
