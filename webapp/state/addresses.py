"""The address book."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import reflex as rx
from pydantic import ValidationError

from deployments.auth.contract import AddressInput
from deployments.shared.errors import DomainError
from webapp.address_views import AddressCard, check_address, typed
from webapp.api_client import on_behalf_of, services
from webapp.scripts import close_dialogs, focus, open_dialog
from webapp.session import Session
from webapp.settings import settings
from webapp.state.countries import Country, all_countries, country_names
from webapp.state.guard import customer, refusal, sign_in_first

UNPRINTABLE = "Something in the address can't be printed. Type it in by hand."


class AddressBook(rx.State):
    """``edited`` is in the form; without an id it is a new one. ``opened`` counts, so that each
    time the form comes with fresh fields."""

    addresses: list[AddressCard] = []
    countries: list[Country] = []
    edited: AddressCard = AddressCard()
    loading: bool = True
    busy: bool = False
    error: str = ""
    form_error: str = ""
    wrong: str = ""
    opened: int = 0

    @rx.event
    async def load(self) -> AsyncIterator[Any]:
        self.error = ""
        self.busy = False
        yield close_dialogs()
        try:
            if not await self._fetch():
                yield sign_in_first(self.router.url.path)
                return
        except DomainError as error:
            self.error, leave = await refusal(self, error)
            yield leave
        self.loading = False

    async def _fetch(self) -> bool:
        visitor = await customer(self)
        if visitor is None:
            self.addresses = []
            return False
        self.countries = await all_countries.get()
        names = await country_names()
        with on_behalf_of(visitor):
            found = await services().auth.addresses()
        self.addresses = [AddressCard.of(address, names) for address in found]
        return True

    @rx.event
    async def edit(self, address_id: str) -> Any:
        """Open the form for an address, or with an empty id for a new one."""
        self.form_error = self.wrong = ""
        session = await self.get_state(Session)
        empty = AddressCard(name=session.name, country=settings().default_country)
        self.edited = next((a for a in self.addresses if a.id == address_id), empty)
        self.opened += 1
        return open_dialog("address")

    @rx.event
    async def save(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        if self.busy:
            return
        fields = typed(form)
        self.wrong, self.form_error = check_address(fields)
        if self.form_error:
            yield focus(self.wrong)
            return
        fields["country"] = fields.get("country") or settings().default_country
        try:
            address = AddressInput(
                **{name: fields.get(name, "") for name in AddressCard().fields()},
                country=fields["country"],
                is_default="is_default" in form or self.edited.is_default or not self.addresses,
            )
        except ValidationError:
            self.form_error = UNPRINTABLE
            return
        self.busy = True
        yield
        try:
            visitor = await customer(self)
            if visitor:
                with on_behalf_of(visitor):
                    if self.edited.id:
                        await services().auth.change_address(UUID(self.edited.id), address)
                    else:
                        await services().auth.add_address(address)
            await self._fetch()
            yield close_dialogs()
        except DomainError as error:
            self.form_error, leave = await refusal(self, error)
            yield leave
        self.busy = False

    @rx.event
    async def remove(self, address_id: str) -> AsyncIterator[Any]:
        if self.busy:
            return
        self.busy = True
        yield
        try:
            visitor = await customer(self)
            if visitor:
                with on_behalf_of(visitor):
                    await services().auth.remove_address(UUID(address_id))
            await self._fetch()
        except DomainError as error:
            self.error, leave = await refusal(self, error)
            yield leave
        self.busy = False
