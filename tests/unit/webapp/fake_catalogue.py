"""The fake catalogue and its pictures."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from deployments.products.contract import (
    AttributeFacet,
    Category,
    Facets,
    PriceRange,
    ProductCard,
    ProductDetail,
    RatingFacet,
)
from deployments.products.contract import FacetValue as BrandValue
from deployments.shared.errors import NotFound
from tests.unit.webapp.fake_world import GROUNDS, World, identity
from webapp.views import card_of_detail


def products_routes(world: World) -> APIRouter:
    router = APIRouter(prefix="/products")

    @router.get("")
    async def browse(
        *,
        category: str = "",
        brand: Annotated[list[str] | None, Query()] = None,
        price_min: int = 0,
        price_max: int = 10**9,
        in_stock: bool = False,
        attr: Annotated[list[str] | None, Query()] = None,
        rating_min: int = 0,
        sort: str = "newest",
        limit: int = 24,
        cursor: str = "0",
    ) -> dict[str, Any]:
        found = filtered(world, category, brand, price_min, price_max, in_stock)
        start, end = int(cursor), int(cursor) + limit
        cards = in_order(found, sort)
        return {
            "items": [card.model_dump(mode="json") for card in cards[start:end]],
            "next_cursor": str(end) if end < len(cards) else None,
        }

    @router.get("/facets")
    async def facets(
        *,
        category: str = "",
        brand: Annotated[list[str] | None, Query()] = None,
        attr: Annotated[list[str] | None, Query()] = None,
    ) -> Facets:
        found = filtered(world, category, None, 0, 10**9, False)
        brands = Counter(product.brand or "" for product in found)
        prices = [card_of_detail(product).price_from.amount for product in found]
        materials = Counter(product.attributes["Material"] for product in found)
        return Facets(
            total=len(found),
            categories=[],
            brands=[BrandValue(value=b, count=n) for b, n in brands.most_common()],
            price=PriceRange(min=min(prices, default=None), max=max(prices, default=None)),
            in_stock=len(found),
            attributes=[
                AttributeFacet(
                    name="Material",
                    values=[
                        *(BrandValue(value=m, count=n) for m, n in materials.items()),
                        BrandValue(value="Wood", count=2),
                    ],
                )
            ],
            ratings=[RatingFacet(rating_min=4, count=3), RatingFacet(rating_min=3, count=0)],
        )

    @router.get("/categories")
    async def categories() -> list[Category]:
        paths: dict[str, int] = {}
        for product in world.products.values():
            if product.category:
                top, _ = product.category.path.split("/")
                for path in (top, product.category.path):
                    paths[path] = paths.get(path, 0) + 1
        return [
            Category(
                id=identity(path),
                slug=path.split("/")[-1],
                name=path.split("/")[-1].replace("-", " & ").title(),
                path=path,
                parent_id=identity(path.split("/")[0]) if "/" in path else None,
                product_count=count,
            )
            for path, count in paths.items()
        ]

    @router.get("/by-slug/{slug}")
    async def by_slug(slug: str) -> ProductDetail:
        for product in world.products.values():
            if product.slug == slug:
                return product
        raise NotFound("unknown_product", "there is no such product")

    @router.get("/media/{key}")
    async def media(key: str) -> Response:
        return _picture(world.pictures, key)

    @router.get("/{product_id}")
    async def get(product_id: UUID) -> ProductDetail:
        if product_id not in world.products:
            raise NotFound("unknown_product", "there is no such product")
        return world.products[product_id]

    return router


def filtered(  # noqa: PLR0917
    world: World, category: str, brand: list[str] | None, low: int, high: int, in_stock: bool
) -> list[ProductDetail]:
    def fits(product: ProductDetail) -> bool:
        path = product.category.path if product.category else ""
        card = card_of_detail(product)
        return (
            (not category or path == category or path.startswith(category + "/"))
            and (not brand or product.brand in brand)
            and low <= card.price_from.amount <= high
            and (card.in_stock or not in_stock)
        )

    return [product for product in world.products.values() if fits(product)]


def in_order(products: list[ProductDetail], sort: str) -> list[ProductCard]:
    cards = [card_of_detail(product) for product in products]
    if sort == "price_asc":
        return sorted(cards, key=lambda card: card.price_from.amount)
    if sort == "price_desc":
        return sorted(cards, key=lambda card: -card.price_from.amount)
    if sort == "title":
        return sorted(cards, key=lambda card: card.title)
    return cards[::-1] if sort == "newest" else cards


@lru_cache
def _picture(folder: Path | None, key: str) -> Response:
    name, shade = key.rsplit("-", 1)
    ground = GROUNDS[int(shade)]
    file = folder / f"{name}.webp" if folder else None
    if file is None or not file.is_file():
        circle = f'<circle cx="50" cy="50" r="26" fill="{GROUNDS[int(shade) - 1]}"/>'
        ground = f'<rect width="100" height="100" fill="{ground}"/>'
        head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
        svg = head + ground + circle + "</svg>"
        return Response(svg, media_type="image/svg+xml")
    from io import BytesIO

    from PIL import Image as Picture

    canvas = Picture.new("RGB", (800, 800), ground)
    with Picture.open(file) as thing:
        art = thing.convert("RGBA").resize((480, 480))
    canvas.paste(art, (160, 160), art)
    data = BytesIO()
    canvas.save(data, "WEBP", quality=85)
    return Response(data.getvalue(), media_type="image/webp")
