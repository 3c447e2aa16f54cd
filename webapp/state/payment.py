"""Paying an order by card. The card goes from the browser to Stripe; only its token comes here."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import reflex as rx

from deployments.cart.contract import OrderView
from deployments.payments.contract import CreateIntentRequest, PaymentView
from deployments.shared.errors import DomainError
from webapp.api_client import Visitor, on_behalf_of, services
from webapp.cart_views import Line, Sum
from webapp.formats import money, problem_text
from webapp.order_views import Order
from webapp.scripts import close_dialogs, focus, tokenise_card
from webapp.session import Session, visitor_of
from webapp.settings import settings
from webapp.state.guard import sign_in_first

_PAYMENT_METHOD = re.compile(r"pm_[A-Za-z0-9_]{1,97}")


class Payment(rx.State):
    loading: bool = True
    missing: bool = False
    busy: bool = False
    order: Order = Order()
    lines: list[Line] = []
    totals: Sum = Sum()
    amount: str = ""
    error: str = ""
    wrong: str = ""
    declined: bool = False
    test_mode: bool = False
    _payment_id: str = ""

    @rx.event
    async def load(self) -> AsyncIterator[Any]:
        order_id = self.router.url.path.rstrip("/").rsplit("/", 1)[-1]
        self.error = self.wrong = ""
        self.busy = self.missing = self.declined = False
        self.test_mode = settings().is_test_mode
        if self.order.id != order_id:
            self.loading = True
        yield close_dialogs()
        try:
            visitor = await visitor_of(await self.get_state(Session))
            if visitor.access_token is None:
                yield sign_in_first(self.router.url.path)
                return
            with on_behalf_of(visitor):
                order = await services().cart.order(UUID(order_id))
        except ValueError:
            self.missing, self.loading = True, False
            return
        except DomainError as error:
            self.missing = error.status in (403, 404, 422)
            self.error = "" if self.missing else problem_text(error)
            self.loading = False
            return
        self.order = Order.of(order)
        self.lines = [Line.of_order(line) for line in order.lines]
        self.totals = Sum.of(order.totals)
        self.amount = money(order.totals.total)
        if not self.order.awaits_payment:
            yield rx.redirect(f"/order/{order.id}", replace=True)
            return
        try:
            payment = await payment_of(order, visitor)
        except DomainError as error:
            self.error = problem_text(error)
            self.loading = False
            return
        self._payment_id = str(payment.id)
        if payment.status in ("succeeded", "processing"):
            yield rx.redirect(f"/order/{order.id}", replace=True)
            return
        if payment.failure:
            self.declined, self.error = True, payment.failure.message
        self.loading = False

    @rx.event
    def pay(self) -> Any:
        """Ask the browser for a token of the card it holds."""
        if self.busy or not self._payment_id:
            return None
        self.busy = True
        self.error = self.wrong = ""
        self.declined = False
        script = tokenise_card(settings().stripe_api_url, settings().stripe_publishable_key)
        return rx.call_script(script, callback=Payment.card_ready)

    @rx.event
    async def card_ready(self, answer: dict[str, Any]) -> AsyncIterator[Any]:
        """``answer``: {id} or {error, field}, from the browser."""
        token = str(answer.get("id") or "")
        if not self.busy:
            return
        if not _PAYMENT_METHOD.fullmatch(token):
            self.error = str(answer.get("error") or "The card was not accepted.")[:300]
            self.wrong = str(answer.get("field") or "")[:20]
            self.busy = False
            if self.wrong:
                yield focus(f"card-{self.wrong}" if self.wrong.isalpha() else "card-number")
            return
        back = f"{self.router.url.origin}/order/{self.order.id}"
        try:
            visitor = await visitor_of(await self.get_state(Session))
            with on_behalf_of(visitor):
                payment = await services().payments.confirm(self._payment_id, token, back)
        except DomainError as error:
            self.error = problem_text(error)
            self.declined = error.status < 500
            self.busy = False
            return
        async for event in _after_confirming(self, payment):
            yield event


async def payment_of(order: OrderView, visitor: Visitor) -> PaymentView:
    """The one payment of an order."""
    with on_behalf_of(visitor):
        if order.payment_id:
            return await services().payments.get(order.payment_id)
        return await services().payments.create_intent(CreateIntentRequest(order_id=order.id))


async def _after_confirming(page: Payment, payment: PaymentView) -> AsyncIterator[Any]:
    # Where the page is left it stays busy: a second click that waits in line does nothing.
    if payment.status in ("succeeded", "processing", "cancelled"):
        yield rx.redirect(f"/order/{page.order.id}")
    elif payment.status == "requires_action" and _is_web_address(payment.next_action_url):
        yield rx.redirect(payment.next_action_url or "")
    else:
        page.busy = False
        page.declined = True
        page.error = (
            payment.failure.message
            if payment.failure
            else "The card was not accepted. Use another one."
        )


def _is_web_address(url: str | None) -> bool:
    return bool(url and url.startswith(("https://", "http://")))
