"""What every page needs: who is visiting, the departments, the search box, sign-out."""

from __future__ import annotations

import asyncio
from typing import Any

import reflex as rx

from deployments.shared.errors import DomainError
from webapp.api_client import Visitor, on_behalf_of, services
from webapp.formats import problem_text
from webapp.listing_url import Listing, parse
from webapp.scripts import close_dialogs
from webapp.session import Session, continue_visit, end, visitor_of
from webapp.state.basket import Basket, refresh
from webapp.state.suggestions import Suggestions
from webapp.ttl_cache import TtlCache
from webapp.views import Department, departments


async def _load_departments() -> list[Department]:
    with on_behalf_of(Visitor()):
        return departments(await services().products.categories())


all_departments: TtlCache[list[Department]] = TtlCache(_load_departments, 60)


class Shop(rx.State):
    departments: list[Department] = []
    query: str = ""
    verification_note: str = ""
    verification_put_off: bool = False

    @rx.event
    async def arrive(self) -> None:
        """First event of every page."""
        session = await self.get_state(Session)
        basket = await self.get_state(Basket)
        continue_visit(session)
        url = self.router.url
        self.query = parse(url.path, url.query).query or ""
        (await self.get_state(Suggestions)).groups = []
        identify = visitor_of(session) if basket.loaded else refresh(basket)
        found, _ = await asyncio.gather(all_departments.get(), identify, return_exceptions=True)
        if isinstance(found, list):
            self.departments = found

    @rx.event
    def search(self, form: dict[str, Any]) -> list[Any]:
        """From the search box of any page."""
        query = " ".join(str(form.get("q", "")).split())
        target = Listing(query=query).url() if query else "/products"
        return [close_dialogs(), rx.redirect(target)]

    @rx.event
    async def resend_verification(self) -> None:
        """Send another mail with a link that confirms the address."""
        try:
            visitor = await visitor_of(await self.get_state(Session))
            with on_behalf_of(visitor):
                await services().auth.resend_verification()
            self.verification_note = "The mail is on its way. Look into your inbox."
        except DomainError as error:
            self.verification_note = problem_text(error)
        self.verification_put_off = False

    @rx.event
    def put_verification_off(self) -> None:
        """Ask again at the next visit."""
        self.verification_put_off = True

    @rx.event
    async def dismiss_farewell(self) -> None:
        (await self.get_state(Session)).farewell = ""

    @rx.event
    async def sign_out(self) -> list[Any]:
        await end(await self.get_state(Session))
        await refresh(await self.get_state(Basket))
        return [close_dialogs(), rx.redirect("/")]
