"""The cart in every page's corner, in the drawer and on its own page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from deployments.analytics.contract import AddedToCart
from deployments.cart.contract import CartView
from deployments.shared.errors import DomainError
from webapp.api_client import on_behalf_of, services
from webapp.formats import count_of, money, problem_text
from webapp.order_views import Line
from webapp.scripts import open_dialog
from webapp.session import Session, continue_visit, visitor_of
from webapp.visit_events import record

_MOST = 999


class Basket(rx.State):
    lines: list[Line] = []
    count: int = 0
    subtotal: str = ""
    version: int = 0
    live: bool = True
    loaded: bool = False
    busy: bool = False
    error: str = ""
    announcement: str = ""

    @rx.var
    def has_problems(self) -> bool:
        return any(line.problem for line in self.lines)

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
        if self.busy:
            return
        self.busy = True
        self.error = ""
        yield
        session = await self.get_state(Session)
        try:
            visitor = await visitor_of(session)
            with on_behalf_of(visitor):
                client, token = services().cart, visitor.cart_token
                if quantity <= 0:
                    cart = await client.remove(item_id, token)
                else:
                    cart = await client.change(item_id, min(quantity, _MOST), token)
            show(self, session, cart)
            self.announcement = f"Cart updated: {count_of(self.count, 'item')}, {self.subtotal}"
        except DomainError as error:
            await refresh(self)
            self.error = problem_text(error)
        finally:
            self.busy = False


def show(basket: Basket, session: Session, cart: CartView) -> None:
    if cart.token and not session.refresh_token and session.cart_token != cart.token:
        session.cart_token = cart.token
    basket.lines = [Line.of_cart(item) for item in cart.items]
    basket.count = cart.item_count
    basket.subtotal = money(cart.subtotal)
    basket.version = cart.version
    basket.live = cart.live
    basket.loaded = True
    basket.error = ""


def clear(basket: Basket) -> None:
    basket.lines = []
    basket.count = basket.version = 0
    basket.subtotal = basket.error = ""
    basket.loaded = True


async def refresh(basket: Basket) -> None:
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
