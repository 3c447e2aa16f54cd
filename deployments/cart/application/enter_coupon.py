"""Put a coupon on a cart, in place of another; take it off."""

from __future__ import annotations

from deployments.cart.application.ports import Clock, UnitOfWorkFactory
from deployments.cart.application.see_coupon import see_coupon
from deployments.cart.application.show_cart import EMPTY_CART, ShowCart, ShownCart
from deployments.cart.domain.cart import Shopper
from deployments.cart.domain.coupon import normal_code
from deployments.shared.errors import Conflict, NotFound


class EnterCoupon:
    def __init__(self, begin: UnitOfWorkFactory, show: ShowCart, clock: Clock) -> None:
        self._begin = begin
        self._show = show
        self._clock = clock

    async def __call__(self, shopper: Shopper, entered: str) -> ShownCart:
        """
        Raises:
            NotFound: ``unknown_coupon``.
            Conflict: ``cart_empty``, or the coupon is not valid: the code of its problem.
        """
        code = normal_code(entered)
        subtotal = (await self._show(shopper)).priced.subtotal
        async with self._begin() as work:
            cart = await work.carts.find(shopper, lock=True)
            if cart is None or not cart.items:
                raise EMPTY_CART
            coupon = await see_coupon(work, code, subtotal, cart.user_id, self._clock())
            if coupon.coupon is None:
                raise NotFound("unknown_coupon", f"there is no coupon {code}; check the code")
            if coupon.problem is not None:
                raise Conflict(coupon.problem.code, coupon.problem.detail)
            cart.enter_coupon(code)
            await work.carts.save(cart)
            await work.commit()
        return await self._show.show(cart, shopper.token)


class RemoveCoupon:
    def __init__(self, begin: UnitOfWorkFactory, show: ShowCart) -> None:
        self._begin = begin
        self._show = show

    async def __call__(self, shopper: Shopper) -> ShownCart:
        """Removing again changes nothing."""
        async with self._begin() as work:
            cart = await work.carts.find(shopper, lock=True)
            if cart is not None:
                cart.remove_coupon()
                await work.carts.save(cart)
                await work.commit()
        # After this transaction: one that waits inside for another's connection may block itself.
        if cart is None:
            return await self._show(shopper)
        return await self._show.show(cart, shopper.token)
