"""Pictures in S3, against an in-process stand-in of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import httpx
import pytest
from moto import mock_aws
from pydantic import SecretStr

from deployments.products.api import create_api
from deployments.products.infrastructure.s3_storage import S3Storage
from deployments.products.infrastructure.settings import ProductsSettings
from deployments.shared.errors import Unavailable
from deployments.shared.settings import ConfigurationError, PlatformSettings
from tests.service.products.conftest import bottle, picture
from tests.support import Keys, running

BUCKET = "mercato-pictures"


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client(
            "s3", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
        )
        yield client
        client.close()


@pytest.fixture
def s3_settings(settings: ProductsSettings) -> ProductsSettings:
    return settings.model_copy(
        update={
            "storage": "s3",
            "s3_bucket": BUCKET,
            "s3_access_key_id": "x",
            "s3_secret_access_key": SecretStr("x"),
            "s3_public_url": "https://cdn.example.com/pictures/",
        }
    )


async def test_pictures_go_to_the_bucket_and_come_from_its_public_address(
    s3: Any, platform: PlatformSettings, s3_settings: ProductsSettings, keys: Keys
) -> None:
    s3.create_bucket(Bucket=BUCKET)
    app = create_api(platform, s3_settings, verifier=keys.verifier("products"))
    async with running(app) as client:
        assert (await client.get("/ready")).json()["checks"] == ["database", "storage"]
        image = await _upload(client, keys)
        url = image.json()["url"]
        assert url.startswith("https://cdn.example.com/pictures/")
        key = url.rpartition("/")[2]
        assert (await client.get(f"/media/{key}")).status_code == 404
    stored = s3.get_object(Bucket=BUCKET, Key=key)
    assert stored["ContentType"] == "image/webp"
    assert "immutable" in stored["CacheControl"]
    assert stored["Body"].read()[8:12] == b"WEBP"
    assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 3


async def test_storage_that_does_not_answer_is_a_503_and_no_image(
    s3: Any, platform: PlatformSettings, s3_settings: ProductsSettings, keys: Keys
) -> None:
    app = create_api(platform, s3_settings, verifier=keys.verifier("products"))
    async with running(app) as client:
        answer = await _upload(client, keys)
        assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
        assert (await client.get("/ready")).status_code == 503
        card = (await client.get("")).json()["items"][0]
        assert card["image_url"] is None


async def _upload(client: httpx.AsyncClient, keys: Keys) -> httpx.Response:
    merchant = keys.user("merchant")
    product = (await client.post("", json=bottle(), headers=merchant)).json()
    return await client.post(
        f"/{product['id']}/images", files={"file": ("p.png", picture())}, headers=merchant
    )


async def test_deleting_is_repeatable_and_says_when_the_bucket_does_not_answer(
    s3: Any, s3_settings: ProductsSettings
) -> None:
    storage = S3Storage(s3_settings)
    with pytest.raises(Unavailable):
        await storage.delete("k")
    s3.create_bucket(Bucket=BUCKET)
    await storage.put("k", b"x")
    for _ in range(2):
        await storage.delete("k")
    assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0
    storage.close()


def test_addresses_follow_the_settings(s3: Any, s3_settings: ProductsSettings) -> None:
    def url(**update: str | None) -> str:
        storage = S3Storage(s3_settings.model_copy(update=update))
        try:
            return storage.url("k")
        finally:
            storage.close()

    assert url() == "https://cdn.example.com/pictures/k"
    assert url(s3_public_url=None) == f"https://{BUCKET}.s3.us-east-1.amazonaws.com/k"
    own = url(s3_public_url=None, s3_endpoint_url="http://127.0.0.1:9000/")
    assert own == f"http://127.0.0.1:9000/{BUCKET}/k"


def test_s3_without_a_bucket_does_not_start(
    platform: PlatformSettings, s3_settings: ProductsSettings
) -> None:
    with pytest.raises(ConfigurationError, match="MERCATO_PRODUCTS_S3_BUCKET"):
        create_api(platform, s3_settings.model_copy(update={"s3_bucket": ""}))
