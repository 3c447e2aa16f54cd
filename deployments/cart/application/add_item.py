"""Put a variant into the cart; a guest's first item opens a cart."""

from __future__ import annotations

from uuid import UUID

from deployments.cart.application.ports import CartUnitOfWork, Catalogue, UnitOfWorkFactory
from deployments.cart.application.show_cart import (
    UNKNOWN_VARIANT,
    ShowCart,
    ShownCart,
    current_offer,
)
from deployments.cart.domain.cart import Cart, Shopper
from deployments.cart.domain.offer import Offer
from deployments.shared.errors import Conflict


class AddItem:
    def __init__(
        self, begin: UnitOfWorkFactory, catalogue: Catalogue, show: ShowCart, currency: str
    ) -> None:
        self._begin = begin
        self._catalogue = catalogue
        self._show = show
        self._currency = currency

    async def __call__(self, shopper: Shopper, variant_id: UUID, quantity: int) -> ShownCart:
        """
        Raises:
            NotFound: ``unknown_variant``.
            Conflict: ``not_for_sale``, ``other_currency``, ``quantity_limit`` or ``cart_full``.
            Unavailable: products does not answer, so there is no price.
        """
        offer = await current_offer(self._catalogue, variant_id)
        if offer is None:
            raise UNKNOWN_VARIANT
        if not offer.published:
            raise Conflict("not_for_sale", f"{offer.title} is not for sale")
        if offer.price.currency != self._currency:
            raise Conflict(
                "other_currency",
                f"{offer.title} is priced in {offer.price.currency}, the store sells in "
                f"{self._currency}",
            )
        async with self._begin() as work:
            cart, token = await self._add(work, shopper, offer, quantity)
            await work.commit()
        return await self._show.show(cart, token)

    async def _add(
        self, work: CartUnitOfWork, shopper: Shopper, offer: Offer, quantity: int
    ) -> tuple[Cart, str | None]:
        if shopper.user_id is not None:
            cart: Cart | None = await work.carts.open_for_user(shopper.user_id)
        else:
            cart = await work.carts.find(shopper, lock=True)
        if cart is None:
            cart, token = Cart.for_guest()
            cart.add(offer, quantity)
            await work.carts.add(cart)
            return cart, token
        cart.add(offer, quantity)
        await work.carts.save(cart)
        return cart, shopper.token
