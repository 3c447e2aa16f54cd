"""What the pages show: plain values, formatted here so that a page only places them."""

from __future__ import annotations

from dataclasses import dataclass, field

from deployments.products.contract import Category, ProductCard, ProductDetail
from webapp.formats import (
    count_of,
    money,
    percent_off,
)
from webapp.review_views import Stars
from webapp.settings import settings
from webapp.theme import TILE_TINTS


def picture(url: str | None) -> str:
    """Address a browser can load; empty when there is no picture."""
    if not url:
        return ""
    if url.startswith(("http://", "https://", "data:")):
        return url
    return settings().public_api_url + "/" + url.lstrip("/")


def option_text(options: dict[str, str]) -> str:
    return " · ".join(options.values())


@dataclass
class Card:
    """A product in a grid. ``position`` counts from 1 in the list it stands in; ``why`` says what
    of a search it matched."""

    id: str
    href: str
    title: str
    brand: str
    price: str
    was: str
    off: str
    image: str
    note: str
    sold_out: bool
    position: int
    stars: Stars = field(default_factory=Stars)
    why: str = ""

    @classmethod
    def of(cls, product: ProductCard, position: int = 0, why: str = "") -> Card:
        ranged = product.price_from.amount != product.price_to.amount
        off = percent_off(product.price_from, product.compare_at)
        return cls(
            id=str(product.id),
            href=f"/p/{product.slug}",
            title=product.title,
            brand=product.brand or "",
            price=("from " if ranged else "") + money(product.price_from),
            was=money(product.compare_at) if off and product.compare_at else "",
            off=off if product.in_stock else "",
            image=picture(product.image_url),
            note=count_of(product.variant_count, "option") if product.variant_count > 1 else "",
            sold_out=not product.in_stock,
            position=position,
            stars=Stars.of(product.rating),
            why=why,
        )


def cards(products: list[ProductCard], start: int = 1) -> list[Card]:
    return [Card.of(product, position) for position, product in enumerate(products, start)]


def card_of_detail(product: ProductDetail) -> ProductCard:
    """The list form of a product that was fetched in full."""
    dearest = max(product.variants, key=lambda variant: variant.price.amount)
    cheapest = min(product.variants, key=lambda variant: variant.price.amount)
    return ProductCard(
        id=product.id,
        slug=product.slug,
        title=product.title,
        brand=product.brand,
        category=product.category,
        price_from=cheapest.price,
        price_to=dearest.price,
        compare_at=cheapest.compare_at,
        in_stock=any(variant.available > 0 for variant in product.variants),
        image_url=product.images[0].url if product.images else None,
        variant_count=len(product.variants),
        rating=product.rating,
    )


@dataclass
class Crumb:
    label: str
    href: str


@dataclass
class Department:
    """A category; ``children`` is one level deep, empty for a child."""

    name: str
    path: str
    href: str
    count: str
    tint: str = ""
    image: str = ""
    children: list[Crumb] = field(default_factory=list)


def departments(categories: list[Category]) -> list[Department]:
    """The categories at the top that hold products, in the shop's order."""
    ordered = sorted(categories, key=lambda category: (category.position, category.name))
    tops = [c for c in ordered if c.parent_id is None and c.product_count > 0]
    return [
        Department(
            name=top.name,
            path=top.path,
            href=f"/category/{top.path}",
            count=count_of(top.product_count, "product"),
            tint=TILE_TINTS[index % len(TILE_TINTS)],
            children=[
                Crumb(child.name, f"/category/{child.path}")
                for child in ordered
                if child.parent_id == top.id and child.product_count > 0
            ],
        )
        for index, top in enumerate(tops)
    ]
