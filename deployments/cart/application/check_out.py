"""Turn a cart into an order and drive it until the shopper can pay."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from deployments.cart.application.announce import announce
from deployments.cart.application.ports import Catalogue, Clock, UnitOfWorkFactory
from deployments.cart.application.quote import EMPTY_CART, Quote
from deployments.cart.application.run_order import RunOrder
from deployments.cart.domain.cart import Cart, Shopper
from deployments.cart.domain.order import Order, Placement, Status
from deployments.cart.domain.priced_cart import PricedCart, price_cart
from deployments.cart.domain.totals import Totals, check_payable
from deployments.shared.errors import Conflict, Invalid, Unavailable

IN_PROGRESS = Conflict(
    "checkout_in_progress", "this checkout is being worked on; ask again in a moment"
)
CART_CHANGED = Conflict("cart_changed", "the cart has changed since you saw it; look at it again")


def request_hash(body: Mapping[str, Any]) -> str:
    """Equal for equal bodies, whatever the order of their fields."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


class CheckOut:
    """``hold``: how long an order that can't be finished is tried before it is given up."""

    def __init__(
        self,
        begin: UnitOfWorkFactory,
        catalogue: Catalogue,
        quote: Quote,
        run: RunOrder,
        clock: Clock,
        *,
        hold: timedelta,
        currency: str,
    ) -> None:
        self._begin = begin
        self._catalogue = catalogue
        self._quote = quote
        self._run = run
        self._clock = clock
        self._hold = hold
        self._currency = currency

    async def __call__(self, placement: Placement, cart_version: int) -> Order:
        """The order, ready to be paid; repeating the same request gives the same order.

        Raises:
            Invalid: ``idempotency_key_reused`` for another body, or no such shipping.
            Conflict: ``checkout_in_progress``, ``cart_empty``, ``cart_changed``,
                ``cart_has_problems`` with ``lines``, a total that can't be paid by card, or
                the order was rejected: ``insufficient_stock`` with ``lines``.
            Unavailable: products or payments does not answer. Where the order exists already
                the sweep goes on with it, and so does a repeat of the request.
        """
        order = await self._known(placement)
        if order is not None:
            return await self._go_on(order)
        cart = await self._seen_cart(placement, cart_version)
        priced = await self._without_problems(cart)
        country = placement.shipping_address["country"]
        totals = self._quote.totals(priced, country, placement.shipping_method)
        check_payable(totals)
        order, is_new = await self._place(placement, priced, totals)
        if not is_new:
            return await self._go_on(order)
        await self._drive(order)
        return await self._answer(order)

    async def _known(self, placement: Placement) -> Order | None:
        async with self._begin() as work:
            order = await work.orders.by_key(placement.user_id, placement.idempotency_key)
        return _same_request(order, placement)

    async def _seen_cart(self, placement: Placement, cart_version: int) -> Cart:
        async with self._begin() as work:
            cart = await work.carts.find(Shopper(placement.user_id))
        if cart is None:
            raise EMPTY_CART
        if cart.version != cart_version:
            raise CART_CHANGED
        if not cart.items:
            raise EMPTY_CART
        return cart

    async def _without_problems(self, cart: Cart) -> PricedCart:
        offers = await self._catalogue.offers([item.variant_id for item in cart.items])
        priced = price_cart(cart, offers, self._currency)
        if priced.faulty_lines:
            lines = [
                {
                    "item_id": str(line.item.id),
                    "variant_id": str(line.item.variant_id),
                    "title": line.item.title,
                    "available": line.available,
                    "problems": [asdict(problem) for problem in line.problems],
                }
                for line in priced.faulty_lines
            ]
            details = [p.detail for line in priced.faulty_lines for p in line.problems]
            raise Conflict("cart_has_problems", "; ".join(details), lines=lines)
        return priced

    async def _place(
        self, placement: Placement, priced: PricedCart, totals: Totals
    ) -> tuple[Order, bool]:
        """One transaction. The cart's lock puts the checkouts of a user in a row."""
        async with self._begin() as work:
            cart = await work.carts.find(Shopper(placement.user_id), lock=True)
            order = _same_request(
                await work.orders.by_key(placement.user_id, placement.idempotency_key), placement
            )
            if order is not None:
                return order, False
            if cart is None or cart.version != priced.cart.version:
                raise CART_CHANGED
            other = await work.orders.of_cart_version(cart.id, cart.version)
            if other is not None:
                raise Conflict(
                    "checkout_in_progress",
                    f"order {other.number} for this cart is being placed; look at your orders",
                    order_id=str(other.id),
                )
            now = self._clock()
            order = Order.place(
                await work.orders.next_number(),
                placement,
                priced,
                totals,
                now=now,
                expires_at=now + self._hold,
            )
            await work.orders.add(order, self._run.lease_end(now))
            await announce(work, "order.created", order)
            await work.commit()
        return order, True

    async def _go_on(self, order: Order) -> Order:
        if order.status in (Status.CREATED, Status.RESERVED):
            try:
                if not await self._run.if_free(order.id):
                    raise IN_PROGRESS
            except Unavailable as error:
                raise _later(order, error) from error
        return await self._answer(order)

    async def _drive(self, order: Order) -> None:
        try:
            await self._run.leased(order.id)
        except Unavailable as error:
            raise _later(order, error) from error

    async def _answer(self, order: Order) -> Order:
        async with self._begin() as work:
            current = await work.orders.by_id(order.id) or order
        if current.rejection is not None:
            reason = dict(current.rejection)
            raise Conflict(
                reason.pop("code"),
                reason.pop("detail"),
                order_id=str(current.id),
                order_number=current.number,
                **reason,
            )
        return current


def _same_request(order: Order | None, placement: Placement) -> Order | None:
    if order is not None and order.placement.request_hash != placement.request_hash:
        raise Invalid(
            "idempotency_key_reused",
            "this Idempotency-Key belongs to another checkout; use a new one",
        )
    return order


def _later(order: Order, error: Unavailable) -> Unavailable:
    return Unavailable(
        error.code,
        f"order {order.number} is placed but could not be finished yet: {error.detail}",
        retry_after=error.retry_after,
        order_id=str(order.id),
        order_number=order.number,
    )
