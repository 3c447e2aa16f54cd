"""Coupons: what there is, new ones, changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import reflex as rx
from pydantic import ValidationError

from deployments.cart.contract import CouponRequest
from webapp.api_client import services
from webapp.desk_views import CouponRow
from webapp.refund_sums import parse_amount
from webapp.scripts import close_dialogs, open_dialog
from webapp.state.back_office.gate import attempt

_PAGE_SIZE = 50


class CouponsDesk(rx.State):
    """``edited`` is in the form; without an id it is a new one. ``opened`` counts, so that each
    time the form comes with fresh fields."""

    rows: list[CouponRow] = []
    edited: CouponRow = CouponRow()
    kind: str = "percentage"
    opened: int = 0
    loading: bool = True
    busy: bool = False
    error: str = ""
    form_error: str = ""
    has_more: bool = False
    _cursor: str | None = None

    @rx.event
    async def load(self) -> AsyncIterator[Any]:
        self.error = ""
        self.busy = False
        yield close_dialogs()
        async for event in attempt(self, lambda: self._fetch(None)):
            yield event
        self.loading = False

    @rx.event
    async def load_more(self) -> AsyncIterator[Any]:
        async for event in attempt(self, lambda: self._fetch(self._cursor)):
            yield event

    @rx.event
    def edit(self, coupon_id: str) -> Any:
        self.form_error = ""
        self.edited = next((row for row in self.rows if row.id == coupon_id), CouponRow())
        self.kind = self.edited.kind
        self.opened += 1
        return open_dialog("coupon")

    @rx.event
    def ask_to_delete(self, coupon_id: str) -> Any:
        self.form_error = ""
        self.edited = next((row for row in self.rows if row.id == coupon_id), CouponRow())
        return open_dialog("delete-coupon")

    @rx.event
    def set_kind(self, kind: str) -> None:
        self.kind = kind

    @rx.event
    async def save(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        request, self.form_error = coupon_request(self.kind, form)
        if request is None:
            return

        async def save() -> None:
            if self.edited.id:
                await services().cart.change_coupon(self.edited.id, request)
            else:
                await services().cart.create_coupon(request)
            await self._fetch(None)

        async for event in attempt(self, save, in_dialog=True):
            yield event

    @rx.event
    async def delete(self) -> AsyncIterator[Any]:
        async def delete() -> None:
            await services().cart.delete_coupon(self.edited.id)
            await self._fetch(None)

        async for event in attempt(self, delete, in_dialog=True):
            yield event

    async def _fetch(self, cursor: str | None) -> None:
        found = await services().cart.coupons(cursor=cursor, limit=_PAGE_SIZE)
        today = datetime.now(UTC).date().isoformat()
        rows = [CouponRow.of(coupon, today) for coupon in found.items]
        self.rows = [*self.rows, *rows] if cursor else rows
        self._cursor = found.next_cursor
        self.has_more = found.next_cursor is not None


def coupon_request(kind: str, form: dict[str, Any]) -> tuple[CouponRequest | None, str]:
    """What the form asks for, or None and what is wrong with it."""

    def text(name: str) -> str:
        return str(form.get(name, "")).strip()

    def number(name: str) -> int | None:
        return int(text(name)) if text(name).isdecimal() and len(text(name)) < 10 else None

    value: int | None = 0
    if kind == "percentage":
        value = number("value")
    elif kind == "amount":
        value = parse_amount(text("value"))
    if value is None:
        return None, "Say how much it takes off."
    minimum = parse_amount(text("minimum")) if text("minimum") else 0
    if minimum is None:
        return None, "The smallest order is an amount, like 20 or 19.90."
    try:
        return CouponRequest(
            code=text("code").upper(),
            kind=kind,
            value=value,
            description=text("description"),
            min_subtotal=minimum,
            starts_at=_midnight(text("starts")),
            ends_at=_midnight(text("ends"), after=1),
            active="active" in form,
            max_uses=number("most"),
            max_uses_per_customer=number("most_each"),
        ), ""
    except ValidationError as error:
        return None, _wrong(error, kind)


def _wrong(error: ValidationError, kind: str) -> str:
    """What to do about a form that makes no coupon."""
    first = error.errors()[0]
    if first["loc"] and first["loc"][0] == "code":
        return "The code is 3 to 40 letters, digits, - or _."
    if "starts_at" in first["msg"]:
        return "The first day comes before the last."
    if "value" in first["msg"]:
        return "A percentage is 1 to 100." if kind == "percentage" else "An amount is 0.01 or more."
    return "Something in the form is too long or too large. Shorten it."


def _midnight(day: str, *, after: int = 0) -> datetime | None:
    """The beginning (UTC) of a day; of the day ``after`` it."""
    if not day:
        return None
    try:
        found = date.fromisoformat(day) + timedelta(days=after)
    except (ValueError, OverflowError):
        return None
    return datetime.combine(found, time(), UTC)
