"""The demo shop in the real products, analytics and auth services."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image

from deployments.analytics.api import create_api as create_analytics
from deployments.analytics.contract import AnalyticsClient
from deployments.analytics.infrastructure.settings import AnalyticsSettings
from deployments.products.api import create_api as create_products
from deployments.products.contract import ProductsClient, StockAdjustment
from deployments.products.infrastructure.settings import ProductsSettings
from deployments.sandbox.demo import history, seed
from deployments.sandbox.demo.catalogue import DemoProduct, load_demo_products
from deployments.sandbox.demo.emoji_package import PicturesUnavailable
from deployments.shared.http_client import ServiceHttp
from deployments.shared.settings import OPERATOR, PlatformSettings
from tests.support import Keys

ENTRIES = load_demo_products()[:6]


def client(app: FastAPI, service: str, keys: Keys) -> ServiceHttp:
    def token() -> str:
        return keys.service(OPERATOR, service)["Authorization"].removeprefix("Bearer ")

    return ServiceHttp(
        service,
        f"http://{service}",
        authorization=token,
        transport=httpx.ASGITransport(app=app),
        timeout=httpx.Timeout(60),
    )


@pytest.fixture
async def products(
    platform: PlatformSettings, keys: Keys, database_url: Callable[[str], str], tmp_path: Path
) -> AsyncIterator[ProductsClient]:
    settings = ProductsSettings(
        database_url=database_url("products"),
        service_key=keys.encoded("products"),
        media_folder=tmp_path / "media",
    )
    app = create_products(platform, settings, verifier=keys.verifier("products"))
    async with app.router.lifespan_context(app):
        http = client(app, "products", keys)
        yield ProductsClient(http)
        await http.aclose()


@pytest.fixture
async def analytics(
    platform: PlatformSettings, keys: Keys, database_url: Callable[[str], str]
) -> AsyncIterator[AnalyticsClient]:
    settings = AnalyticsSettings(
        database_url=database_url("analytics"), service_key=keys.encoded("analytics")
    )
    app = create_analytics(platform, settings, verifier=keys.verifier("analytics"))
    async with app.router.lifespan_context(app):
        http = client(app, "analytics", keys)
        yield AnalyticsClient(http)
        await http.aclose()


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache that has a render for each product, so that nothing is fetched."""
    assets = tmp_path / "cache" / "fluent-emoji-3d-1.1.0"
    assets.mkdir(parents=True)
    for number, entry in enumerate(ENTRIES):
        code = "-".join(f"{ord(character):x}" for character in entry.picture)
        image = Image.new("RGBA", (256, 256), (0, 0, 0, 0))
        image.paste((40 * number, 120, 200, 255), (40, 40, 216, 216))
        image.save(assets / f"{code}.webp")
    return tmp_path / "cache"


def quiet(stage: str, done: int, total: int | None) -> None:
    assert total is None or done <= total


async def fill(store: ProductsClient, cache: Path) -> seed.SeedReport:
    return await seed.seed(quiet, products=ENTRIES, client=store, cache=cache)


async def test_seeding_brings_products_and_pictures_once(
    products: ProductsClient, cache: Path
) -> None:
    first = await fill(products, cache)
    assert (first.created, first.updated, first.unchanged) == (len(ENTRIES), 0, 0)
    assert first.pictures_uploaded >= 2 * len(ENTRIES)
    again = await fill(products, cache)
    assert (again.created, again.updated, again.unchanged) == (0, 0, len(ENTRIES))
    assert again.pictures_uploaded == 0


async def test_pictures_of_colours_belong_to_their_variants(
    products: ProductsClient, cache: Path
) -> None:
    await fill(products, cache)
    entry = next(each for each in ENTRIES if len(each.colours) > 1)
    found = await products.by_slug(entry.product.handle)
    shown = {variant.id: variant.options for variant in found.variants}
    by_image = {variant.image_id: shown[variant.id]["Colour"] for variant in found.variants}
    for image in found.images[:-1]:
        assert by_image[image.id].lower() in image.alt


async def test_an_interrupted_seeding_goes_on(products: ProductsClient, cache: Path) -> None:
    uploaded = 0
    add_image = products.add_image

    async def breaks(*arguments: object, **named: object) -> object:
        nonlocal uploaded
        if uploaded == 3:
            raise RuntimeError("the power went out")
        uploaded += 1
        return await add_image(*arguments, **named)  # type: ignore[arg-type]

    products.add_image = breaks  # type: ignore[method-assign,assignment]
    with pytest.raises(RuntimeError, match="the power went out"):
        await fill(products, cache)
    products.add_image = add_image  # type: ignore[method-assign]
    report = await fill(products, cache)
    for entry in ENTRIES:
        found = await products.by_slug(entry.product.handle)
        assert len(found.images) == len({image.id for image in found.images})
        assert len({image.alt for image in found.images}) == len(found.images)
    assert report.unchanged == len(ENTRIES)


async def test_seeding_again_does_not_bring_back_what_was_sold(
    products: ProductsClient, cache: Path
) -> None:
    await fill(products, cache)
    found = await products.by_slug(_in_stock().product.handle)
    variant = next(each for each in found.variants if each.available)
    await products.adjust_stock(found.id, variant.id, StockAdjustment(delta=-1, reason="sold"))
    await fill(products, cache)
    after = await products.get(found.id)
    kept = next(each for each in after.variants if each.id == variant.id)
    assert kept.available == variant.available - 1


def _in_stock() -> DemoProduct:
    return next(each for each in ENTRIES if any(v.on_hand for v in each.product.variants))


async def test_without_a_network_the_shop_has_plain_pictures(
    products: ProductsClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(cache: Path) -> Path:
        raise PicturesUnavailable("no network")

    monkeypatch.setattr(seed, "fetch_pictures", fails)
    report = await fill(products, tmp_path / "empty")
    assert report.pictures_missing == "no network"
    found = await products.by_slug(ENTRIES[0].product.handle)
    assert len(found.images) == 1


async def test_the_history_fills_the_dashboard_and_is_not_doubled(
    products: ProductsClient, analytics: AnalyticsClient, cache: Path
) -> None:
    await fill(products, cache)
    today = datetime.now(UTC).date()
    first = await history.send_history(today, quiet, products=products, analytics=analytics)
    assert first.new_events == first.events > 5_000
    assert first.new_purchases == first.purchases > 100
    again = await history.send_history(today, quiet, products=products, analytics=analytics)
    assert (again.new_events, again.new_purchases) == (0, 0)
