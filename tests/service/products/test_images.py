"""Uploading pictures and serving them from the folder storage."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from PIL import Image

from deployments.products.infrastructure.settings import ProductsSettings
from deployments.shared.ids import new_id
from tests.service.products.conftest import Body, Query, bottle, picture
from tests.support import Keys

Headers = dict[str, str]


@pytest.fixture
async def product(products: httpx.AsyncClient, merchant: Headers) -> Body:
    body: Body = (await products.post("", json=bottle(), headers=merchant)).json()
    return body


@pytest.fixture
def upload(products: httpx.AsyncClient, merchant: Headers, product: Body) -> Any:
    async def send(data: bytes, name: str = "p.png", **fields: str) -> httpx.Response:
        return await products.post(
            f"/{product['id']}/images", files={"file": (name, data)}, data=fields, headers=merchant
        )

    return send


async def fetch(client: httpx.AsyncClient, url: str) -> httpx.Response:
    # The service sees its paths without the prefix that the ingress adds.
    return await client.get(url.removeprefix("/products"))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_picture_is_shown_large_on_the_product_and_smaller_on_the_card(
    products: httpx.AsyncClient, product: Body, upload: Any, kind: str
) -> None:
    answer = await upload(picture(1400, 700, kind), alt="A teal bottle")
    assert answer.status_code == 201
    image = answer.json()
    assert (image["width"], image["height"]) == (1200, 600)
    assert (image["alt"], image["position"]) == ("A teal bottle", 0)
    assert image["url"].startswith("/products/media/")
    shown = await fetch(products, image["url"])
    assert shown.headers["content-type"] == "image/webp"
    assert shown.headers["cache-control"] == "public, max-age=31536000, immutable"
    with Image.open(io.BytesIO(shown.content)) as decoded:
        assert (decoded.format, decoded.size) == ("WEBP", (1200, 600))
    card = (await products.get("")).json()["items"][0]
    with Image.open(io.BytesIO((await fetch(products, card["image_url"])).content)) as decoded:
        assert decoded.size == (640, 320)
    detail = (await products.get(f"/{product['id']}")).json()
    assert detail["images"] == [image]


async def test_picture_is_not_enlarged(upload: Any, query: Query) -> None:
    image = (await upload(picture(256, 256))).json()
    assert (image["width"], image["height"], image["alt"]) == (256, 256, "Trail bottle")
    assert len(query("SELECT sizes FROM images")[0]["sizes"]) == 1


async def test_transparency_stays_and_metadata_goes(
    products: httpx.AsyncClient, upload: Any
) -> None:
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Camera of Ada"
    Image.new("RGBA", (300, 300), (10, 20, 30, 0)).save(buffer, "PNG", exif=exif)
    image = (await upload(buffer.getvalue())).json()
    data = (await fetch(products, image["url"])).content
    assert b"Camera of Ada" not in data
    with Image.open(io.BytesIO(data)) as decoded:
        assert decoded.mode == "RGBA"
        assert decoded.getpixel((5, 5))[3] == 0  # type: ignore[index]


async def test_picture_taken_sideways_is_turned_upright(
    products: httpx.AsyncClient, upload: Any
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by a quarter
    buffer = io.BytesIO()
    Image.new("RGB", (400, 200), "red").save(buffer, "JPEG", exif=exif)
    image = (await upload(buffer.getvalue())).json()
    assert (image["width"], image["height"]) == (200, 400)


async def test_picture_of_a_variant_is_named_by_it(
    products: httpx.AsyncClient, product: Body, upload: Any, cart: Headers
) -> None:
    general = (await upload(picture(300, 300))).json()
    red = product["variants"][1]["id"]
    own = (await upload(picture(300, 300, colour="red"), variant_id=red)).json()
    detail = (await products.get(f"/{product['id']}")).json()
    assert [v["image_id"] for v in detail["variants"]] == [None, own["id"]]
    body = {"variant_ids": [v["id"] for v in product["variants"]]}
    rows = (await products.put("/internal/snapshots", json=body, headers=cart)).json()
    urls = {row["variant_id"]: row["image_url"] for row in rows}
    assert urls == {product["variants"][0]["id"]: general["url"], red: own["url"]}


async def test_the_same_picture_again_is_the_one_there_is(upload: Any, query: Query) -> None:
    first = await upload(picture())
    again = await upload(picture())
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert query("SELECT version FROM products") == [{"version": 2}]
    events = query("SELECT payload->>'version' AS v FROM outbox ORDER BY position")
    assert events == [{"v": "1"}, {"v": "2"}]


async def test_pictures_uploaded_at_once_get_positions_of_their_own(upload: Any) -> None:
    colours = ["red", "green", "blue", "black"]
    answers = await asyncio.gather(*[upload(picture(300, 300, colour=c)) for c in colours])
    assert sorted(answer.json()["position"] for answer in answers) == [0, 1, 2, 3]


def _bomb() -> bytes:
    return picture(2000, 1001, "PNG")


def _cut() -> bytes:
    data = picture(600, 600, "JPEG", quality=95)
    return data[: len(data) // 2]


BAD_PICTURES = [
    (b"no picture at all", 415, "unsupported_image"),
    (b"", 415, "unsupported_image"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "unsupported_image"),
    (picture(10, 10, "GIF"), 415, "unsupported_image"),
    (picture(10, 10, "BMP"), 415, "unsupported_image"),
    (b"RIFF\x00\x00\x00\x00WAVEfmt ", 415, "unsupported_image"),
    (b"\x89PNG\r\n\x1a\n", 422, "invalid_image"),
    (b"\x89PNG\r\n\x1a\n" + b"x" * 500, 422, "invalid_image"),
    (b"\xff\xd8\xff\xe0" + b"x" * 500, 422, "invalid_image"),
    (b"RIFF\x00\x00\x00\x00WEBPVP8 ", 422, "invalid_image"),
    (_cut(), 422, "invalid_image"),
    (_bomb(), 413, "image_too_large"),
    (b"\xff\xd8\xff" + b"x" * 200_000, 413, "image_too_large"),
    (b"\xff\xd8\xff" + b"x" * 400_000, 413, "body_too_large"),
]


async def test_what_is_no_good_picture_is_refused_and_nothing_stored(
    upload: Any, query: Query, settings: ProductsSettings
) -> None:
    for data, status, code in BAD_PICTURES:
        answer = await upload(data)
        assert (answer.status_code, answer.json()["code"]) == (status, code), data[:20]
    assert query("SELECT count(*) AS n FROM images") == [{"n": 0}]
    assert not settings.media_folder.exists()


async def test_streamed_body_over_the_limit_is_cut_off(
    products: httpx.AsyncClient, merchant: Headers, product: Body
) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
        for _ in range(100):
            yield b"x" * 10_000

    headers = {**merchant, "Content-Type": "multipart/form-data; boundary=b"}
    answer = await products.post(f"/{product['id']}/images", content=body(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_unknown_product_or_variant_and_missing_file(
    products: httpx.AsyncClient, merchant: Headers, product: Body, upload: Any, keys: Keys
) -> None:
    files = {"file": ("p.png", picture(100, 100))}
    lost = await products.post(f"/{new_id()}/images", files=files, headers=merchant)
    assert (lost.status_code, lost.json()["code"]) == (404, "product_not_found")
    other = await upload(picture(100, 100), variant_id=str(new_id()))
    assert (other.status_code, other.json()["code"]) == (404, "variant_not_found")
    assert (await upload(picture(100, 100), variant_id="x")).status_code == 422
    assert (await upload(picture(100, 100), alt="x" * 301)).status_code == 422
    path = f"/{product['id']}/images"
    assert (await products.post(path, headers=merchant)).status_code == 422
    shopper = await products.post(path, files=files, headers=keys.user("shopper"))
    assert shopper.status_code == 403


async def test_unknown_and_unsafe_media_keys_are_not_found(products: httpx.AsyncClient) -> None:
    good = f"{'0' * 32}-640.webp"
    for key in ("x.webp", good, good[:-4] + "png", "..%2F..%2Fetc%2Fpasswd", "%00", good + "%0A"):
        assert (await products.get(f"/media/{key}")).status_code == 404, key


async def test_cached_picture_is_not_sent_again(products: httpx.AsyncClient, upload: Any) -> None:
    url = (await upload(picture(300, 300))).json()["url"].removeprefix("/products")
    etag = (await products.get(url)).headers["etag"]
    again = await products.get(url, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


async def test_imported_products_keep_uploaded_pictures(
    products: httpx.AsyncClient, operator: Headers
) -> None:
    item = bottle(handle="h", image_urls=["https://cdn.example.com/a.jpg"])
    batch = {"source": "s", "products": [item]}
    outcome = (await products.post("/import", json=batch, headers=operator)).json()["outcomes"][0]
    path = f"/{outcome['product_id']}/images"
    files = {"file": ("p.png", picture(300, 300))}
    own = (await products.post(path, files=files, headers=operator)).json()
    item["image_urls"] = []
    await products.post("/import", json=batch, headers=operator)
    detail = (await products.get(f"/{outcome['product_id']}")).json()
    assert [i["url"] for i in detail["images"]] == [own["url"]]


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\x.png", "a\x00b.png", "/x.html", ""])
async def test_the_name_and_type_of_an_upload_mean_nothing(
    products: httpx.AsyncClient,
    merchant: Headers,
    product: Body,
    settings: ProductsSettings,
    name: str,
) -> None:
    path = f"/{product['id']}/images"
    files = {"file": (name or "x", picture(300, 300), "text/html")}
    answer = await products.post(path, files=files, headers=merchant)
    assert answer.status_code == 201
    stored = [each.name for each in settings.media_folder.rglob("*") if each.is_file()]
    assert len(stored) == 1
    assert stored[0] == answer.json()["url"].rpartition("/")[2]
    shown = await fetch(products, answer.json()["url"])
    assert shown.headers["content-type"] == "image/webp"
    assert shown.headers["x-content-type-options"] == "nosniff"


async def test_sixty_megabytes_are_refused_by_their_header(
    products: httpx.AsyncClient, merchant: Headers, product: Body
) -> None:
    headers = {
        **merchant,
        "Content-Type": "multipart/form-data; boundary=b",
        "Content-Length": str(60_000_000),
    }
    answer = await products.post(f"/{product['id']}/images", content=b"--b", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
