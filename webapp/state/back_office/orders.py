"""The merchants' list of orders; what it shows is in the page's address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any, get_args
from urllib.parse import urlencode

import reflex as rx

from deployments.cart.contract import OrderStatus
from deployments.shared.errors import DomainError
from webapp.api_client import on_behalf_of, services
from webapp.desk_views import DeskOrder, Tab, order_tabs
from webapp.scripts import close_dialogs
from webapp.state.back_office.gate import staff, turned_away

_PAGE_SIZE = 25
_STATUSES = get_args(OrderStatus)


class OrdersDesk(rx.State):
    rows: list[DeskOrder] = []
    tabs: list[Tab] = []
    loading: bool = True
    loading_more: bool = False
    error: str = ""
    has_more: bool = False
    status: str = ""
    alarmed: bool = False
    number: str = ""
    email: str = ""
    first_day: str = ""
    last_day: str = ""
    _cursor: str | None = None

    @rx.event
    async def load(self) -> AsyncIterator[Any]:
        given = self.router.url.query_parameters
        status = given.get("status", "")
        self.status = status if status in _STATUSES else ""
        self.alarmed = given.get("alarmed") == "1"
        self.number = given.get("number", "")[:20]
        self.email = given.get("email", "")[:254]
        self.first_day = _day(given.get("from", ""))
        self.last_day = _day(given.get("to", ""))
        self.error = ""
        self.loading = True
        yield close_dialogs()
        try:
            yield await self._fetch(None)
        except DomainError as error:
            self.rows = []
            self.error, leave = await turned_away(self, error)
            yield leave
        self.loading = False

    @rx.event
    async def load_more(self) -> AsyncIterator[Any]:
        if self.loading_more or not self._cursor:
            return
        self.loading_more = True
        yield
        try:
            yield await self._fetch(self._cursor)
        except DomainError as error:
            self.error, leave = await turned_away(self, error)
            yield leave
        self.loading_more = False

    @rx.event
    def filter(self, form: dict[str, Any]) -> Any:
        """Look for a number, an address, days; the state that is shown stays."""
        names = ("number", "email", "from", "to")
        wanted = [(name, str(form.get(name, "")).strip()) for name in names]
        kept = [("status", self.status), ("alarmed", "1" if self.alarmed else "")]
        pairs = [(name, value) for name, value in (*kept, *wanted) if value]
        return rx.redirect("/admin" + ("?" + urlencode(pairs) if pairs else ""))

    async def _fetch(self, cursor: str | None) -> Any:
        visitor, leave = await staff(self)
        if visitor is None:
            return leave
        with on_behalf_of(visitor):
            found = await services().cart.all_orders(
                status=self.status or None,  # type: ignore[arg-type]
                number=self.number or None,
                email=self.email or None,
                created_from=date.fromisoformat(self.first_day) if self.first_day else None,
                created_to=date.fromisoformat(self.last_day) if self.last_day else None,
                alarmed=True if self.alarmed else None,
                cursor=cursor,
                limit=_PAGE_SIZE,
            )
            if cursor is None:
                counts = await services().cart.order_counts()
                self.tabs = order_tabs(counts, self.status, alarmed=self.alarmed)
        rows = [DeskOrder.of(order) for order in found.items]
        self.rows = [*self.rows, *rows] if cursor else rows
        self._cursor = found.next_cursor
        self.has_more = found.next_cursor is not None
        return None


def _day(text: str) -> str:
    """``text`` when it is a day (YYYY-MM-DD), else nothing."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""
