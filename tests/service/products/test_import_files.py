"""Files of products into the real products service."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from deployments.local.commands.import_products import Import
from deployments.products.api import create_api
from deployments.products.catalogue_file.open_file import ProductFile, open_product_file
from deployments.products.contract import ProductsClient
from deployments.products.infrastructure.settings import ProductsSettings
from deployments.shared.http_client import ServiceHttp
from deployments.shared.settings import OPERATOR, PlatformSettings
from tests.support import Keys


@pytest.fixture
async def client(
    platform: PlatformSettings, keys: Keys, settings: ProductsSettings
) -> AsyncIterator[ProductsClient]:
    app = create_api(platform, settings, verifier=keys.verifier("products"))

    def token() -> str:
        return keys.service(OPERATOR, "products")["Authorization"].removeprefix("Bearer ")

    async with app.router.lifespan_context(app):
        http = ServiceHttp(
            "products",
            "http://products",
            authorization=token,
            transport=httpx.ASGITransport(app=app),
            timeout=httpx.Timeout(60),
        )
        yield ProductsClient(http)
        await http.aclose()


async def run(client: ProductsClient, opened: ProductFile, **options: int) -> dict[str, int]:
    job = Import(opened, stock=options.get("stock"), limit=options.get("limit"))
    await job.run(client, Console(file=io.StringIO()))
    assert job.report.problems == []
    return dict(job.report.counts)


@pytest.mark.data
async def test_shopify_exports_go_in_completely_and_once(
    client: ProductsClient, test_data: Path
) -> None:
    names = ("apparel", "home-and-garden", "jewelery")
    files = [test_data / "shopify" / f"{name}.csv" for name in names]
    for file in files:
        assert await run(client, open_product_file(file)) == {"created": 20}
    for file in files:
        assert await run(client, open_product_file(file)) == {"unchanged": 20}
    jumper = await client.by_slug("yellow-wool-jumper")
    assert jumper.brand == "partners-demo"
    assert jumper.images[0].url.startswith("https://burst.shopifycdn.com/")
    categories = {category.name for category in await client.categories()}
    assert {"Indoor", "Outdoor", "Necklace"} <= categories


@pytest.mark.data
async def test_a_mapped_parquet_file_goes_in_and_again_changes_nothing(
    client: ProductsClient, test_data: Path
) -> None:
    def opened() -> ProductFile:
        return open_product_file(test_data / "chorus" / "products.parquet", minor_prices=True)

    assert await run(client, opened(), limit=500, stock=4) == {"created": 500}
    assert await run(client, opened(), limit=500, stock=4) == {"unchanged": 500}
    page = await client.browse(brand="Xerox", limit=1)
    product = await client.get(page.items[0].id)
    assert product.attributes
    assert product.variants[0].available == 4
