"""One order as merchants work on it: send, deliver, give money back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import reflex as rx
from pydantic import ValidationError

from deployments.cart.contract import (
    FulfilRequest,
    OrderView,
    RefundLineRequest,
    RefundOrderRequest,
)
from deployments.shared.errors import DomainError
from deployments.shared.ids import new_id
from deployments.shared.schemas import MoneySchema
from webapp.api_client import Visitor, on_behalf_of, services
from webapp.cart_views import Line, Sum
from webapp.desk_views import AlarmRow
from webapp.formats import money
from webapp.order_views import Order, Parcel, RefundRow, Step, status_tone, steps
from webapp.refund_sums import lines_sum, parse_amount, quantities_left, shipping_left
from webapp.scripts import close_dialogs, open_dialog
from webapp.state.back_office.gate import staff, turned_away
from webapp.state.countries import country_names

MODES = ("full", "lines", "amount")


@dataclass
class RefundLine:
    """A line of the refund dialog: ``quantity`` of ``left`` come back."""

    id: str
    title: str
    options: str
    left: int
    quantity: int


class OrderDesk(rx.State):
    loading: bool = True
    missing: bool = False
    error: str = ""
    done: str = ""
    busy: str = ""
    form_error: str = ""
    order: Order = Order()
    tone: str = ""
    lines: list[Line] = []
    totals: Sum = Sum()
    steps: list[Step] = []
    parcel: Parcel = Parcel()
    refunds: list[RefundRow] = []
    alarms: list[AlarmRow] = []
    delivery: str = ""
    coupon: str = ""
    can_send: bool = False
    can_deliver: bool = False
    refundable: str = ""
    mode: str = "full"
    refund_lines: list[RefundLine] = []
    with_shipping: bool = False
    shipping: str = ""
    restock: bool = False
    amount: str = ""
    refund_sum: str = ""
    _order: OrderView | None = None
    _key: str = ""

    @rx.event
    async def load(self) -> AsyncIterator[Any]:
        order_id = self.router.url.path.rstrip("/").rsplit("/", 1)[-1]
        if self.order.id != order_id:
            self.loading = True
        self.error = self.done = self.busy = ""
        self.missing = False
        yield close_dialogs()
        try:
            visitor, leave = await staff(self)
            yield leave
            if visitor:
                await self._fetch(UUID(order_id), visitor)
        except ValueError:
            self.missing = True
        except DomainError as error:
            self.missing = error.status in (404, 422)
            if not self.missing:
                self.error, leave = await turned_away(self, error)
                yield leave
        self.loading = False

    @rx.event
    async def send(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """The parcel leaves the house."""
        try:
            request = FulfilRequest(
                carrier=str(form.get("carrier", "")),
                tracking_number=str(form.get("tracking_number", "")),
                tracking_url=str(form.get("tracking_url", "")).strip() or None,
            )
        except ValidationError as error:
            field = str(error.errors()[0]["loc"][0])
            self.form_error = {
                "carrier": "Who carries it? Enter the name of the carrier.",
                "tracking_number": "Enter the tracking number of the parcel.",
            }.get(field, "The tracking link is a web address: https://…")
            return

        async def send(order_id: str) -> str:
            await services().cart.fulfil(order_id, request)
            return "The parcel is on its way. The customer gets a mail with the tracking number."

        async for event in self._change("send", send):
            yield event

    @rx.event
    async def deliver(self) -> AsyncIterator[Any]:
        async def deliver(order_id: str) -> str:
            await services().cart.complete(order_id)
            return "Marked as delivered."

        async for event in self._change("deliver", deliver):
            yield event

    @rx.event
    def open_refund(self) -> Any:
        """Start with everything; each opening of the dialog is a refund of its own."""
        if self._order is None:
            return None
        left = quantities_left(self._order)
        self.mode, self.with_shipping, self.restock = "full", False, False
        self.amount = self.form_error = self.done = ""
        self.refund_lines = [
            RefundLine(line.id, line.title, line.options, left[UUID(line.id)], 0)
            for line in self.lines
        ]
        self._key = str(new_id())
        self._sum()
        return open_dialog("refund")

    @rx.event
    def set_mode(self, mode: str) -> None:
        self.mode = mode if mode in MODES else "full"
        self._sum()

    @rx.event
    def step(self, line_id: str, by: int) -> None:
        self.refund_lines = [
            replace(line, quantity=max(0, min(line.quantity + by, line.left)))
            if line.id == line_id
            else line
            for line in self.refund_lines
        ]
        self._sum()

    @rx.event
    def toggle_shipping(self) -> None:
        self.with_shipping = not self.with_shipping
        self._sum()

    @rx.event
    def toggle_restock(self) -> None:
        self.restock = not self.restock

    @rx.event
    def set_amount(self, text: str) -> None:
        self.amount = text[:12]
        self._sum()

    @rx.event
    async def refund(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        request = self._request(" ".join(str(form.get("reason", "")).split()))
        if request is None:
            return
        key = self._key

        async def refund(order_id: str) -> str:
            made = await services().cart.refund(order_id, request, key)
            return f"{money(made.amount)} go back to the customer."

        async for event in self._change("refund", refund):
            yield event

    def _request(self, reason: str) -> RefundOrderRequest | None:
        """None with ``form_error`` set when something is missing."""
        lines = [line for line in self.refund_lines if line.quantity]
        amount = parse_amount(self.amount) if self.mode == "amount" else None
        self.form_error = ""
        if not reason:
            self.form_error = "Say why, for your own books and for the customer."
        elif self.mode == "lines" and not lines and not self.with_shipping:
            self.form_error = "Choose what comes back."
        elif self.mode == "amount" and not amount:
            self.form_error = "Enter an amount, like 12.50."
        if self.form_error:
            return None
        goods = self.mode == "full" or (self.mode == "lines" and bool(lines))
        try:
            return RefundOrderRequest(
                full=self.mode == "full",
                lines=[
                    RefundLineRequest(variant_id=UUID(line.id), quantity=line.quantity)
                    for line in lines
                ]
                if self.mode == "lines"
                else [],
                shipping=self.mode == "lines" and self.with_shipping,
                amount=amount,
                restock=self.restock and goods,
                reason=reason,
            )
        except ValidationError:
            self.form_error = "That reason can't be printed, or it is too long. Shorten it."
            return None

    def _sum(self) -> None:
        """Show what the refund comes to as it is now."""
        if self._order is None:
            return
        amount = self._order.refundable.amount
        if self.mode == "lines":
            wanted = {UUID(line.id): line.quantity for line in self.refund_lines}
            amount = lines_sum(self._order, wanted, shipping=self.with_shipping)
        elif self.mode == "amount":
            amount = min(parse_amount(self.amount) or 0, amount)
        self.refund_sum = self._money(amount)

    def _money(self, amount: int) -> str:
        assert self._order is not None  # noqa: S101 - only called while there is one
        currency = self._order.totals.total.currency
        return money(MoneySchema(amount=amount, currency=currency))

    async def _change(self, name: str, make: Callable[[str], Awaitable[str]]) -> AsyncIterator[Any]:
        """Do it by ``make``, which gives what to say, and show the order as it is then."""
        if self.busy or self._order is None:
            return
        self.busy = name
        self.form_error = self.error = self.done = ""
        yield
        try:
            visitor, leave = await staff(self)
            yield leave
            if visitor:
                with on_behalf_of(visitor):
                    done = await make(str(self._order.id))
                await self._fetch(self._order.id, visitor)
                self.done = done
                yield close_dialogs()
        except DomainError as error:
            self.form_error, leave = await turned_away(self, error)
            yield leave
        self.busy = ""

    async def _fetch(self, order_id: UUID, visitor: Visitor) -> None:
        with on_behalf_of(visitor):
            order = await services().cart.order(order_id)
        self._order = order
        self.order = Order.of(order, await country_names())
        self.tone = status_tone(order.status)
        self.lines = [Line.of_order(line) for line in order.lines]
        self.totals = Sum.of(order.totals)
        self.steps = steps(order)
        self.parcel = Parcel.of(order)
        self.refunds = [RefundRow.of(refund, order) for refund in order.refunds]
        self.alarms = [AlarmRow.of(alarm) for alarm in order.alarms]
        self.delivery = order.shipping_method.replace("_", " ").replace("-", " ").capitalize()
        self.coupon = order.coupon.code if order.coupon else ""
        self.can_send = order.status == "stock_committed"
        self.can_deliver = order.status == "fulfilled"
        left = order.refundable.amount
        self.refundable = self._money(left) if left and not self.order.awaits_payment else ""
        self.shipping = self._money(shipping_left(order)) if shipping_left(order) else ""
