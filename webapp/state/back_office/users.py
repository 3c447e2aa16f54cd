"""Accounts, for admins: who may do what."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import reflex as rx

from webapp.api_client import services
from webapp.desk_views import ROLES, UserRow
from webapp.scripts import close_dialogs, open_dialog
from webapp.state.back_office.gate import attempt

_PAGE_SIZE = 25


class UsersDesk(rx.State):
    """``edited`` is in the dialog, with the roles as they are chosen there."""

    rows: list[UserRow] = []
    edited: UserRow = UserRow()
    email: str = ""
    opened: int = 0
    loading: bool = True
    busy: bool = False
    error: str = ""
    form_error: str = ""
    done: str = ""
    has_more: bool = False
    _cursor: str | None = None

    @rx.event
    async def load(self) -> AsyncIterator[Any]:
        self.done = ""
        self.busy = False
        yield close_dialogs()
        async for event in attempt(self, lambda: self._fetch(None), admin=True):
            yield event
        self.loading = False

    @rx.event
    async def search(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        self.email = str(form.get("email", "")).strip()[:254]
        async for event in attempt(self, lambda: self._fetch(None), admin=True):
            yield event

    @rx.event
    async def load_more(self) -> AsyncIterator[Any]:
        async for event in attempt(self, lambda: self._fetch(self._cursor), admin=True):
            yield event

    @rx.event
    def edit(self, user_id: str) -> Any:
        self.form_error = self.done = ""
        self.edited = next((row for row in self.rows if row.id == user_id), UserRow())
        self.opened += 1
        return open_dialog("user")

    @rx.event
    async def save(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        roles = [role for role in ROLES if f"role-{role}" in form]
        if not roles:
            self.form_error = "Choose at least one role."
            return

        async def save() -> None:
            changed = await services().auth.change_user(
                UUID(self.edited.id), roles, disabled="disabled" in form
            )
            row = UserRow.of(changed)
            self.rows = [row if known.id == row.id else known for known in self.rows]
            self.done = f"{row.email} is changed. It counts from their next click on."

        async for event in attempt(self, save, in_dialog=True, admin=True):
            yield event

    async def _fetch(self, cursor: str | None) -> None:
        found = await services().auth.users(self.email or None, cursor, _PAGE_SIZE)
        rows = [UserRow.of(user) for user in found.items]
        self.rows = [*self.rows, *rows] if cursor else rows
        self._cursor = found.next_cursor
        self.has_more = found.next_cursor is not None
