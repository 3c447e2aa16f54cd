"""Signing in, opening an account, and what an account shows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import reflex as rx
from email_validator import EmailNotValidError, validate_email

from deployments.shared.errors import DomainError
from webapp.api_client import Visitor, on_behalf_of, services
from webapp.formats import problem_text
from webapp.order_views import OrderRow
from webapp.scripts import close_dialogs, focus
from webapp.session import Session, begin, safe_next
from webapp.state.basket import Basket, merge_guest_cart
from webapp.state.guard import customer, refusal, sign_in_first

SHORTEST_PASSWORD = 10
_PAGE_SIZE = 10


class Door(rx.State):
    """The sign-in and the register page."""

    busy: bool = False
    error: str = ""
    wrong: str = ""
    typed_email: str = ""
    typed_name: str = ""
    other_page: str = ""
    for_checkout: bool = False

    @rx.event
    async def load(self) -> Any:
        url = self.router.url
        target = safe_next(url.query_parameters.get("next", "/"))
        other = "/register" if url.path.startswith("/sign-in") else "/sign-in"
        self.other_page = other + (f"?next={quote(target, safe='/')}" if target != "/" else "")
        self.for_checkout = target == "/checkout"
        self.busy = False
        self.error = self.wrong = ""
        session = await self.get_state(Session)
        if session.refresh_token and session.email:
            return rx.redirect(target, replace=True)
        return close_dialogs()

    @rx.event
    async def sign_in(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        async for event in _enter(self, form, registering=False):
            yield event

    @rx.event
    async def register(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        async for event in _enter(self, form, registering=True):
            yield event


async def _enter(page: Door, form: dict[str, Any], *, registering: bool) -> AsyncIterator[Any]:
    if page.busy:
        return
    email, password = str(form.get("email", "")).strip(), str(form.get("password", ""))
    name = " ".join(str(form.get("name", "")).split())
    page.typed_email, page.typed_name = email, name
    page.wrong, page.error = check(email, password, name if registering else None)
    if page.error:
        yield focus(page.wrong)
        return
    page.busy = True
    yield
    session = await page.get_state(Session)
    try:
        with on_behalf_of(Visitor(address=session.router.session.client_ip)):
            if registering:
                tokens = await services().auth.register(email, password, name)
            else:
                tokens = await services().auth.login(email, password)
    except DomainError as error:
        page.error = problem_text(error)
        page.busy = False
        return
    begin(session, tokens)
    await merge_guest_cart(await page.get_state(Basket))
    page.busy = False
    page.typed_email = page.typed_name = ""
    target = safe_next(page.router.url.query_parameters.get("next", "/"))
    yield rx.redirect(target, replace=True)


def check(email: str, password: str, name: str | None) -> tuple[str, str]:
    """The first field that is wrong and what to do about it; two empty texts when none is.

    ``name`` is None at sign-in, where the length of the password says nothing.
    """
    if name is not None and not name:
        return "name", "Tell us your name."
    if problem := check_email(email):
        return "email", problem
    if not password:
        return "password", "Enter your password."
    if name is not None and (problem := check_new_password(password)):
        return "password", problem
    return "", ""


def check_email(email: str) -> str:
    """What is wrong with an address; empty when nothing is."""
    try:
        validate_email(email, check_deliverability=False)
    except EmailNotValidError:
        return "Enter your e-mail address, like ada@example.com."
    return ""


def check_new_password(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        return f"Choose a password of at least {SHORTEST_PASSWORD} characters."
    return ""


class Account(rx.State):
    """The account page and the order history."""

    orders: list[OrderRow] = []
    loading: bool = True
    loading_more: bool = False
    error: str = ""
    has_more: bool = False
    _cursor: str | None = None

    @rx.event
    async def load(self) -> AsyncIterator[Any]:
        self.error = ""
        yield close_dialogs()
        try:
            if not await _fetch(self, None):
                yield sign_in_first(self.router.url.path)
                return
        except DomainError as error:
            self.error, leave = await refusal(self, error)
            yield leave
        self.loading = False

    @rx.event
    async def load_more(self) -> AsyncIterator[Any]:
        if self.loading_more or not self._cursor:
            return
        self.loading_more = True
        yield
        try:
            await _fetch(self, self._cursor)
        except DomainError as error:
            self.error, leave = await refusal(self, error)
            yield leave
        self.loading_more = False


async def _fetch(page: Account, cursor: str | None) -> bool:
    """Show (more of) the orders; False when nobody is signed in."""
    visitor = await customer(page)
    if visitor is None:
        page.orders = []
        return False
    with on_behalf_of(visitor):
        found = await services().cart.orders(cursor=cursor, limit=_PAGE_SIZE)
    rows = [OrderRow.of(order) for order in found.items]
    page.orders = [*page.orders, *rows] if cursor else rows
    page._cursor = found.next_cursor
    page.has_more = found.next_cursor is not None
    return True
