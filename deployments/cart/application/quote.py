"""What the cart would cost, delivered to a country by a shipping method."""

from __future__ import annotations

from deployments.cart.application.show_cart import ShowCart
from deployments.cart.domain.cart import Shopper
from deployments.cart.domain.priced_cart import PricedCart
from deployments.cart.domain.shipping import ShippingOption, shipping_option, shipping_options
from deployments.cart.domain.totals import Totals, totals_of
from deployments.shared.errors import Conflict

EMPTY_CART = Conflict("cart_empty", "the cart is empty; add something first")


class Quote:
    """``free_from``: subtotal in minor units from which standard shipping is free."""

    def __init__(self, show: ShowCart, free_from: int) -> None:
        self._show = show
        self._free_from = free_from

    async def shipping_options(self, shopper: Shopper, country: str) -> list[ShippingOption]:
        """Raises ``Invalid`` ``country_not_served``."""
        subtotal = (await self._show(shopper)).priced.subtotal
        return shipping_options(country, subtotal.amount, self._free_from)

    async def __call__(self, shopper: Shopper, country: str, shipping_method: str) -> Totals:
        """
        Raises:
            Invalid: ``country_not_served`` or ``unknown_shipping_method``.
            Conflict: ``cart_empty``.
        """
        priced = (await self._show(shopper)).priced
        if not priced.lines:
            raise EMPTY_CART
        return self.totals(priced, country, shipping_method)

    def totals(self, priced: PricedCart, country: str, shipping_method: str) -> Totals:
        subtotal = priced.subtotal
        option = shipping_option(shipping_method, country, subtotal.amount, self._free_from)
        return totals_of(subtotal, option.price, country)
