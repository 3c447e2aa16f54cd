"""Address, delivery and totals; ends in an order whose items are reserved."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import reflex as rx
from pydantic import ValidationError

from deployments.analytics.contract import CheckoutStarted
from deployments.auth.contract import AddressInput
from deployments.cart.contract import Address, CheckoutRequest
from deployments.shared.errors import DomainError
from deployments.shared.ids import new_id
from webapp.address_views import AddressCard, check_address, typed
from webapp.api_client import Visitor, on_behalf_of, services
from webapp.cart_views import Delivery, Sum
from webapp.formats import problem_text
from webapp.order_views import Order
from webapp.scripts import close_dialogs, focus
from webapp.session import Session, continue_visit, visitor_of
from webapp.settings import settings
from webapp.state.account import check_email
from webapp.state.addresses import UNPRINTABLE
from webapp.state.basket import Basket, refresh
from webapp.state.countries import Country, all_countries, country_names
from webapp.state.guard import refusal, sign_in_first
from webapp.visit_events import record

logger = logging.getLogger(__name__)


class Checkout(rx.State):
    """``chosen`` is the id of a saved address, or empty while one is typed in."""

    loading: bool = True
    busy: bool = False
    quoting: bool = False
    error: str = ""
    wrong: str = ""
    cart_problem: bool = False
    saved: list[AddressCard] = []
    chosen: str = ""
    countries: list[Country] = []
    country: str = ""
    methods: list[Delivery] = []
    method: str = ""
    totals: Sum = Sum()
    free: bool = False
    email: str = ""
    recipient: str = ""
    _total: int | None = None
    _key: str = ""
    _body: str = ""
    _visit: UUID | None = None

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
            self.countries = await all_countries.get()
            await self._load_addresses(visitor)
            await _quote(self, visitor)
        except DomainError as error:
            self.error, leave = await refusal(self, error)
            yield leave
        self.cart_problem = basket.has_problems
        self.loading = False
        if basket.count:
            record(CheckoutStarted, session_id=continue_visit(session), item_count=basket.count)

    async def _load_addresses(self, visitor: Visitor) -> None:
        """Offer what the shopper saved; without it the address is typed in."""
        names = await country_names()
        try:
            with on_behalf_of(visitor):
                found = await services().auth.addresses()
        except DomainError:
            found = []
        self.saved = [AddressCard.of(a, names) for a in found if not names or a.country in names]
        if self.chosen not in [address.id for address in self.saved]:
            self.chosen = self.saved[0].id if self.saved else ""
        self.country = self._country_of(self.chosen) or self.country or settings().default_country

    def _country_of(self, address_id: str) -> str:
        return next((a.country for a in self.saved if a.id == address_id), "")

    @rx.event
    async def choose_address(self, address_id: str) -> AsyncIterator[Any]:
        """Send it to a saved address, or with an empty id to one that is typed in."""
        self.chosen = address_id
        self.country = self._country_of(address_id) or self.country
        async for event in _quote_again(self):
            yield event

    @rx.event
    async def set_country(self, country: str) -> AsyncIterator[Any]:
        if country not in [known.code for known in self.countries]:
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
    async def apply_coupon(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        basket = await self.get_state(Basket)
        async for event in basket.apply_coupon(form):
            yield event
        async for event in _quote_again(self):
            yield event

    @rx.event
    async def remove_coupon(self) -> AsyncIterator[Any]:
        basket = await self.get_state(Basket)
        async for event in basket.remove_coupon():
            yield event
        async for event in _quote_again(self):
            yield event

    @rx.event
    async def place(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Make the order. Pressed twice, it is one order: the key stays with the attempt."""
        if self.busy:
            return
        fields = typed(form)
        if known := next((a for a in self.saved if a.id == self.chosen), None):
            fields |= known.fields()
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
                seen_total=self._total,
                session_id=continue_visit(session),
            )
        except ValidationError:
            self.error = UNPRINTABLE
            return
        self.busy = True
        yield
        # An attempt keeps the visit it began in, though that may end meanwhile.
        body = request.model_dump_json(exclude={"session_id"})
        if body != self._body or not self._key:
            self._body, self._key, self._visit = body, str(new_id()), request.session_id
        request = request.model_copy(update={"session_id": self._visit})
        try:
            visitor = await visitor_of(session)
            if visitor.access_token is None:
                self.busy = False
                yield sign_in_first("/checkout")
                return
            with on_behalf_of(visitor):
                order = await services().cart.checkout(request, self._key)
        except DomainError as error:
            yield await _refused(self, basket, error)
            self.busy = False
            return
        self._key = self._body = ""
        if "save_address" in form and known is None:
            await _keep(request.shipping_address, visitor)
        await refresh(basket)
        # The page stays busy until it is left: a second click that waits in line does nothing.
        unpaid = Order.of(order).awaits_payment and order.totals.total.amount > 0
        yield rx.redirect(f"/checkout/pay/{order.id}" if unpaid else f"/order/{order.id}")


def check(fields: dict[str, str]) -> tuple[str, str]:
    """The first field that is wrong and what to do about it; two empty texts when none is."""
    if not fields.get("email"):
        return "email", "Enter the e-mail address for your confirmation."
    if problem := check_email(fields["email"]):
        return "email", problem
    return check_address(fields)


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


async def _keep(address: Address, visitor: Visitor) -> None:
    """Save an address for the next time; the order does not depend on it."""
    try:
        with on_behalf_of(visitor):
            await services().auth.add_address(AddressInput(**address.model_dump()))
    except DomainError as error:
        logger.info("an address was not saved: %s", error.code)


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
            totals = await services().cart.quote(country, page.method)
            page.totals = Sum.of(totals)
            page._total = totals.total.amount
            page.free = totals.total.amount == 0


async def _quote_again(page: Checkout) -> AsyncIterator[Any]:
    page.quoting = True
    page.error = ""
    yield
    try:
        await _quote(page, await visitor_of(await page.get_state(Session)))
    except DomainError as error:
        page.error = problem_text(error)
    basket = await page.get_state(Basket)
    page.cart_problem = basket.has_problems
    page.quoting = False


async def _refused(page: Checkout, basket: Basket, error: DomainError) -> Any:
    """Say why there is no order. After a definite refusal the next try is a new attempt."""
    page.error, leave = await refusal(page, error)
    if error.status >= 500:
        return leave
    if "progress" not in error.code:
        page._key = page._body = ""
    if error.status == 409:
        await refresh(basket)
        page.cart_problem = basket.has_problems or error.code == "cart_changed"
        if basket.count:
            try:
                await _quote(page, await visitor_of(await page.get_state(Session)))
            except DomainError:
                page.totals = Sum()
                page._total = None
    return leave
