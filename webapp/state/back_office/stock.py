"""What runs low, and corrections of what is on the shelves."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from deployments.products.contract import StockAdjustment
from deployments.shared.ids import new_id
from webapp.api_client import services
from webapp.desk_views import MovementRow, StockRow
from webapp.scripts import close_dialogs, open_dialog
from webapp.state.back_office.gate import attempt

_PAGE_SIZE = 50
_MOVEMENTS = 20
_DELTA = re.compile(r"[+\-−]?\d{1,6}")
_HIGHEST_THRESHOLD = 1_000_000


class StockDesk(rx.State):
    """``edited`` is in the dialog. ``threshold`` is what was typed; empty: the shop's own."""

    rows: list[StockRow] = []
    edited: StockRow = StockRow()
    movements: list[MovementRow] = []
    threshold: str = ""
    opened: int = 0
    loading: bool = True
    busy: bool = False
    error: str = ""
    form_error: str = ""
    done: str = ""
    has_more: bool = False
    _cursor: str | None = None
    _key: str = ""

    @rx.event
    async def load(self) -> AsyncIterator[Any]:
        self.done = ""
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
    async def set_threshold(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        text = str(form.get("threshold", "")).strip()
        valid = text.isdecimal() and len(text) < 8 and int(text) <= _HIGHEST_THRESHOLD
        self.threshold = text if valid else ""
        async for event in attempt(self, lambda: self._fetch(None)):
            yield event

    @rx.event
    async def open(self, variant_id: str) -> AsyncIterator[Any]:
        """Show one variant with what happened to its stock."""
        self.edited = next((row for row in self.rows if row.variant_id == variant_id), StockRow())
        self.opened += 1
        self.movements, self._key, self.done = [], str(new_id()), ""
        yield open_dialog("stock")
        async for event in attempt(self, self._fetch_movements):
            yield event

    @rx.event
    async def adjust(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        text = str(form.get("delta", "")).replace(" ", "")
        reason = " ".join(str(form.get("reason", "")).split())[:200]
        delta = int(text.replace("−", "-")) if _DELTA.fullmatch(text) else 0
        if not delta:
            self.form_error = "Enter how many more or fewer there are, like 12 or -2."
            return
        if not reason:
            self.form_error = "Say why, for your own books."
            return

        async def adjust() -> None:
            row = self.edited
            level = await services().products.adjust_stock(
                row.product_id,
                row.variant_id,
                StockAdjustment(delta=delta, reason=reason),
                key=self._key,
            )
            self.done = f"{row.title}: {level.on_hand:,} on hand now."
            await self._fetch(None)

        async for event in attempt(self, adjust, in_dialog=True):
            yield event

    async def _fetch(self, cursor: str | None) -> None:
        found = await services().products.low_stock(
            threshold=int(self.threshold) if self.threshold else None,
            cursor=cursor,
            limit=_PAGE_SIZE,
        )
        rows = [StockRow.of(row) for row in found.items]
        self.rows = [*self.rows, *rows] if cursor else rows
        self._cursor = found.next_cursor
        self.has_more = found.next_cursor is not None

    async def _fetch_movements(self) -> None:
        found = await services().products.movements(
            self.edited.product_id, self.edited.variant_id, limit=_MOVEMENTS
        )
        self.movements = [MovementRow.of(movement) for movement in found.items]
