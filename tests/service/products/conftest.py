"""The products service without a server, and what its tests send."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from PIL import Image
from psycopg.rows import dict_row

from deployments.products.api import create_api
from deployments.products.infrastructure.settings import ProductsSettings
from deployments.shared.errors import Unavailable
from deployments.shared.settings import OPERATOR, PlatformSettings
from models.shared.migrations import sync_url
from tests.support import Keys, running

Query = Callable[..., list[dict[str, Any]]]
Body = dict[str, Any]


@pytest.fixture
def settings(keys: Keys, database_url: Callable[[str], str], tmp_path: Path) -> ProductsSettings:
    return ProductsSettings(
        database_url=database_url("products"),
        database_pool_size=10,
        service_key=keys.encoded("products"),
        media_folder=tmp_path / "media",
        max_image_bytes=200_000,
        max_image_pixels=2_000_000,
    )


class Purchases:
    """The cart service's record of who bought what; ``missing`` makes it not answer."""

    def __init__(self) -> None:
        self._made: set[tuple[UUID, UUID]] = set()
        self.missing = False
        self.asked = 0

    def add(self, user_id: UUID, product_id: UUID | str) -> None:
        self._made.add((user_id, UUID(str(product_id))))

    async def __call__(self, user_id: UUID, product_id: UUID) -> bool:
        self.asked += 1
        if self.missing:
            raise Unavailable("cart_unavailable", "cart does not answer; try again")
        return (user_id, product_id) in self._made


@pytest.fixture
def purchases() -> Purchases:
    return Purchases()


@pytest.fixture
async def products(
    platform: PlatformSettings, keys: Keys, settings: ProductsSettings, purchases: Purchases
) -> AsyncIterator[httpx.AsyncClient]:
    app = create_api(
        platform, settings, verifier=keys.verifier("products"), has_purchased=purchases
    )
    async with running(app) as client:
        yield client


@pytest.fixture
def merchant(keys: Keys) -> dict[str, str]:
    return keys.user("merchant")


@pytest.fixture
def operator(keys: Keys) -> dict[str, str]:
    return keys.service(OPERATOR, "products")


@pytest.fixture
def cart(keys: Keys) -> dict[str, str]:
    return keys.service("cart", "products")


@pytest.fixture
def query(settings: ProductsSettings) -> Iterator[Query]:
    """Speaks to the service's database past the service."""
    url = sync_url(settings.database_url).replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:

        def run(statement: str, *values: Any) -> list[dict[str, Any]]:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

        yield run


def bottle(**changes: Any) -> Body:
    """A valid product to create; ``sku`` renames its two variants."""
    sku = changes.pop("sku", "TB")
    body: Body = {
        "title": "Trail bottle",
        "description": "Keeps coffee hot on a day's hike.",
        "brand": "Nordwind",
        "attributes": {"Material": "Steel"},
        "tags": ["hiking"],
        "variants": [
            {
                "sku": f"{sku}-NAVY",
                "options": {"Colour": "Navy", "Size": "M"},
                "price": 2490,
                "compare_at": 2990,
                "on_hand": 5,
            },
            {
                "sku": f"{sku}-RED",
                "options": {"Colour": "Red", "Size": "M"},
                "price": 2690,
                "on_hand": 0,
            },
        ],
    }
    return body | changes


def simple(sku: str, price: int = 1000, on_hand: int = 1, **changes: Any) -> Body:
    """A valid product with one variant."""
    variant = {"sku": sku, "price": price, "on_hand": on_hand}
    return {"title": f"Product {sku}", "variants": [variant]} | changes


def picture(
    width: int = 1400, height: int = 700, kind: str = "PNG", colour: str = "teal", **save: Any
) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, kind, **save)
    return buffer.getvalue()
