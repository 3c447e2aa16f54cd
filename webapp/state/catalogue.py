"""Product lists: everything, a category, a search."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import reflex as rx

from deployments.analytics.contract import ProductSearched, SearchClicked
from deployments.shared.errors import DomainError
from webapp.api_client import on_behalf_of, services
from webapp.formats import count_of, problem_text
from webapp.listing_url import Listing, parse
from webapp.scripts import close_dialogs, focus
from webapp.search_views import Answer, hit_cards
from webapp.session import Session, continue_visit, visitor_of
from webapp.state.facets import (
    Chip,
    Choice,
    FilterChoices,
    chips,
    of_list,
    of_search,
)
from webapp.state.shop import all_departments
from webapp.views import Card, Crumb, Department, cards
from webapp.visit_events import record

PAGE_SIZE = 24


class Catalogue(rx.State):
    """``loading``: another list comes; ``refining``: the same one, with other filters."""

    items: list[Card] = []
    loading: bool = True
    refining: bool = False
    loading_more: bool = False
    error: str = ""
    missing: bool = False
    title: str = "All products"
    lead: str = ""
    summary: str = ""
    answer: Answer = Answer()
    is_search: bool = False
    query: str = ""
    crumbs: list[Crumb] = [Crumb("Home", "/")]
    children: list[Crumb] = []
    chips: list[Chip] = []
    choices: FilterChoices = FilterChoices()
    sorts: list[Choice] = []
    sort: str = ""
    min_price: str = ""
    max_price: str = ""
    in_stock: bool = False
    filter_count: int = 0
    has_more: bool = False
    _listing: Listing = Listing()
    _cursor: str | None = None
    _total: int = 0
    _opened: bool = False

    @rx.var
    def can_filter(self) -> bool:
        """Whether there is something to filter, or a filter to take away."""
        return self.filter_count > 0 or bool(self.items)

    @rx.event
    async def load(self) -> AsyncIterator[Any]:
        """Show the list that the page's address describes."""
        url = self.router.url
        listing = parse(url.path, url.query)
        came_back, self._opened = self._opened and listing == self._listing, False
        if came_back and self.items and not self.error:
            # From a product of this list: as it was, with all pages that were shown.
            yield close_dialogs()
            return
        self.refining = bool(self.items) and listing.has_subject_of(self._listing)
        self.loading = not self.refining
        self.error = ""
        self.missing = False
        _describe(self, listing)
        if self.loading:
            self.choices, self.answer = FilterChoices(), Answer()
            yield close_dialogs()
        else:
            # The drawer of filters stays open for the next choice.
            yield
        try:
            await _place(self, listing)
            if not self.missing:
                await _fetch(self, listing)
        except DomainError as error:
            self.items = []
            self.has_more = False
            self.summary = ""
            self.answer = Answer()
            self.error = problem_text(error)
        self.loading = self.refining = False

    @rx.event
    async def load_more(self) -> AsyncIterator[Any]:
        if self.loading_more or not self._cursor:
            return
        self.loading_more = True
        yield
        try:
            await _fetch(self, self._listing, self._cursor)
        except DomainError as error:
            self.error = problem_text(error)
        self.loading_more = False

    @rx.event
    def sort_by(self, sort: str) -> Any:
        return rx.redirect(replace(self._listing, sort=sort).url())

    @rx.event
    def filter_category(self, path: str) -> Any:
        chosen = "" if path == self._listing.category else path
        return rx.redirect(replace(self._listing, category=chosen).url())

    @rx.event
    def filter_brand(self, brand: str) -> Any:
        return rx.redirect(self._listing.toggle_brand(brand).url())

    @rx.event
    def filter_attribute(self, attribute: str) -> Any:
        return rx.redirect(self._listing.toggle_attribute(attribute).url())

    @rx.event
    def filter_rating(self, stars: str) -> Any:
        chosen = int(stars) if stars.isdecimal() else None
        rating = None if chosen == self._listing.rating else chosen
        return rx.redirect(replace(self._listing, rating=rating).url())

    @rx.event
    def toggle_stock(self) -> Any:
        return rx.redirect(replace(self._listing, in_stock=not self._listing.in_stock).url())

    @rx.event
    def filter_price(self, form: dict[str, Any]) -> Any:
        read = parse("/products", urlencode({name: form.get(name, "") for name in ("min", "max")}))
        return rx.redirect(
            replace(self._listing, min_price=read.min_price, max_price=read.max_price).url()
        )

    @rx.event
    def remove(self, kind: str, value: str) -> Any:
        """Take a filter away (a Chip), or with any other kind all of them."""
        cleared: dict[str, Listing] = {
            "category": replace(self._listing, category=""),
            "brand": self._listing.toggle_brand(value),
            "price": replace(self._listing, min_price=None, max_price=None),
            "stock": replace(self._listing, in_stock=False),
            "attribute": self._listing.toggle_attribute(value),
            "rating": replace(self._listing, rating=None),
        }
        # The button that was pressed is gone: go on where its effect is told.
        target = cleared.get(kind, self._listing.without_filters()).url()
        return [rx.redirect(target), focus("summary")]

    @rx.event
    async def clicked(self, product_id: str, position: int) -> None:
        """A product of the list was opened."""
        self._opened = True
        if not self.is_search or not self.query:
            return
        session = await self.get_state(Session)
        record(
            SearchClicked,
            session_id=continue_visit(session),
            query=self.query,
            product_id=product_id,
            position=max(1, position),
        )


def _describe(page: Catalogue, listing: Listing) -> None:
    """Set what follows from the address alone."""
    page._listing = listing
    page.is_search = listing.is_search
    page.query = listing.query or ""
    if listing.is_search:
        page.title = f"“{listing.query}”" if listing.query else "Search"
    page.sort = listing.active_sort
    page.sorts = [
        Choice(value, label, "", value == listing.active_sort)
        for value, label in listing.sorts.items()
    ]
    page.min_price = "" if listing.min_price is None else str(listing.min_price)
    page.max_price = "" if listing.max_price is None else str(listing.max_price)
    page.in_stock = listing.in_stock
    page.filter_count = listing.filter_count


async def _place(page: Catalogue, listing: Listing) -> None:
    """Title and position among the departments."""
    tops = await all_departments.get()
    page.crumbs = [Crumb("Home", "/")]
    page.children = []
    page.lead = ""
    if not listing.is_search and not listing.category:
        page.title = "All products"
        page.children = [Crumb(top.name, top.href) for top in tops]
    elif not listing.is_search:
        _place_category(page, listing.category, tops)
    page.chips = chips(listing, tops)


def _place_category(page: Catalogue, path: str, tops: list[Department]) -> None:
    for top in tops:
        if top.path == path:
            page.title = top.name
            page.children = top.children
            return
        for child in top.children:
            if child.href == f"/category/{path}":
                page.title = child.label
                page.crumbs = [Crumb("Home", "/"), Crumb(top.name, top.href)]
                page.children = top.children
                return
    page.title = path.rsplit("/", 1)[-1].replace("-", " ").capitalize()
    page.missing = not any(path.startswith(top.path + "/") for top in tops)


async def _fetch(page: Catalogue, listing: Listing, cursor: str | None = None) -> None:
    session = await page.get_state(Session)
    visitor = await visitor_of(session)
    with on_behalf_of(visitor):
        if listing.is_search:
            await _search(page, session, listing, cursor)
        else:
            await _browse(page, listing, cursor)
    page.has_more = page._cursor is not None


async def _search(page: Catalogue, session: Session, listing: Listing, cursor: str | None) -> None:
    if not listing.query:
        page.items, page.summary, page._cursor, page.answer = [], "", None, Answer()
        return
    found = await services().search.search(listing.query, **_of_page(listing, cursor))
    page._cursor = found.next_cursor
    if cursor is not None:
        page.items = [*page.items, *hit_cards(found.items, len(page.items) + 1)]
        return
    page.items = hit_cards(found.items)
    page.summary = count_of(found.total, "result") if found.total else ""
    page.answer = Answer.of(listing, found)
    page.choices = of_search(found.facets, found.prices, listing)
    page.title = f"“{page.answer.searched}”"
    record(
        ProductSearched,
        session_id=continue_visit(session),
        query=listing.query,
        result_count=found.total,
    )


async def _browse(page: Catalogue, listing: Listing, cursor: str | None) -> None:
    found = await services().products.browse(**_of_page(listing, cursor))
    page._cursor = found.next_cursor
    if cursor is None:
        await _show_facets(page, listing)
        page.items = cards(found.items)
    else:
        page.items = [*page.items, *cards(found.items, len(page.items) + 1)]
    shown = len(page.items)
    total = max(page._total, shown)
    page.summary = count_of(total, "product") if total > shown or not page._cursor else ""
    if page._cursor and total <= shown:
        page.summary = f"{shown}+ products"
    if not shown:
        page.summary = ""


def _of_page(listing: Listing, cursor: str | None) -> dict[str, Any]:
    return {**listing.parameters(), "limit": PAGE_SIZE, "cursor": cursor}


async def _show_facets(page: Catalogue, listing: Listing) -> None:
    """What a list can be filtered by. It is no reason to fail when that can't be told."""
    try:
        facets = await services().products.facets(**listing.filters())
    except DomainError:
        page.choices, page._total = FilterChoices(), 0
    else:
        page.choices, page._total = of_list(facets, listing), facets.total
