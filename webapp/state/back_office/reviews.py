"""Reviews that wait to be published."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from webapp.api_client import services
from webapp.desk_views import QueueRow
from webapp.scripts import close_dialogs, open_dialog
from webapp.state.back_office.gate import attempt

_PAGE_SIZE = 20
STATES = {"pending": "Waiting", "published": "Published", "rejected": "Rejected"}


class ReviewsDesk(rx.State):
    rows: list[QueueRow] = []
    shown: str = "pending"
    loading: bool = True
    busy: bool = False
    error: str = ""
    form_error: str = ""
    has_more: bool = False
    _cursor: str | None = None
    _rejected: str = ""

    @rx.event
    async def load(self) -> AsyncIterator[Any]:
        self.error = ""
        self.busy = False
        yield close_dialogs()
        async for event in attempt(self, lambda: self._fetch(None)):
            yield event
        self.loading = False

    @rx.event
    async def show_state(self, state: str) -> AsyncIterator[Any]:
        if state not in STATES:
            return
        self.shown = state
        async for event in attempt(self, lambda: self._fetch(None)):
            yield event

    @rx.event
    async def load_more(self) -> AsyncIterator[Any]:
        async for event in attempt(self, lambda: self._fetch(self._cursor)):
            yield event

    @rx.event
    async def publish(self, review_id: str) -> AsyncIterator[Any]:
        async def publish() -> None:
            await services().products.decide_review(review_id, "published")
            self.rows = [row for row in self.rows if row.review.id != review_id]

        async for event in attempt(self, publish):
            yield event

    @rx.event
    def ask_to_reject(self, review_id: str) -> Any:
        self._rejected, self.form_error = review_id, ""
        return open_dialog("reject")

    @rx.event
    async def reject(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        reason = " ".join(str(form.get("reason", "")).split())[:300]
        if not reason:
            self.form_error = "Say why: its author reads it."
            return

        async def reject() -> None:
            await services().products.decide_review(self._rejected, "rejected", reason)
            self.rows = [row for row in self.rows if row.review.id != self._rejected]

        async for event in attempt(self, reject, in_dialog=True):
            yield event

    async def _fetch(self, cursor: str | None) -> None:
        found = await services().products.review_queue(
            state=self.shown,  # type: ignore[arg-type]
            cursor=cursor,
            limit=_PAGE_SIZE,
        )
        rows = [QueueRow.of(review) for review in found.items]
        self.rows = [*self.rows, *rows] if cursor else rows
        self._cursor = found.next_cursor
        self.has_more = found.next_cursor is not None
