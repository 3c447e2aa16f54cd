"""Take an item out of the cart."""

from __future__ import annotations

from uuid import UUID

from deployments.cart.application.ports import UnitOfWorkFactory
from deployments.cart.application.show_cart import ShowCart, ShownCart
from deployments.cart.domain.cart import Cart, Shopper
from deployments.shared.ids import new_id


class RemoveItem:
    def __init__(self, begin: UnitOfWorkFactory, show: ShowCart) -> None:
        self._begin = begin
        self._show = show

    async def __call__(self, shopper: Shopper, item_id: UUID) -> ShownCart:
        """Raises ``NotFound`` ``unknown_item``, also for an item of somebody else's cart."""
        async with self._begin() as work:
            cart = await work.carts.find(shopper, lock=True) or Cart(new_id())
            cart.remove(item_id)
            await work.carts.save(cart)
            await work.commit()
        return await self._show.show(cart, shopper.token)
