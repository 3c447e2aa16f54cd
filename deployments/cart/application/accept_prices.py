"""Accept the prices of this moment for all items of a cart."""

from __future__ import annotations

from deployments.cart.application.ports import Catalogue, UnitOfWorkFactory
from deployments.cart.application.show_cart import ShowCart, ShownCart
from deployments.cart.domain.cart import Shopper


class AcceptPrices:
    def __init__(
        self, begin: UnitOfWorkFactory, catalogue: Catalogue, show: ShowCart, currency: str
    ) -> None:
        self._begin = begin
        self._catalogue = catalogue
        self._show = show
        self._currency = currency

    async def __call__(self, shopper: Shopper) -> ShownCart:
        """Other problems stay; without changed prices nothing changes.

        Raises:
            Unavailable: products does not answer.
        """
        async with self._begin() as work:
            cart = await work.carts.find(shopper)
        if cart is None or not cart.items:
            return await self._show(shopper)
        offers = await self._catalogue.offers([item.variant_id for item in cart.items])
        sold = {
            identity: offer
            for identity, offer in offers.items()
            if offer.is_sold_in(self._currency)
        }
        async with self._begin() as work:
            cart = await work.carts.find(shopper, lock=True)
            if cart is not None:
                cart.accept_prices(sold)
                await work.carts.save(cart)
                await work.commit()
        if cart is None:
            return await self._show(shopper)
        return await self._show.show(cart, shopper.token)
