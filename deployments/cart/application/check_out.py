"""Turn a cart into an order and drive it until the shopper can pay."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Coroutine, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from deployments.cart.application.announce import announce
from deployments.cart.application.ports import (
    CartUnitOfWork,
    Catalogue,
    Clock,
    UnitOfWorkFactory,
)
from deployments.cart.application.quote import Quote
from deployments.cart.application.run_order import RunOrder
from deployments.cart.application.see_coupon import see_coupon
from deployments.cart.application.show_cart import EMPTY_CART
from deployments.cart.domain.cart import Cart, Shopper
from deployments.cart.domain.order import Order
from deployments.cart.domain.order_parts import Placement
from deployments.cart.domain.order_states import Status
from deployments.cart.domain.priced_cart import PricedCart, price_cart
from deployments.cart.domain.totals import Totals, check_payable
from deployments.shared.errors import Conflict, Invalid, Unavailable
from deployments.shared.money import Money

IN_PROGRESS = Conflict(
    "checkout_in_progress", "this checkout is being worked on; ask again in a moment"
)
_UNFINISHED = frozenset({Status.CREATED, Status.RESERVED})
CART_CHANGED = Conflict("cart_changed", "the cart has changed since you saw it; look at it again")


def request_hash(body: Mapping[str, Any]) -> str:
    """Equal for equal bodies, whatever the order of their fields."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


class CheckOut:
    """``hold``: how long an order that can't be finished is tried before it is given up;
    ``patience``: how long the shopper waits for it; ``max_unpaid``: orders of one shopper that may
    hold stock unpaid at a time."""

    def __init__(
        self,
        begin: UnitOfWorkFactory,
        catalogue: Catalogue,
        quote: Quote,
        run: RunOrder,
        clock: Clock,
        *,
        hold: timedelta,
        patience: timedelta,
        currency: str,
        max_unpaid: int = 20,
    ) -> None:
        self._begin = begin
        self._catalogue = catalogue
        self._quote = quote
        self._run = run
        self._clock = clock
        self._hold = hold
        self._patience = patience
        self._currency = currency
        self._max_unpaid = max_unpaid

    async def __call__(
        self, placement: Placement, cart_version: int, seen_total: int | None = None
    ) -> Order:
        """The order, ready to be paid; repeating the same request gives the same order.

        ``seen_total``, where given, is what the shopper expects to pay, in minor units.

        Raises:
            Invalid: ``idempotency_key_reused`` for another body, or no such shipping.
            Conflict: ``checkout_in_progress``, ``cart_empty``, ``cart_changed``,
                ``cart_has_problems`` with ``lines``, ``too_many_unpaid_orders``, the code of a
                coupon's problem, ``total_changed``, a total that can't be paid by card, or
                the order was rejected: ``insufficient_stock`` with ``lines``.
            Unavailable: products or payments does not answer. Where the order exists already
                the sweep goes on with it, and so does a repeat of the request.
        """
        # A client that hangs up between placing and driving would leave the order leased.
        return await self._run.unbroken(self._check_out(placement, cart_version, seen_total))

    async def _check_out(
        self, placement: Placement, cart_version: int, seen_total: int | None
    ) -> Order:
        order = await self._known(placement)
        if order is not None:
            return await self._go_on(order)
        try:
            cart = await self._seen_cart(placement, cart_version)
            priced = await self._without_problems(cart)
        except Conflict:
            # The same request at the same time may have ordered the cart and taken the stock.
            order = await self._known(placement)
            if order is None:
                raise
            return await self._go_on(order)
        order, leased_until = await self._place(placement, priced, seen_total)
        if leased_until is None:
            return await self._go_on(order)
        await self._drive(order, self._run.leased(order.id, leased_until))
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
        self, placement: Placement, priced: PricedCart, seen_total: int | None
    ) -> tuple[Order, datetime | None]:
        """One transaction: the order and the end of its lease, which is None when the order was
        there already. The cart's lock puts the checkouts of a user in a row."""
        async with self._begin() as work:
            cart = await work.carts.find(Shopper(placement.user_id), lock=True)
            order = _same_request(
                await work.orders.by_key(placement.user_id, placement.idempotency_key), placement
            )
            if order is not None:
                return order, None
            if cart is None or cart.version != priced.cart.version:
                raise CART_CHANGED
            await self._refuse_second_order(work, cart)
            await self._refuse_hoarding(work, placement.user_id)
            now = self._clock()
            priced = await self._with_coupon(work, priced, placement.user_id, now)
            country = placement.shipping_address["country"]
            bill = self._quote.bill(priced, country, placement.shipping_method)
            _check_total(bill.totals, seen_total)
            order = Order.place(
                await work.orders.next_number(),
                placement,
                priced,
                bill,
                now=now,
                expires_at=now + self._hold,
            )
            leased_until = self._run.lease_end(now)
            await work.orders.add(order, leased_until)
            if bill.coupon is not None:
                await work.coupons.redeem(bill.coupon, order, now)
            await announce(work, "order.created", order)
            await work.commit()
        return order, leased_until

    async def _refuse_second_order(self, work: CartUnitOfWork, cart: Cart) -> None:
        other = await work.orders.in_the_way(cart.id, cart.version)
        if other is not None:
            raise Conflict(
                "checkout_in_progress",
                f"order {other.number} for this cart is being placed; look at your orders",
                order_id=str(other.id),
            )

    async def _refuse_hoarding(self, work: CartUnitOfWork, user_id: UUID) -> None:
        if await work.orders.count_unpaid(user_id) >= self._max_unpaid:
            raise Conflict(
                "too_many_unpaid_orders",
                f"{self._max_unpaid} orders of yours wait to be paid; pay or cancel some first",
            )

    async def _with_coupon(
        self, work: CartUnitOfWork, priced: PricedCart, user_id: UUID, now: datetime
    ) -> PricedCart:
        code = priced.cart.coupon_code
        if code is None:
            return priced
        coupon = await see_coupon(work, code, priced.subtotal, user_id, now, lock=True)
        if coupon.problem is not None:
            raise Conflict(coupon.problem.code, coupon.problem.detail)
        return replace(priced, coupon=coupon)

    async def _go_on(self, order: Order) -> Order:
        if order.status in _UNFINISHED:
            await self._drive(order, self._run_if_free(order))
        return await self._answer(order)

    async def _run_if_free(self, order: Order) -> None:
        if not await self._run.if_free(order.id):
            raise IN_PROGRESS

    async def _drive(self, order: Order, work: Coroutine[Any, Any, None]) -> None:
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                await self._run.unbroken(work)
        except TimeoutError as error:
            slow = Unavailable("checkout_slow", "this takes long; ask again in a moment")
            raise _later(order, slow) from error
        except Unavailable as error:
            # One that could be made out to the shopper waits for nothing the shopper needs.
            if (await self._current(order)).status in _UNFINISHED:
                raise _later(order, error) from error

    async def _current(self, order: Order) -> Order:
        async with self._begin() as work:
            return await work.orders.by_id(order.id) or order

    async def _answer(self, order: Order) -> Order:
        current = await self._current(order)
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


def _check_total(totals: Totals, seen_total: int | None) -> None:
    total = totals.total
    if seen_total is not None and seen_total != total.amount:
        raise Conflict(
            "total_changed",
            f"the total is {total} now, not {Money(seen_total, total.currency)} as you saw; "
            "look at it again",
            total={"amount": total.amount, "currency": total.currency},
        )
    check_payable(totals)


def _later(order: Order, error: Unavailable) -> Unavailable:
    return Unavailable(
        error.code,
        f"order {order.number} is placed but could not be finished yet: {error.detail}",
        retry_after=error.retry_after,
        order_id=str(order.id),
        order_number=order.number,
    )
