"""Price comparison over HTTP on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import create_engine, insert

from deployments.search.application.price_ports import OurPrices
from deployments.search.infrastructure.price_settings import ComparisonSettings
from deployments.search.presentation.price_routes import router
from deployments.search.price_setup import setup_prices
from deployments.shared.errors import NotFound, Unavailable
from deployments.shared.ids import new_id
from deployments.shared.service_app import Platform, create_service_app
from deployments.shared.settings import PlatformSettings, ServiceSettings
from models.search.offers import (
    OfferHistoryRow,
    OfferRow,
    PricePositionRow,
    PriceReviewRow,
    PriceRunRow,
)
from models.shared.migrations import sync_url
from tests.support import Keys, running

KETTLE, SMALL, LARGE = new_id(), new_id(), new_id()
NOW = datetime.now(UTC)


class OurShop:
    """Our prices: a product with two sizes; ``down`` as when products does not answer."""

    down = False

    async def __call__(self, product_id: UUID) -> OurPrices:
        if self.down:
            raise Unavailable("products_unavailable", "products does not answer; try again")
        if product_id != KETTLE:
            raise NotFound("product_not_found", "there is no such product")
        return OurPrices({SMALL: 3000, LARGE: 4500}, "EUR")


@pytest.fixture
def shop() -> OurShop:
    return OurShop()


@pytest.fixture
async def search(
    platform: PlatformSettings, keys: Keys, database_url: Callable[[str], str], shop: OurShop
) -> AsyncIterator[httpx.AsyncClient]:
    @asynccontextmanager
    async def setup(parts: Platform) -> AsyncIterator[None]:
        setup_prices(parts, ComparisonSettings(), shop)
        yield

    app = create_service_app(
        service="search",
        title="prices",
        description="",
        platform=platform,
        settings=ServiceSettings(
            database_url=database_url("search"), service_key=keys.encoded("search")
        ),
        setup=setup,
        routers=[router],
        verifier=keys.verifier("search"),
    )
    async with running(app) as client:
        yield client


@pytest.fixture
def write(database_url: Callable[[str], str]) -> Callable[..., None]:
    def rows(table: Any, *values: dict[str, Any]) -> None:
        engine = create_engine(sync_url(database_url("search")))
        with engine.begin() as connection:
            connection.execute(insert(table), list(values))
        engine.dispose()

    return rows


def offer(merchant: str, price: int, **changes: Any) -> dict[str, Any]:
    shipping = changes.get("shipping", 0)
    return {
        "id": new_id(),
        "merchant": merchant,
        "url": f"https://shop.example/{new_id()}",
        "title": "Kettle",
        "brand": None,
        "gtin": None,
        "mpn": None,
        "pack_size": 1,
        "listed_price": price,
        "listed_currency": "EUR",
        "price": price,
        "shipping": shipping,
        "total": price + (shipping or 0),
        "currency": "EUR",
        "in_stock": True,
        "status": "matched",
        "product_id": KETTLE,
        "variant_id": SMALL,
        "matched_by": "gtin",
        "confidence": 0.99,
        "active": True,
        "first_seen_at": NOW,
        "last_seen_at": NOW,
    } | changes


async def test_offers_are_ranked_with_shipping_and_one_a_merchant(
    search: httpx.AsyncClient, write: Callable[..., None]
) -> None:
    write(
        OfferRow,
        offer("Alpha", 2900, shipping=700),
        offer("Beta", 3300, shipping=0),
        offer("Beta", 3500, shipping=0),
        offer("Gamma", 2000, in_stock=False),
        offer("Delta", 3600, shipping=None),
    )
    body = (await search.get(f"/prices/{KETTLE}")).json()
    # Ours: 30.00 and 4.90 shipping.
    assert body["our_price"] == {"amount": 3000, "currency": "EUR"}
    assert body["our_total"]["amount"] == 3490
    assert [(o["merchant"], o["total"]["amount"]) for o in body["offers"]] == [
        ("Beta", 3300),
        ("Alpha", 3600),
        ("Delta", 3600),
        ("Gamma", 2000),
    ]
    assert body["best"]["merchant"] == "Beta"
    assert body["position"] == 2
    assert body["offers"][2]["shipping"] is None


async def test_only_offers_of_the_same_size_are_held_against_a_price(
    search: httpx.AsyncClient, write: Callable[..., None]
) -> None:
    write(
        OfferRow,
        offer("Alpha", 3100),
        offer("Alpha", 4400, variant_id=LARGE),
        offer("Beta", 4700, variant_id=LARGE),
        offer("Gamma", 5000, variant_id=new_id()),
    )
    body = (await search.get(f"/prices/{KETTLE}")).json()
    assert body["our_price"]["amount"] == 4500
    assert [o["total"]["amount"] for o in body["offers"]] == [4400, 4700]


async def test_doubtful_ended_and_old_offers_are_not_shown(
    search: httpx.AsyncClient, write: Callable[..., None]
) -> None:
    write(
        OfferRow,
        offer("Doubtful", 1000, status="review"),
        offer("Ended", 1000, active=False),
        offer("Old", 1000, last_seen_at=NOW - timedelta(days=30)),
        offer("Foreign", 1000, currency="GBP"),
        offer("Other product", 1000, product_id=new_id()),
    )
    body = (await search.get(f"/prices/{KETTLE}")).json()
    assert body["offers"] == []
    assert body["best"] is None
    assert body["position"] is None
    assert body["updated_at"] is None


async def test_unknown_product_and_bad_id_are_clear_errors(search: httpx.AsyncClient) -> None:
    unknown = await search.get(f"/prices/{new_id()}")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "product_not_found")
    bad = await search.get("/prices/kettle")
    assert (bad.status_code, bad.json()["code"]) == (422, "invalid_request")


async def test_without_the_products_service_the_answer_is_503(
    search: httpx.AsyncClient, shop: OurShop
) -> None:
    shop.down = True
    answer = await search.get(f"/prices/{KETTLE}")
    assert (answer.status_code, answer.json()["code"]) == (503, "products_unavailable")
    assert answer.headers["retry-after"]


def position(title: str, ours: int, best: int, place: int) -> dict[str, Any]:
    return {
        "product_id": new_id(),
        "slug": title.lower(),
        "title": title,
        "category_path": "kitchen",
        "currency": "EUR",
        "our_price": ours,
        "our_total": ours,
        "best_total": best,
        "best_merchant": "Alpha",
        "position": place,
        "offer_count": 3,
        "updated_at": NOW,
    }


async def test_overview_counts_all_and_lists_the_dearest_first(
    search: httpx.AsyncClient, keys: Keys, write: Callable[..., None]
) -> None:
    write(
        PricePositionRow,
        position("Equal", 1000, 1000, 1),
        position("Cheap", 900, 1000, 1),
        position("Near", 1050, 1000, 2),
        position("Dear", 1051, 1000, 3),
    )
    doubtful, decided = offer("Alpha", 900, status="review"), offer("Beta", 900)
    write(OfferRow, doubtful, decided)
    entry = {"product_id": KETTLE, "confidence": 0.7, "note": "", "created_at": NOW}
    write(
        PriceReviewRow,
        entry | {"offer_id": doubtful["id"], "decision": None},
        entry | {"offer_id": decided["id"], "decision": "accepted"},
    )
    source = {"merchant": "Alpha", "kind": "json_feed", "offers": 9, "matched": 7, "review": 1}
    write(
        PriceRunRow,
        {
            "id": new_id(),
            "started_at": NOW,
            "finished_at": NOW,
            "report": {"sources": [source | {"error": "answered 500"}]},
        },
    )
    answer = await search.get("/prices", params={"limit": 2}, headers=keys.user("analyst"))
    body = answer.json()
    assert (body["compared_products"], body["cheapest"]) == (4, 2)
    assert (body["within_5_percent"], body["dearer"]) == (1, 1)
    assert body["review_queue"] == 1
    assert datetime.fromisoformat(body["updated_at"]) == NOW
    assert [(p["title"], p["gap"]) for p in body["products"]] == [("Dear", 0.051), ("Near", 0.05)]
    assert body["sources"][0]["error"] == "answered 500"


async def test_overview_before_the_first_run_is_empty(
    search: httpx.AsyncClient, keys: Keys
) -> None:
    body = (await search.get("/prices", headers=keys.user("merchant"))).json()
    assert body["compared_products"] == 0
    assert body["updated_at"] is None
    assert body["products"] == []


@pytest.mark.parametrize("path", ["/prices", f"/prices/{KETTLE}/history"], ids=["all", "one"])
async def test_shoppers_do_not_see_where_we_stand(
    search: httpx.AsyncClient, keys: Keys, path: str
) -> None:
    assert (await search.get(path)).status_code == 401
    refused = await search.get(path, headers=keys.user("shopper"))
    assert (refused.status_code, refused.json()["code"]) == (403, "wrong_role")


async def test_history_follows_each_merchants_best_offer(
    search: httpx.AsyncClient, keys: Keys, write: Callable[..., None]
) -> None:
    first, second, large = (
        offer("Alpha", 3100),
        offer("Alpha", 3000),
        offer("Alpha", 4400, variant_id=LARGE),
    )
    write(OfferRow, first, second, large)
    write(
        OfferHistoryRow,
        *[
            {"offer_id": row["id"], "day": day, "price": t, "total": t, "in_stock": stock}
            for row, day, t, stock in (
                (first, date(2025, 3, 1), 3200, True),
                (second, date(2025, 3, 3), 3000, True),
                (first, date(2025, 3, 4), 3100, True),
                (second, date(2025, 3, 5), 3000, False),
                (large, date(2025, 3, 2), 100, True),
            )
        ],
    )
    answer = await search.get(f"/prices/{KETTLE}/history", headers=keys.user("analyst"))
    points = [(p["day"], p["total"], p["in_stock"]) for p in answer.json()["points"]]
    assert points == [
        ("2025-03-01", 3200, True),
        ("2025-03-03", 3000, True),
        ("2025-03-05", 3100, True),
    ]
