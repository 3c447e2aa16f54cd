"""The demo merchants: three shops, one truth in three formats."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import httpx
import pytest
from fastapi import FastAPI

from deployments.sandbox.merchants.assortment import assortment
from deployments.sandbox.merchants.routes import router
from deployments.sandbox.merchants.shops import SHOPS, Shop
from deployments.shared.error_responses import install_error_handlers
from pipelines.price_aggregation.google_csv import parse_google_csv
from pipelines.price_aggregation.json_feed import parse_json_feed
from pipelines.price_aggregation.offers import RawOffer
from pipelines.price_aggregation.schema_org import parse_product_page, parse_sitemap

MONDAY = date(2025, 3, 3)
ON = {"on": MONDAY.isoformat()}


@pytest.fixture
def site() -> httpx.AsyncClient:
    app = FastAPI()
    install_error_handlers(app)
    app.include_router(router, prefix="/merchants")
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test")


@pytest.mark.parametrize("shop", SHOPS.values(), ids=SHOPS)
def test_an_assortment_has_the_mess_of_real_ones(shop: Shop) -> None:
    articles = assortment(shop, MONDAY)
    assert len({article.key for article in articles}) == len(articles) > 100
    share = sum(article.gtin is not None for article in articles) / len(articles)
    assert 0.2 < share < 0.95
    assert any(not article.in_stock for article in articles)
    assert any(article.brand is None for article in articles)
    assert any(article.pack > 1 for article in articles)
    assert any(article.key.startswith("own-") for article in articles)
    assert all(article.price > 0 and article.shipping >= 0 for article in articles)


def test_the_shops_overlap_in_part() -> None:
    groups = [{a.group for a in assortment(shop, MONDAY)} for shop in SHOPS.values()]
    common = set.intersection(*groups)
    assert common
    for group in groups:
        assert len(common) < len(group) < len(set.union(*groups))


def test_prices_are_the_same_all_week_and_move_from_week_to_week() -> None:
    shop = SHOPS["northline"]

    def prices(day: date) -> dict[str, int]:
        return {article.key: article.price for article in assortment(shop, day)}

    monday, sunday = prices(MONDAY), prices(MONDAY + timedelta(days=6))
    following = prices(MONDAY + timedelta(days=7))
    assert monday == sunday
    assert monday.keys() == following.keys()
    moved = sum(monday[key] != following[key] for key in monday) / len(monday)
    assert 0.05 < moved < 0.8


async def test_the_formats_tell_the_same_prices(site: httpx.AsyncClient) -> None:
    feed = await site.get("/merchants/hartley/feed.json", params=ON)
    table = await site.get("/merchants/hartley/google.csv", params=ON)
    from_json = parse_json_feed(feed.content, str(feed.url))
    from_csv = parse_google_csv(table.content, str(table.url))
    articles = assortment(SHOPS["hartley"], MONDAY)
    assert len(from_json) == len(from_csv) == len(articles)
    for article, left, right in zip(articles, from_json, from_csv, strict=True):
        assert isinstance(left, RawOffer)
        assert isinstance(right, RawOffer)
        assert left.url == right.url
        assert right.price == f"{article.price / 100:.2f} GBP"
        assert float(left.price) == article.price / 100


async def test_google_file_has_its_columns(site: httpx.AsyncClient) -> None:
    table = await site.get("/merchants/northline/google.csv", params=ON)
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert {"id", "title", "link", "price", "availability", "gtin", "shipping"} <= rows[0].keys()


async def test_every_page_of_the_sitemap_has_its_offers(site: httpx.AsyncClient) -> None:
    sitemap = await site.get("/merchants/casabrio/sitemap.xml", params=ON)
    pages, _ = parse_sitemap(sitemap.content, str(sitemap.url))
    articles = assortment(SHOPS["casabrio"], MONDAY)
    assert len(pages) == len({article.group for article in articles})
    found: list[RawOffer] = []
    for page in pages[:30]:
        answer = await site.get(page, params=ON)
        assert answer.status_code == 200
        offers = parse_product_page(answer.content, page)
        assert all(isinstance(offer, RawOffer) for offer in offers), page
        found += [offer for offer in offers if isinstance(offer, RawOffer)]
    prices = {article.key: f"{article.price / 100:.2f}" for article in articles}
    for offer in found:
        assert offer.price == prices[offer.url.rsplit("variant=")[1]]
        assert offer.currency == "EUR"
        assert offer.shipping is not None


async def test_front_page_links_to_products(site: httpx.AsyncClient) -> None:
    front = await site.get("/merchants/northline")
    assert "Northline Outfitters" in front.text
    first = assortment(SHOPS["northline"], date.today())[0]
    assert f"/merchants/northline/p/{first.group}?variant=" in front.text


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/merchants/nobody/feed.json", "unknown_shop"),
        ("/merchants/northline/p/nothing", "unknown_article"),
    ],
)
async def test_unknown_shops_and_articles_are_404(
    site: httpx.AsyncClient, path: str, code: str
) -> None:
    answer = await site.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, code)
