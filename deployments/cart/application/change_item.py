"""Set the quantity of an item, accepting its price of this moment."""

from __future__ import annotations

from uuid import UUID

from deployments.cart.application.ports import Catalogue, UnitOfWorkFactory
from deployments.cart.application.show_cart import ShowCart, ShownCart, current_offer
from deployments.cart.domain.cart import Cart, Shopper
from deployments.shared.errors import Conflict
from deployments.shared.ids import new_id


class ChangeItem:
    def __init__(
        self, begin: UnitOfWorkFactory, catalogue: Catalogue, show: ShowCart, currency: str
    ) -> None:
        self._begin = begin
        self._catalogue = catalogue
        self._show = show
        self._currency = currency

    async def __call__(self, shopper: Shopper, item_id: UUID, quantity: int) -> ShownCart:
        """
        Raises:
            NotFound: ``unknown_item``, also for an item of somebody else's cart.
            Conflict: ``gone``: the item is not sold any more.
            Unavailable: products does not answer.
        """
        async with self._begin() as work:
            cart = await work.carts.find(shopper) or Cart(new_id())
        item = cart.item(item_id)
        offer = await current_offer(self._catalogue, item.variant_id)
        if offer is None or not offer.is_sold_in(self._currency):
            raise Conflict("gone", f"{item.title} is not sold any more; remove it")
        async with self._begin() as work:
            # It may have been merged or emptied meanwhile.
            cart = await work.carts.find(shopper, lock=True) or Cart(new_id())
            cart.change(item_id, offer, quantity)
            await work.carts.save(cart)
            await work.commit()
        return await self._show.show(cart, shopper.token)
