"""Product lists: everything, a category, a search."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import reflex as rx

from deployments.analytics.contract import ProductSearched, SearchClicked
from deployments.products.contract import Facets, PriceRange
from deployments.search.contract import SearchResponse
from deployments.shared.errors import DomainError
from webapp.api_client import on_behalf_of, services
from webapp.formats import count_of, problem_text
from webapp.listing_url import Listing, parse
from webapp.scripts import close_dialogs
from webapp.session import Session, continue_visit, visitor_of
from webapp.state.facets import (
    AttributeGroup,
    Chip,
    Choice,
    attribute_groups,
    brand_choices,
    category_choices,
    chips,
    choices,
    price_hint,
    rating_choices,
)
from webapp.state.shop import all_departments
from webapp.views import Card, Crumb, Department, cards
from webapp.visit_events import record

PAGE_SIZE = 24


class Catalogue(rx.State):
    items: list[Card] = []
    loading: bool = True
    loading_more: bool = False
    error: str = ""
    missing: bool = False
    title: str = "All products"
    lead: str = ""
    summary: str = ""
    notice: str = ""
    is_search: bool = False
    query: str = ""
    crumbs: list[Crumb] = []
    children: list[Crumb] = []
    chips: list[Chip] = []
    categories: list[Choice] = []
    brands: list[Choice] = []
    attributes: list[AttributeGroup] = []
    ratings: list[Choice] = []
    price_hint: str = ""
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

    @rx.event
    async def load(self) -> AsyncIterator[Any]:
        """Show the list that the page's address describes."""
        url = self.router.url
        listing = parse(url.path, url.query)
        _describe(self, listing)
        self.loading = True
        self.error = self.notice = ""
        self.missing = False
        yield close_dialogs()
        try:
            await _place(self, listing)
            if not self.missing:
                await _fetch(self, listing)
        except DomainError as error:
            self.items = []
            self.has_more = False
            self.summary = ""
            self.error = problem_text(error)
        self.loading = False

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
        return rx.redirect(cleared.get(kind, self._listing.without_filters()).url())

    @rx.event
    async def clicked(self, product_id: str, position: int) -> None:
        """A product of a search was opened."""
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
    parameters = {**listing.parameters(), "limit": PAGE_SIZE, "cursor": cursor}
    with on_behalf_of(visitor):
        if listing.is_search:
            if not listing.query:
                page.items, page.summary, page._cursor, page.has_more = [], "", None, False
                return
            answer = await services().search.search(listing.query, **parameters)
            products = [hit.product for hit in answer.items]
            page._cursor = answer.next_cursor
            if cursor is None:
                _show_search(page, listing, answer)
                record(
                    ProductSearched,
                    session_id=continue_visit(session),
                    query=listing.query,
                    result_count=answer.total,
                )
        else:
            found = await services().products.browse(**parameters)
            products, page._cursor = found.items, found.next_cursor
            if cursor is None:
                await _show_facets(page, listing)
    if cursor is None:
        page.items = cards(products)
    else:
        page.items = [*page.items, *cards(products, len(page.items) + 1)]
    page.has_more = page._cursor is not None
    if not listing.is_search:
        shown = len(page.items)
        total = max(page._total, shown)
        page.summary = count_of(total, "product") if total > shown or not page.has_more else ""
        if page.has_more and total <= shown:
            page.summary = f"{shown}+ products"
        if not shown:
            page.summary = ""


def _show_search(page: Catalogue, listing: Listing, answer: SearchResponse) -> None:
    page.summary = count_of(answer.total, "result") if answer.total else ""
    if answer.mode == "lexical":
        page.notice = "Showing matches by words only: search by meaning is taking a short break."
    elif answer.corrected_query:
        page.notice = f"Showing results for “{answer.corrected_query}”."
    facets = {facet.field: facet for facet in answer.facets}
    chosen_category = (listing.category,) if listing.category else ()
    page.categories = choices(facets.get("category"), chosen_category)
    page.brands = choices(facets.get("brand"), listing.brands)
    page.attributes, page.ratings, page.price_hint = [], [], ""


async def _show_facets(page: Catalogue, listing: Listing) -> None:
    """What a list can be filtered by. It is no reason to fail when that can't be told."""
    try:
        facets = await services().products.facets(**listing.filters())
    except DomainError:
        facets = Facets(
            total=0,
            categories=[],
            brands=[],
            price=PriceRange(),
            in_stock=0,
            attributes=[],
            ratings=[],
        )
    page.categories = category_choices(facets)
    page.brands = brand_choices(facets, listing.brands)
    page.attributes = attribute_groups(facets, listing.attributes)
    page.ratings = rating_choices(facets, listing.rating)
    page.price_hint = price_hint(facets)
    page._total = facets.total
