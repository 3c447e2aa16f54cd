"""Show a cart with the prices, stock and problems of this moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from deployments.cart.application.ports import Catalogue, Clock, UnitOfWorkFactory
from deployments.cart.application.see_coupon import see_coupon
from deployments.cart.domain.cart import Cart, Shopper
from deployments.cart.domain.offer import Offer
from deployments.cart.domain.priced_cart import PricedCart, price_cart
from deployments.shared.errors import Conflict, NotFound, Unavailable
from deployments.shared.ids import new_id


@dataclass(frozen=True, slots=True)
class ShownCart:
    """``token`` opens a guest's cart; ``live`` is False when only remembered facts are shown."""

    priced: PricedCart
    token: str | None
    live: bool


class ShowCart:
    """Also the last step of the use cases that change a cart."""

    def __init__(
        self, begin: UnitOfWorkFactory, catalogue: Catalogue, clock: Clock, currency: str
    ) -> None:
        self._begin = begin
        self._catalogue = catalogue
        self._clock = clock
        self._currency = currency

    async def __call__(self, shopper: Shopper) -> ShownCart:
        """An empty cart for who has none yet; nothing is stored for looking."""
        async with self._begin() as work:
            cart = await work.carts.find(shopper)
        if cart is None:
            nobodys = Cart(new_id(), user_id=shopper.user_id)
            return ShownCart(price_cart(nobodys, {}, self._currency), None, live=True)
        return await self.show(cart, shopper.token)

    async def show(self, cart: Cart, token: str | None) -> ShownCart:
        try:
            offers = await self._catalogue.offers([item.variant_id for item in cart.items])
        except Unavailable:
            offers = None
        priced = price_cart(cart, offers, self._currency)
        if cart.coupon_code is not None:
            async with self._begin() as work:
                coupon = await see_coupon(
                    work, cart.coupon_code, priced.subtotal, cart.user_id, self._clock()
                )
            priced = replace(priced, coupon=coupon)
        return ShownCart(priced, None if cart.user_id else token, live=offers is not None)


async def current_offer(catalogue: Catalogue, variant_id: UUID) -> Offer | None:
    return (await catalogue.offers([variant_id])).get(variant_id)


UNKNOWN_VARIANT = NotFound("unknown_variant", "there is no such variant; reload the product")
EMPTY_CART = Conflict("cart_empty", "the cart is empty; add something first")
