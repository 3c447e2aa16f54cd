"""What the cart would cost, delivered to a country by a shipping method."""

from __future__ import annotations

from deployments.cart.application.show_cart import EMPTY_CART, ShowCart
from deployments.cart.domain.cart import Shopper
from deployments.cart.domain.priced_cart import PricedCart
from deployments.cart.domain.shipping import ShippingOption, shipping_option, shipping_options
from deployments.cart.domain.totals import Bill, Totals, totals_of


class Quote:
    """``free_from``: subtotal in minor units from which standard shipping is free."""

    def __init__(self, show: ShowCart, free_from: int) -> None:
        self._show = show
        self._free_from = free_from

    async def shipping_options(self, shopper: Shopper, country: str) -> list[ShippingOption]:
        """Raises ``Invalid`` ``country_not_served``."""
        priced = (await self._show(shopper)).priced
        return shipping_options(
            country, priced.subtotal.amount, self._free_from, coupon=priced.ships_free
        )

    async def __call__(self, shopper: Shopper, country: str, shipping_method: str) -> Totals:
        """
        Raises:
            Invalid: ``country_not_served`` or ``unknown_shipping_method``.
            Conflict: ``cart_empty``.
        """
        priced = (await self._show(shopper)).priced
        if not priced.lines:
            raise EMPTY_CART
        return self.bill(priced, country, shipping_method).totals

    def bill(self, priced: PricedCart, country: str, shipping_method: str) -> Bill:
        """Raises as the call does, except for an empty cart."""
        subtotal, discount = priced.subtotal, priced.discount.amount
        option = shipping_option(
            shipping_method, country, subtotal.amount, self._free_from, coupon=priced.ships_free
        )
        takes_off = priced.coupon is not None and (discount > 0 or option.saved > 0)
        return Bill(
            totals_of(subtotal, option.price, country, discount),
            priced.coupon.valid if priced.coupon is not None and takes_off else None,
        )
