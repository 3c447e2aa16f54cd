"""Move a guest's cart into the cart of the user who has just signed in."""

from __future__ import annotations

from uuid import UUID

from deployments.cart.application.ports import UnitOfWorkFactory
from deployments.cart.application.show_cart import ShowCart, ShownCart
from deployments.cart.domain.cart import Shopper


class MergeCarts:
    def __init__(self, begin: UnitOfWorkFactory, show: ShowCart) -> None:
        self._begin = begin
        self._show = show

    async def __call__(self, user_id: UUID, token: str) -> ShownCart:
        """A token whose cart is gone (merged before, expired) changes nothing.

        Raises:
            Conflict: ``cart_full``.
        """
        async with self._begin() as work:
            # The guest's cart is locked first, so that of two merges at once one moves it.
            guest = await work.carts.find(Shopper(token=token), lock=True)
            if guest is not None:
                cart = await work.carts.open_for_user(user_id)
                cart.absorb(guest)
                # Saved before the guest's cart goes, which takes along the items left in it.
                await work.carts.save(cart)
                await work.carts.delete(guest)
                await work.commit()
        return await self._show(Shopper(user_id))
