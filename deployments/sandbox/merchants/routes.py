"""The demo merchants over HTTP, mounted at ``/merchants``.

Each shop has pages; one publishes a JSON feed, one a Google Merchant file, one a sitemap. All
three formats exist for every shop, so that tests can compare them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from html import escape
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import HTMLResponse

from deployments.sandbox.merchants.assortment import Article, assortment
from deployments.sandbox.merchants.feeds import google_csv, json_feed
from deployments.sandbox.merchants.pages import front_page, product_page
from deployments.sandbox.merchants.shops import SHOPS, Shop
from deployments.shared.errors import NotFound

router = APIRouter(tags=["demo merchants"])


def _shop(shop: Annotated[str, Path(examples=["northline"])]) -> Shop:
    if shop not in SHOPS:
        raise NotFound("unknown_shop", f"there is no shop {shop!r}; there are {', '.join(SHOPS)}")
    return SHOPS[shop]


def _day(
    on: Annotated[date | None, Query(description="prices of that day; today without")] = None,
) -> date:
    return on or datetime.now(UTC).date()


ShopOf = Annotated[Shop, Depends(_shop)]
Day = Annotated[date, Depends(_day)]


def _address(request: Request, shop: Shop) -> Callable[[Article], str]:
    def of(article: Article) -> str:
        page = request.url_for("merchant_product", shop=shop.key, group=article.group)
        return f"{page}?variant={article.key}"

    return of


def _home(request: Request, shop: Shop) -> str:
    return str(request.url_for("merchant_front", shop=shop.key))


@router.get("/{shop}", name="merchant_front", response_class=HTMLResponse)
def front(request: Request, shop: ShopOf, day: Day) -> str:
    """The shop's front page."""
    return front_page(shop, assortment(shop, day), _address(request, shop), _home(request, shop))


@router.get("/{shop}/feed.json")
def feed(request: Request, shop: ShopOf, day: Day) -> dict[str, Any]:
    """Offers as a JSON feed."""
    return json_feed(shop, assortment(shop, day), _address(request, shop), day)


@router.get("/{shop}/google.csv")
def google(request: Request, shop: ShopOf, day: Day) -> Response:
    """Offers in Google Merchant Center's layout."""
    text = google_csv(shop, assortment(shop, day), _address(request, shop))
    return Response(text, media_type="text/csv; charset=utf-8")


@router.get("/{shop}/sitemap.xml")
def sitemap(request: Request, shop: ShopOf, day: Day) -> Response:
    """Addresses of all product pages."""
    pages = "".join(
        "<url><loc>"
        + escape(str(request.url_for("merchant_product", shop=shop.key, group=group)))
        + "</loc></url>"
        for group, _ in groupby(assortment(shop, day), key=lambda article: article.group)
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{pages}</urlset>'
    )
    return Response(text, media_type="application/xml")


@router.get("/{shop}/p/{group}", name="merchant_product", response_class=HTMLResponse)
def product(request: Request, shop: ShopOf, group: str, day: Day) -> str:
    """A product page with schema.org data."""
    articles = [article for article in assortment(shop, day) if article.group == group]
    if not articles:
        raise NotFound("unknown_article", f"{shop.name} does not sell {group!r}")
    address = _address(request, shop)
    return product_page(
        shop, articles, [address(article) for article in articles], _home(request, shop)
    )
