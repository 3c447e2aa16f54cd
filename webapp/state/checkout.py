"""Address, delivery and totals; ends in an order whose items are reserved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx
from email_validator import EmailNotValidError, validate_email
from pydantic import ValidationError

from deployments.analytics.contract import CheckoutStarted
from deployments.cart.contract import Address, CheckoutRequest
from deployments.shared.errors import DomainError
from deployments.shared.ids import new_id
from webapp.api_client import Visitor, on_behalf_of, services
from webapp.formats import problem_text
from webapp.order_views import Delivery, Sum
from webapp.scripts import close_dialogs, focus
from webapp.session import Session, continue_visit, visitor_of
from webapp.settings import settings
from webapp.state.account import sign_in_first
from webapp.state.basket import Basket, refresh
from webapp.visit_events import record

_REQUIRED = {
    "email": "Enter the e-mail address for your confirmation.",
    "name": "Enter the name of who receives the parcel.",
    "line1": "Enter street and number.",
    "postal_code": "Enter the postal code.",
    "city": "Enter the town or city.",
}
_LONGEST = {
    "name": 120,
    "line1": 200,
    "line2": 200,
    "city": 120,
    "postal_code": 20,
    "region": 120,
}


class Checkout(rx.State):
    loading: bool = True
    busy: bool = False
    quoting: bool = False
    error: str = ""
    wrong: str = ""
    cart_problem: bool = False
    country: str = ""
    methods: list[Delivery] = []
    method: str = ""
    totals: Sum = Sum()
    email: str = ""
    recipient: str = ""
    _key: str = ""
    _body: str = ""

    @rx.event
    async def load(self) -> AsyncIterator[Any]:
        self.error = self.wrong = ""
        self.busy = self.cart_problem = False
        yield close_dialogs()
        session = await self.get_state(Session)
        basket = await self.get_state(Basket)
        try:
            visitor = await visitor_of(session)
            if visitor.access_token is None:
                yield sign_in_first("/checkout")
                return
            await refresh(basket)
            if not basket.lines and not basket.error:
                yield rx.redirect("/cart", replace=True)
                return
            self.email, self.recipient = session.email, session.name
            self.country = self.country or settings().country_codes[0]
            await _quote(self, visitor)
        except DomainError as error:
            self.error = problem_text(error)
        self.cart_problem = basket.has_problems
        self.loading = False
        if basket.count:
            record(CheckoutStarted, session_id=continue_visit(session), item_count=basket.count)

    @rx.event
    async def set_country(self, country: str) -> AsyncIterator[Any]:
        if country not in settings().country_codes:
            return
        self.country = country
        async for event in _quote_again(self):
            yield event

    @rx.event
    async def set_method(self, code: str) -> AsyncIterator[Any]:
        self.method = code
        async for event in _quote_again(self):
            yield event

    @rx.event
    async def place(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Make the order. Pressed twice, it is one order: the key stays with the attempt."""
        if self.busy:
            return
        fields = {name: " ".join(str(value).split()) for name, value in form.items()}
        self.wrong, self.error = check(fields)
        if self.error:
            yield focus(self.wrong)
            return
        session = await self.get_state(Session)
        basket = await self.get_state(Basket)
        try:
            request = CheckoutRequest(
                cart_version=basket.version,
                shipping_method=self.method,
                shipping_address=_address(fields, self.country),
                email=fields["email"],
            )
        except ValidationError:
            self.error = "Something in the address can't be printed. Type it in by hand."
            return
        self.busy = True
        yield
        body = request.model_dump_json()
        if body != self._body or not self._key:
            self._body, self._key = body, str(new_id())
        try:
            visitor = await visitor_of(session)
            if visitor.access_token is None:
                self.busy = False
                yield sign_in_first("/checkout")
                return
            with on_behalf_of(visitor):
                order = await services().cart.checkout(request, self._key)
        except DomainError as error:
            await _refused(self, basket, error)
            self.busy = False
            return
        self._key = self._body = ""
        await refresh(basket)
        # The page stays busy until it is left: a second click that waits in line does nothing.
        yield rx.redirect(f"/checkout/pay/{order.id}")


def check(fields: dict[str, str]) -> tuple[str, str]:
    """The first field that is wrong and what to do about it; two empty texts when none is."""
    for name, text in _REQUIRED.items():
        if not fields.get(name):
            return name, text
    try:
        validate_email(fields["email"], check_deliverability=False)
    except EmailNotValidError:
        return "email", "Enter your e-mail address, like ada@example.com."
    for name, most in _LONGEST.items():
        if len(fields.get(name, "")) > most:
            return name, f"Shorten this to {most} characters."
    return "", ""


def _address(fields: dict[str, str], country: str) -> Address:
    return Address(
        name=fields["name"],
        line1=fields["line1"],
        line2=fields.get("line2", ""),
        city=fields["city"],
        postal_code=fields["postal_code"],
        region=fields.get("region", ""),
        country=country,
    )


async def _quote(page: Checkout, visitor: Visitor) -> None:
    """Delivery methods and totals for the chosen country."""
    country = page.country
    with on_behalf_of(visitor):
        methods = await services().cart.shipping_methods(country)
        page.methods = [Delivery.of(method) for method in methods]
        codes = [method.code for method in methods]
        if page.method not in codes:
            page.method = codes[0] if codes else ""
        if page.method:
            page.totals = Sum.of(await services().cart.quote(country, page.method))


async def _quote_again(page: Checkout) -> AsyncIterator[Any]:
    page.quoting = True
    page.error = ""
    yield
    try:
        await _quote(page, await visitor_of(await page.get_state(Session)))
    except DomainError as error:
        page.error = problem_text(error)
    page.quoting = False


async def _refused(page: Checkout, basket: Basket, error: DomainError) -> None:
    """Say why there is no order. After a definite refusal the next try is a new attempt."""
    page.error = problem_text(error)
    if error.status >= 500:
        return
    if "progress" not in error.code:
        page._key = page._body = ""
    if error.status == 409:
        await refresh(basket)
        page.cart_problem = True
        if basket.count:
            try:
                await _quote(page, await visitor_of(await page.get_state(Session)))
            except DomainError:
                page.totals = Sum()
