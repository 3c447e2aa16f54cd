"""The cart in every page's corner, in the drawer and on its own page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import reflex as rx

from deployments.analytics.contract import AddedToCart
from deployments.cart.contract import CartClient, CartView
from deployments.shared.errors import DomainError
from webapp.api_client import on_behalf_of, services
from webapp.cart_views import Coupon, Line
from webapp.formats import count_of, money, problem_text
from webapp.scripts import open_dialog, reset_form
from webapp.session import Session, continue_visit, visitor_of
from webapp.visit_events import record

_MOST = 999


class Basket(rx.State):
    lines: list[Line] = []
    count: int = 0
    subtotal: str = ""
    coupon: Coupon = Coupon()
    coupon_error: str = ""
    version: int = 0
    live: bool = True
    loaded: bool = False
    busy: bool = False
    error: str = ""
    announcement: str = ""

    @rx.var
    def has_problems(self) -> bool:
        return any(line.problem for line in self.lines) or bool(self.coupon.problem)

    @rx.var
    def has_new_prices(self) -> bool:
        return any(line.problem_kind == "price_changed" for line in self.lines)

    @rx.event
    async def open_drawer(self) -> AsyncIterator[Any]:
        yield open_dialog("cart-drawer")
        await refresh(self)

    @rx.event
    async def reload(self) -> None:
        await refresh(self)

    @rx.event
    async def change(self, item_id: str, quantity: int) -> AsyncIterator[Any]:
        """Set a line's quantity; 0 removes it."""

        def make(client: CartClient, token: str | None) -> Awaitable[CartView]:
            if quantity <= 0:
                return client.remove(item_id, token)
            return client.change(item_id, min(quantity, _MOST), token)

        async for event in _change(self, make):
            yield event

    @rx.event
    async def accept_prices(self) -> AsyncIterator[Any]:
        """Go on with the prices as they are now."""
        async for event in _change(self, lambda client, token: client.accept_prices(token)):
            yield event

    @rx.event
    async def apply_coupon(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        code = "".join(str(form.get("code", "")).split())
        if not code:
            self.coupon_error = "Enter the code of your coupon."
            return
        async for event in _change(self, lambda client, token: client.apply_coupon(code, token)):
            yield event
        # What is wrong with a coupon is said beside its field.
        self.coupon_error, self.error = self.error, ""
        if not self.coupon_error:
            yield reset_form("coupon-form")

    @rx.event
    async def remove_coupon(self) -> AsyncIterator[Any]:
        async for event in _change(self, lambda client, token: client.remove_coupon(token)):
            yield event


async def _change(
    basket: Basket, make: Callable[[CartClient, str | None], Awaitable[CartView]]
) -> AsyncIterator[Any]:
    """Change the cart by ``make`` and show it, or why it is not changed."""
    if basket.busy:
        return
    basket.busy = True
    basket.error = basket.coupon_error = ""
    yield
    session = await basket.get_state(Session)
    try:
        visitor = await visitor_of(session)
        with on_behalf_of(visitor):
            cart = await make(services().cart, visitor.cart_token)
        show(basket, session, cart)
        basket.announcement = f"Cart updated: {count_of(basket.count, 'item')}, {basket.subtotal}"
    except DomainError as error:
        await refresh(basket)
        basket.error = problem_text(error)
    finally:
        basket.busy = False


def show(basket: Basket, session: Session, cart: CartView) -> None:
    if cart.token and not session.refresh_token and session.cart_token != cart.token:
        session.cart_token = cart.token
    basket.lines = [Line.of_cart(item) for item in cart.items]
    basket.count = cart.item_count
    basket.subtotal = money(cart.subtotal)
    basket.coupon = Coupon.of(cart)
    basket.version = cart.version
    basket.live = cart.live
    basket.loaded = True
    basket.error = ""


def clear(basket: Basket) -> None:
    basket.lines = []
    basket.count = basket.version = 0
    basket.subtotal = basket.error = basket.coupon_error = ""
    basket.coupon = Coupon()
    basket.loaded = True


async def refresh(basket: Basket, *, again: bool = False) -> None:
    """Show the visitor's cart as it is now, or why that can't be told."""
    session = await basket.get_state(Session)
    try:
        visitor = await visitor_of(session)
        if visitor.access_token is None and visitor.cart_token is None:
            clear(basket)
            return
        with on_behalf_of(visitor):
            show(basket, session, await services().cart.get(visitor.cart_token))
    except DomainError as error:
        if error.status == 404 and not session.refresh_token:
            session.cart_token = ""
            clear(basket)
        elif error.status == 401 and session.refresh_token and not again:
            # The sign-in has ended; whoever is left is a guest.
            await refresh(basket, again=True)
        else:
            basket.error = problem_text(error)


async def merge_guest_cart(basket: Basket) -> None:
    """After a sign-in: what was put in the cart before goes along."""
    session = await basket.get_state(Session)
    token = session.cart_token
    try:
        visitor = await visitor_of(session)
        if token and visitor.access_token:
            with on_behalf_of(visitor):
                show(basket, session, await services().cart.merge(token))
            session.cart_token = ""
            return
    except DomainError as error:
        if error.status < 500:
            session.cart_token = ""
    await refresh(basket)


async def put(basket: Basket, product_id: str, variant_id: str, quantity: int) -> bool:
    """Add to the cart; False with ``error`` set when it was refused."""
    session = await basket.get_state(Session)
    try:
        visitor = await visitor_of(session)
        with on_behalf_of(visitor):
            cart = await services().cart.add(variant_id, quantity, visitor.cart_token)
    except DomainError as error:
        basket.error = problem_text(error)
        return False
    show(basket, session, cart)
    record(
        AddedToCart,
        session_id=continue_visit(session),
        product_id=product_id,
        variant_id=variant_id,
        quantity=quantity,
    )
    return True
