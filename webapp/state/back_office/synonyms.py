"""Synonyms: what there is, new ones, changes; and what a query finds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from deployments.shared.errors import DomainError
from webapp.api_client import services
from webapp.listing_url import MAX_QUERY
from webapp.scripts import close_dialogs, open_dialog
from webapp.state.back_office.gate import attempt
from webapp.synonym_views import IndexView, SynonymRow, Tried, synonym_request

_MOST_TRIED = 6


class SynonymsDesk(rx.State):
    """``edited`` is in the form; without an id it is a new one. ``opened`` counts, so that each
    time the form comes with fresh fields. ``rows`` are those that hold ``needle``."""

    rows: list[SynonymRow] = []
    needle: str = ""
    total: int = 0
    edited: SynonymRow = SynonymRow()
    opened: int = 0
    index: IndexView = IndexView()
    tried: Tried = Tried()
    loading: bool = True
    busy: bool = False
    error: str = ""
    form_error: str = ""
    done: str = ""
    _all: list[SynonymRow] = []

    @rx.event
    async def load(self) -> AsyncIterator[Any]:
        self.error = self.done = self.needle = ""
        self.busy = False
        self.tried = Tried()
        yield close_dialogs()
        async for event in attempt(self, self._fetch_all):
            yield event
        self.loading = False

    @rx.event
    def find(self, needle: str) -> None:
        self.needle = needle
        self._show()

    @rx.event
    def edit(self, synonym_id: str) -> Any:
        self._choose(synonym_id)
        self.opened += 1
        return open_dialog("synonym")

    @rx.event
    def ask_to_delete(self, synonym_id: str) -> Any:
        self._choose(synonym_id)
        return open_dialog("delete-synonym")

    @rx.event
    async def save(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        request, self.form_error = synonym_request(
            str(form.get("terms", "")), one_way="one_way" in form
        )
        if request is None:
            return

        async def save() -> None:
            if self.edited.id:
                await services().search.change_synonym(self.edited.id, request)
            else:
                await services().search.add_synonym(request)
            await self._fetch()
            self.done = f"Saved: {', '.join(request.terms)}."

        async for event in attempt(self, save, in_dialog=True):
            yield event

    @rx.event
    async def delete(self) -> AsyncIterator[Any]:
        async def delete() -> None:
            await services().search.delete_synonym(self.edited.id)
            await self._fetch()
            self.done = f"Deleted: {self.edited.text}."

        async for event in attempt(self, delete, in_dialog=True):
            yield event

    @rx.event
    async def try_out(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        query = " ".join(str(form.get("query", "")).split())[:MAX_QUERY]
        if not query:
            self.tried = Tried()
            return

        async def search() -> None:
            found = await services().search.search(query, limit=_MOST_TRIED)
            self.tried = Tried.of(query, found)

        async for event in attempt(self, search):
            yield event

    def _choose(self, synonym_id: str) -> None:
        self.form_error = self.done = ""
        self.edited = next((row for row in self._all if row.id == synonym_id), SynonymRow())

    async def _fetch_all(self) -> None:
        await self._fetch()
        try:
            self.index = IndexView.of(await services().search.index_status())
        except DomainError:
            self.index = IndexView()

    async def _fetch(self) -> None:
        self._all = [SynonymRow.of(synonym) for synonym in await services().search.synonyms()]
        self._show()

    def _show(self) -> None:
        needle = self.needle.strip().casefold()
        self.rows = [row for row in self._all if needle in row.text.casefold()]
        self.total = len(self._all)
