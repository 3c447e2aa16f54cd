"""Hold stock for an order: all of its lines or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from deployments.products.application.ports import ProductsUnitOfWork, UnitOfWorkFactory
from deployments.products.application.product_events import of_versions
from deployments.products.domain.reservation import Line, ReservationOrder
from deployments.products.domain.stock import sold_out_or_back
from deployments.shared.errors import Conflict, NotFound


class ReserveStock:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self, order_id: UUID, lines: Sequence[Line]) -> ReservationOrder:
        """The same order again answers as before; after a refusal it can't reserve any more.

        Raises:
            Conflict: ``insufficient_stock`` with ``lines`` [{variant_id, requested, available}];
                ``reservation_released``; ``reservation_differs``.
            Invalid: a variant named twice.
        """
        order = ReservationOrder.hold(order_id, lines)
        async with self._begin() as work:
            if not await work.reservations.add(order):
                return await _known(work, order)
            if await _hold(work, order):
                await work.reservations.add_lines(order)
                await work.commit()
                return order
        return await self._refuse(order)

    async def _refuse(self, order: ReservationOrder) -> ReservationOrder:
        """For good: who was told so may act on it, whatever else is still on its way."""
        async with self._begin() as work:
            if not await work.reservations.add(ReservationOrder.tombstone(order.order_id)):
                # The same request at the same time found stock that had come back.
                return await _known(work, order)
            # Read after the roll-back: what is left without this order.
            available = await work.stock.available([line.variant_id for line in order.lines])
            await work.commit()
        raise _shortage(order, available)


def _shortage(order: ReservationOrder, available: Mapping[UUID, int]) -> Conflict:
    wanted = [(line, available.get(line.variant_id, 0)) for line in order.lines]
    missing = [(line, left) for line, left in wanted if left < line.quantity]
    return Conflict(
        "insufficient_stock",
        "there is not enough stock for this order",
        lines=[
            {"variant_id": str(line.variant_id), "requested": line.quantity, "available": left}
            # Stock may have come back meanwhile; then name every line and let them order again.
            for line, left in missing or wanted
        ],
    )


async def _known(work: ProductsUnitOfWork, order: ReservationOrder) -> ReservationOrder:
    known = await work.reservations.by_order_for_update(order.order_id)
    if known is None:
        raise NotFound("reservation_not_found", "this order has reserved nothing")
    known.accept_repeat(order.lines)
    return known


async def _hold(work: ProductsUnitOfWork, order: ReservationOrder) -> bool:
    """Hold every line; False at the first that has too little."""
    sold_out = []
    for line in order.lines:
        stock = await work.stock.reserve(line)
        if stock is None:
            return False
        if sold_out_or_back(stock.available + line.quantity, stock.available):
            sold_out.append(line.variant_id)
    if sold_out:
        versions = await work.products.versions_of_variants(sold_out)
        await work.events.append_all(of_versions(versions))
    return True
