"""Put back on sale what a refund returns."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from deployments.products.application.ports import ProductsUnitOfWork, UnitOfWorkFactory
from deployments.products.application.product_events import of_versions
from deployments.products.domain.reservation import Line
from deployments.products.domain.restock import Restock
from deployments.products.domain.stock import sold_out_or_back


class RestockRefund:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(
        self, refund_id: UUID, order_id: UUID, lines: Sequence[Line], actor: str
    ) -> Restock:
        """The same refund again is a no-op.

        Raises:
            Invalid: ``restock_differs``, a variant named twice.
            Conflict: ``order_not_sold``, ``restock_exceeds_sold``.
            NotFound: ``variant_not_found``.
        """
        restock = Restock.of(refund_id, order_id, lines)
        async with self._begin() as work:
            # Locked, so that two refunds of an order can't both return the same units.
            order = await work.reservations.by_order_for_update(order_id)
            before = await work.restocks.of_order(order_id)
            if await work.restocks.add(restock):
                restock.require_sold(order, before)
                await _put_back(work, restock, actor)
                await work.commit()
            else:
                known = await work.restocks.by_refund(refund_id)
                (known or restock).accept_repeat(restock)
        return restock


async def _put_back(work: ProductsUnitOfWork, restock: Restock, actor: str) -> None:
    back = []
    for line in restock.lines:
        stock = await work.stock.put_back(line)
        if sold_out_or_back(stock.available - line.quantity, stock.available):
            back.append(line.variant_id)
    moves = [(line.variant_id, line.quantity) for line in restock.lines]
    await work.stock.record(moves, "returned", actor, restock.order_id)
    if back:
        versions = await work.products.versions_of_variants(back)
        await work.events.append_all(of_versions(versions))
