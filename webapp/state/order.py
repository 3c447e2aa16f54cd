"""The page of one order: confirmation at first, status afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import reflex as rx

from deployments.cart.contract import OrderView
from deployments.payments.contract import PaymentView
from deployments.shared.errors import DomainError
from webapp.api_client import Visitor, on_behalf_of, services
from webapp.cart_views import Line, Sum
from webapp.order_views import Order, Parcel, RefundRow, Step, steps
from webapp.scripts import close_dialogs
from webapp.session import Session, visitor_of
from webapp.state.basket import Basket, refresh
from webapp.state.countries import country_names
from webapp.state.guard import refusal, sign_in_first
from webapp.state.payment import payment_of

_WATCH_EVERY_SECONDS = 1.5
_WATCHES = 80


class OrderPage(rx.State):
    loading: bool = True
    missing: bool = False
    error: str = ""
    order: Order = Order()
    lines: list[Line] = []
    totals: Sum = Sum()
    steps: list[Step] = []
    parcel: Parcel = Parcel()
    refunds: list[RefundRow] = []
    delivery: str = ""
    payment_open: bool = False
    payment_note: str = ""
    cancelling: bool = False
    _watch: int = 0

    @rx.event
    async def load(self) -> AsyncIterator[Any]:
        order_id = self.router.url.path.rstrip("/").rsplit("/", 1)[-1]
        if self.order.id != order_id:
            self.loading = True
        self.error = ""
        self.missing = False
        yield close_dialogs()
        try:
            visitor = await visitor_of(await self.get_state(Session))
            if visitor.access_token is None:
                yield sign_in_first(self.router.url.path)
                return
            await self._show(*await _fetch(UUID(order_id), visitor))
            await refresh(await self.get_state(Basket))
        except ValueError:
            self.missing = True
        except DomainError as error:
            self.missing = error.status in (403, 404, 422)
            if not self.missing:
                self.error, leave = await refusal(self, error)
                yield leave
        self.loading = False
        self._watch += 1
        if not self.missing and not _settled(self):
            yield OrderPage.watch

    @rx.event(background=True)
    async def watch(self) -> None:
        """Follow the order until its payment or refund is settled, as long as the page shows it."""
        async with self:
            watch, order_id = self._watch, self.order.id
        for _ in range(_WATCHES):
            await asyncio.sleep(_WATCH_EVERY_SECONDS)
            async with self:
                if self._watch != watch or not self.router.url.path.endswith(order_id):
                    return
                try:
                    visitor = await visitor_of(await self.get_state(Session))
                except DomainError:
                    continue
            if visitor.access_token is None:
                return
            try:
                order, payment = await _fetch(UUID(order_id), visitor)
            except DomainError:
                continue
            async with self:
                await self._show(order, payment)
                if _settled(self):
                    return

    @rx.event
    async def cancel(self) -> AsyncIterator[Any]:
        """Cancel an order that was not shipped; what was paid is given back."""
        if self.cancelling:
            return
        self.cancelling = True
        self.error = ""
        yield close_dialogs()
        try:
            visitor = await visitor_of(await self.get_state(Session))
            with on_behalf_of(visitor):
                await services().cart.cancel(self.order.id)
            await self._show(*await _fetch(UUID(self.order.id), visitor))
            self._watch += 1
            yield OrderPage.watch
        except DomainError as error:
            self.error, leave = await refusal(self, error)
            yield leave
        self.cancelling = False

    async def _show(self, order: OrderView, payment: PaymentView | None) -> None:
        self.order = Order.of(order, await country_names())
        self.lines = [Line.of_order(line) for line in order.lines]
        self.totals = Sum.of(order.totals)
        self.steps = steps(order)
        self.parcel = Parcel.of(order)
        self.refunds = [RefundRow.of(r, order) for r in order.refunds if r.state != "failed"]
        self.delivery = order.shipping_method.replace("_", " ").replace("-", " ").capitalize()
        under_way = payment is not None and payment.status in ("succeeded", "processing")
        self.payment_open = self.order.awaits_payment and not under_way
        self.payment_note = payment.failure.message if payment and payment.failure else ""


async def _fetch(order_id: UUID, visitor: Visitor) -> tuple[OrderView, PaymentView | None]:
    """The order, and its payment while that is what the shopper waits for."""
    with on_behalf_of(visitor):
        order = await services().cart.order(order_id)
    if not Order.of(order).awaits_payment or order.payment_id is None:
        return order, None
    try:
        return order, await payment_of(order, visitor)
    except DomainError:
        return order, None


def _settled(page: OrderPage) -> bool:
    moving = ("created", "reserved", "payment_pending", "paid", "cancelling", "refunding")
    return page.order.status not in moving and all(r.tone != "wait" for r in page.refunds)
