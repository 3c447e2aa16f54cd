"""The home page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import reflex as rx

from deployments.products.contract import ProductCard
from deployments.shared.errors import DomainError
from webapp.api_client import Visitor, on_behalf_of, services
from webapp.formats import problem_text
from webapp.state.shop import all_departments
from webapp.ttl_cache import TtlCache
from webapp.views import Card, Department, card_of_detail, cards

_SHOWN = 8
_FRESH_SECONDS = 60


async def _load_newest() -> list[ProductCard]:
    with on_behalf_of(Visitor()):
        page = await services().products.browse(sort="newest", in_stock="true", limit=_SHOWN)
    return page.items


async def _load_popular() -> list[ProductCard]:
    """Products people like, in stock; none when analytics does not know any yet."""
    with on_behalf_of(Visitor()):
        popular = await services().analytics.popular(limit=_SHOWN + 4)
        details = await asyncio.gather(
            *(services().products.get(row.product_id) for row in popular), return_exceptions=True
        )
    found = [card_of_detail(d) for d in details if not isinstance(d, BaseException)]
    return [card for card in found if card.in_stock][:_SHOWN]


async def _load_tiles() -> list[Department]:
    """Departments, each with the picture of a product in it."""
    tops = await all_departments.get()

    async def pictured(top: Department) -> Department:
        with on_behalf_of(Visitor()):
            page = await services().products.browse(category=top.path, in_stock="true", limit=1)
        image = Card.of(page.items[0]).image if page.items else ""
        return replace(top, image=image)

    tiles = await asyncio.gather(*(pictured(top) for top in tops[:12]), return_exceptions=True)
    return [
        top if isinstance(tile, BaseException) else tile
        for top, tile in zip(tops, tiles, strict=False)
    ]


newest = TtlCache(_load_newest, _FRESH_SECONDS)
popular = TtlCache(_load_popular, _FRESH_SECONDS)
tiles = TtlCache(_load_tiles, 10 * _FRESH_SECONDS)


class Home(rx.State):
    tiles: list[Department] = []
    popular: list[Card] = []
    newest: list[Card] = []
    showcase: list[Card] = []
    loading: bool = True
    error: str = ""

    @rx.event
    async def load(self) -> AsyncIterator[Any]:
        self.error = ""
        departments, liked, new = await asyncio.gather(
            tiles.get(), popular.get(), newest.get(), return_exceptions=True
        )
        self.tiles = departments if isinstance(departments, list) else []
        self.popular = cards(liked) if isinstance(liked, list) else []
        self.newest = cards(new) if isinstance(new, list) else []
        pictured = [card for card in [*self.popular, *self.newest] if card.image]
        self.showcase = list({card.id: card for card in pictured}.values())[:4]
        failure = next((x for x in (new, departments) if isinstance(x, DomainError)), None)
        if failure and not (self.newest or self.popular):
            self.error = problem_text(failure)
        self.loading = False
        yield
