"""The page of one product."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import reflex as rx

from deployments.analytics.contract import ProductViewed
from deployments.products.contract import ProductDetail, Variant
from deployments.search.contract import PriceComparison
from deployments.shared.errors import DomainError
from webapp.api_client import on_behalf_of, services
from webapp.formats import money, percent_off, problem_text
from webapp.price_views import Comparison
from webapp.review_views import Stars
from webapp.scripts import close_dialogs, open_dialog
from webapp.session import Session, continue_visit, visitor_of
from webapp.state.basket import Basket, put
from webapp.state.reviews import Reviews, load_reviews
from webapp.state.shop import all_departments
from webapp.variants import Option, choose, first_choice, options
from webapp.views import Card, Crumb, cards, picture
from webapp.visit_events import record

_SIMILAR = 8
_LOW_STOCK = 5
_MOST = 99


@dataclass
class Photo:
    url: str
    alt: str


@dataclass
class Fact:
    name: str
    value: str


class Product(rx.State):
    loading: bool = True
    missing: bool = False
    error: str = ""
    title: str = ""
    brand: str = ""
    brand_href: str = ""
    description: list[str] = []
    summary: str = ""
    crumbs: list[Crumb] = []
    photos: list[Photo] = []
    shown: int = 0
    options: list[Option] = []
    price: str = ""
    was: str = ""
    off: str = ""
    sku: str = ""
    stock: str = ""
    stock_tone: str = ""
    sold_out: bool = False
    quantity: int = 1
    most: int = 1
    facts: list[Fact] = []
    rating: Stars = Stars()
    comparison: Comparison = Comparison()
    comparing: bool = True
    similar: list[Card] = []
    adding: bool = False
    add_error: str = ""
    _product: ProductDetail | None = None
    _variant: Variant | None = None

    @rx.var
    def photo(self) -> Photo:
        """The picture shown large."""
        if not self.photos:
            return Photo("", self.title)
        return self.photos[min(self.shown, len(self.photos) - 1)]

    @rx.event
    async def load(self) -> AsyncIterator[Any]:
        url = self.router.url
        slug, to_review = url.path.rstrip("/").rsplit("/", 1)[-1], "review" in url.query_parameters
        if self._product is None or self._product.slug != slug:
            self.loading = True
        self.missing = False
        self.error = self.add_error = ""
        yield close_dialogs()
        session = await self.get_state(Session)
        try:
            visitor = await visitor_of(session)
            with on_behalf_of(visitor):
                product = await services().products.by_slug(slug)
        except DomainError as error:
            self._product = None
            self.missing = error.status in (404, 422)
            self.error = "" if self.missing else problem_text(error)
            self.loading = False
            return
        if product.slug != slug:
            # An old address: the product has another one by now.
            yield rx.redirect(f"/p/{product.slug}", replace=True)
            return
        _show(self, product)
        tops = await asyncio.gather(all_departments.get(), return_exceptions=True)
        _place(self, product, tops[0] if isinstance(tops[0], list) else [])
        self.comparison, self.comparing, self.similar = Comparison(), True, []
        self.loading = False
        yield
        record(
            ProductViewed,
            session_id=continue_visit(session),
            product_id=product.id,
            title=product.title[:300],
        )
        reviews = await self.get_state(Reviews)
        with on_behalf_of(visitor):
            prices, similar, _ = await asyncio.gather(
                services().search.prices(product.id),
                services().search.similar(product.id, limit=_SIMILAR),
                load_reviews(reviews, product.id, product.title, visitor),
                return_exceptions=True,
            )
        self.comparing = False
        if isinstance(prices, PriceComparison):
            self.comparison = Comparison.of(prices)
        if isinstance(similar, list):
            self.similar = cards([card for card in similar if card.id != product.id])
        if to_review:
            yield
            yield Reviews.write

    @rx.event
    def show_photo(self, index: int) -> None:
        self.shown = max(0, index)

    @rx.event
    def choose_option(self, option: str, value: str) -> None:
        if self._product is None or self._variant is None:
            return
        variant = choose(self._product.variants, self._variant, option, value)
        _select(self, self._product, variant)

    @rx.event
    def change_quantity(self, step: int) -> None:
        self.quantity = max(1, min(self.quantity + step, self.most))

    @rx.event
    def set_quantity(self, text: str) -> None:
        self.quantity = max(1, min(int(text) if text.isdecimal() else 1, self.most))

    @rx.event
    async def add_to_cart(self) -> AsyncIterator[Any]:
        if self.adding or self._product is None or self._variant is None:
            return
        self.adding = True
        self.add_error = ""
        yield
        basket = await self.get_state(Basket)
        added = await put(basket, str(self._product.id), str(self._variant.id), self.quantity)
        self.adding = False
        if added:
            self.quantity = 1
            basket.announcement = f"{self._product.title} is in your cart"
            yield open_dialog("cart-drawer")
        else:
            self.add_error, basket.error = basket.error, ""


def _show(page: Product, product: ProductDetail) -> None:
    page._product = product
    page.title = product.title
    page.brand = product.brand or ""
    page.brand_href = ""
    paragraphs = [part.strip() for part in product.description.splitlines() if part.strip()]
    page.description = paragraphs
    page.summary = paragraphs[0][:155] if paragraphs else product.title
    page.photos = [
        Photo(picture(image.url), image.alt or product.title)
        for image in sorted(product.images, key=lambda image: image.position)
    ]
    page.facts = [Fact(name, value) for name, value in product.attributes.items() if value]
    page.rating = Stars.of(product.rating)
    page.quantity = 1
    page.shown = 0
    _select(page, product, first_choice(product.variants))


def _place(page: Product, product: ProductDetail, tops: list[Any]) -> None:
    page.crumbs = [Crumb("Home", "/")]
    category = product.category
    if category is None:
        return
    top = next((t for t in tops if category.path.startswith(t.path + "/")), None)
    if top is not None:
        page.crumbs.append(Crumb(top.name, top.href))
    page.crumbs.append(Crumb(category.name, f"/category/{category.path}"))


def _select(page: Product, product: ProductDetail, variant: Variant) -> None:
    page._variant = variant
    page.options = options(product.variants, variant)
    page.price = money(variant.price)
    page.off = percent_off(variant.price, variant.compare_at)
    page.was = money(variant.compare_at) if page.off and variant.compare_at else ""
    page.sku = variant.sku
    page.sold_out = variant.available <= 0
    page.most = max(1, min(variant.available, _MOST))
    page.quantity = min(page.quantity, page.most)
    if page.sold_out:
        page.stock, page.stock_tone = "Sold out", "out"
    elif variant.available <= _LOW_STOCK:
        page.stock, page.stock_tone = f"Only {variant.available} left", "low"
    else:
        page.stock, page.stock_tone = "In stock", "in"
    ordered = sorted(product.images, key=lambda image: image.position)
    page.shown = next(
        (index for index, image in enumerate(ordered) if image.id == variant.image_id),
        page.shown,
    )
    page.add_error = ""
