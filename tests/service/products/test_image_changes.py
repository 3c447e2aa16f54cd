"""Pictures can be ordered, described, given to variants and removed, files included."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from deployments.products.application.remove_unused_pictures import RemoveUnusedPictures
from deployments.products.infrastructure.folder_storage import FolderStorage
from deployments.products.infrastructure.settings import ProductsSettings
from deployments.products.infrastructure.unit_of_work import SqlProductsUnitOfWork
from deployments.shared.database import create_engine, create_session_factory
from deployments.shared.ids import new_id
from tests.service.products.conftest import Query, bottle, picture
from tests.service.products.test_reservations import code
from tests.support import Keys

Headers = dict[str, str]
Body = dict[str, Any]


class Album:
    """A merchant at the pictures of one product."""

    def __init__(self, client: httpx.AsyncClient, merchant: Headers, product: Body) -> None:
        self.client = client
        self.merchant = merchant
        self.product = product
        self.path = f"/{product['id']}/images"

    async def add(self, colour: str, **fields: str) -> Body:
        files = {"file": ("p.png", picture(300, 300, colour=colour))}
        answer = await self.client.post(self.path, files=files, data=fields, headers=self.merchant)
        assert answer.is_success, answer.text
        body: Body = answer.json()
        return body

    async def change(self, image: str, **body: Any) -> httpx.Response:
        return await self.client.put(f"{self.path}/{image}", json=body, headers=self.merchant)

    async def order(self, *images: str) -> httpx.Response:
        return await self.client.put(self.path, json={"image_ids": images}, headers=self.merchant)

    async def delete(self, image: str) -> httpx.Response:
        return await self.client.delete(f"{self.path}/{image}", headers=self.merchant)

    async def detail(self) -> Body:
        body: Body = (await self.client.get(f"/{self.product['id']}")).json()
        return body


@pytest.fixture
async def album(products: httpx.AsyncClient, merchant: Headers) -> Album:
    variants = [
        {"sku": f"{colour}-{size}", "options": {"Colour": colour, "Size": size}, "price": 1000}
        for colour in ("Navy", "Red")
        for size in ("M", "L")
    ]
    answer = await products.post("", json=bottle(variants=variants), headers=merchant)
    return Album(products, merchant, answer.json())


@pytest.fixture
async def sweep(settings: ProductsSettings) -> AsyncIterator[RemoveUnusedPictures]:
    engine = create_engine(settings.database_url)
    sessions = create_session_factory(engine)
    storage = FolderStorage(settings.media_folder, settings.media_path)
    yield RemoveUnusedPictures(lambda: SqlProductsUnitOfWork(sessions), storage, grace=timedelta(0))
    await engine.dispose()


async def test_pictures_are_put_in_order_and_the_first_is_on_the_card(album: Album) -> None:
    first, second = await album.add("red"), await album.add("blue")
    answer = await album.order(second["id"], first["id"])
    assert [(each["id"], each["position"]) for each in answer.json()] == [
        (second["id"], 0),
        (first["id"], 1),
    ]
    card = (await album.client.get("")).json()["items"][0]
    assert card["image_url"] == second["url"]
    for wrong in ([first["id"]], [first["id"], first["id"]], [first["id"], str(new_id())]):
        assert code(await album.order(*wrong)) == (422, "invalid_order")


async def test_alt_and_variant_can_be_changed(album: Album) -> None:
    image = await album.add("red")
    variant = album.product["variants"][0]["id"]
    changed = (await album.change(image["id"], alt="Side view", variant_id=variant)).json()
    assert (changed["alt"], changed["variant_id"]) == ("Side view", variant)
    assert changed["sizes"] == [{"url": image["url"], "width": 300, "height": 300}]
    assert (await album.change(image["id"])).json()["alt"] == "Trail bottle"
    assert (await album.detail())["version"] == 4
    assert code(await album.change(image["id"], variant_id=str(new_id()))) == (
        404,
        "variant_not_found",
    )
    assert code(await album.change(str(new_id()), alt="x")) == (404, "image_not_found")
    assert (await album.change(image["id"], alt="x" * 301)).status_code == 422


async def test_the_same_picture_is_given_to_a_variant_once(album: Album) -> None:
    variant = album.product["variants"][0]["id"]
    await album.add("red", variant_id=variant)
    general = await album.add("red")
    answer = await album.change(general["id"], variant_id=variant)
    assert code(answer) == (409, "image_exists")


async def test_variants_without_a_picture_take_one_of_their_colour(
    album: Album, cart: Headers
) -> None:
    navy_m, navy_l, red_m, red_l = [each["id"] for each in album.product["variants"]]
    red = await album.add("red", variant_id=red_l)
    own = await album.add("navy", variant_id=navy_m)
    general = await album.add("white")
    shown = {each["id"]: each["image_id"] for each in (await album.detail())["variants"]}
    assert shown == {navy_m: own["id"], navy_l: own["id"], red_m: red["id"], red_l: red["id"]}

    async def snapshots() -> dict[str, str]:
        body = {"variant_ids": [navy_m, navy_l, red_m, red_l]}
        rows = await album.client.put("/internal/snapshots", json=body, headers=cart)
        return {row["variant_id"]: row["image_url"] for row in rows.json()}

    assert await snapshots() == {
        navy_m: own["url"],
        navy_l: own["url"],
        red_m: red["url"],
        red_l: red["url"],
    }
    # Without a picture of its colour: the product's, not that of another colour.
    await album.delete(red["id"])
    assert (await snapshots())[red_m] == general["url"]


async def test_a_removed_variants_picture_stays_with_the_product_once(album: Album) -> None:
    variants = album.product["variants"]
    await album.add("red", variant_id=variants[0]["id"])
    await album.add("red", variant_id=variants[1]["id"])
    await album.add("red")
    left = bottle(variants=[{"sku": "Red-M", "price": 1000}])
    path = f"/{album.product['id']}"
    answer = await album.client.put(path, json=left, headers=album.merchant)
    assert answer.status_code == 200, answer.text
    assert [each["variant_id"] for each in answer.json()["images"]] == [None]


async def test_files_go_when_no_image_has_them_any_more(
    album: Album, sweep: RemoveUnusedPictures, settings: ProductsSettings, query: Query
) -> None:
    variant = album.product["variants"][0]["id"]
    first = await album.add("red")
    second = await album.add("red", variant_id=variant)
    kept = await album.add("blue")

    def files() -> int:
        return len(list(settings.media_folder.rglob("*.webp")))

    assert await sweep() == 0
    assert files() == 2
    assert (await album.delete(first["id"])).status_code == 204
    # The variant has the same picture.
    assert await sweep() == 0
    assert files() == 2
    await album.delete(second["id"])
    assert await sweep() == 1
    assert files() == 1
    assert [each["id"] for each in (await album.detail())["images"]] == [kept["id"]]
    assert query("SELECT count(*) AS n FROM unused_pictures") == [{"n": 0}]
    assert code(await album.delete(first["id"])) == (404, "image_not_found")


async def test_uploads_and_removals_of_one_picture_at_once_lose_no_file(
    album: Album, sweep: RemoveUnusedPictures, settings: ProductsSettings
) -> None:
    async def come_and_go(colour: str) -> None:
        for _ in range(3):
            await album.delete((await album.add(colour))["id"])

    await asyncio.gather(come_and_go("red"), come_and_go("red"), come_and_go("blue"))
    # No sweep while an upload is under way: that is what the grace is for.
    assert await sweep() == 2
    image = await album.add("red")
    assert await sweep() == 0
    shown = await album.client.get(image["url"].removeprefix("/products"))
    assert shown.status_code == 200


async def test_files_of_an_upload_that_failed_go_too(
    album: Album, sweep: RemoveUnusedPictures, settings: ProductsSettings
) -> None:
    files = {"file": ("p.png", picture(300, 300))}
    fields = {"variant_id": str(new_id())}
    answer = await album.client.post(album.path, files=files, data=fields, headers=album.merchant)
    assert answer.status_code == 404
    assert await sweep() == 1
    assert list(settings.media_folder.rglob("*.webp")) == []


async def test_pictures_are_for_merchants_to_change(album: Album, keys: Keys) -> None:
    image = await album.add("red")
    shopper = keys.user("customer")
    one = f"{album.path}/{image['id']}"
    for method, path, body in (
        ("PUT", album.path, {"image_ids": [image["id"]]}),
        ("PUT", one, {"alt": "x"}),
        ("DELETE", one, None),
    ):
        answer = await album.client.request(method, path, json=body, headers=shopper)
        assert code(answer) == (403, "wrong_role")
