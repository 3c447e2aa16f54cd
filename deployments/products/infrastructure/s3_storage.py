"""Pictures in an S3 bucket, which browsers read directly or through a CDN."""

from __future__ import annotations

import asyncio
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from deployments.products.infrastructure.settings import ProductsSettings
from deployments.shared.errors import Unavailable


class S3Storage:
    """boto3 blocks, so every call runs in a thread; its clients may be shared by threads."""

    def __init__(self, settings: ProductsSettings) -> None:
        secret = settings.s3_secret_access_key
        self._client: Any = boto3.session.Session().client(
            "s3",
            region_name=settings.s3_region,
            endpoint_url=settings.s3_endpoint_url,
            aws_access_key_id=settings.s3_access_key_id,
            aws_secret_access_key=secret.get_secret_value() if secret else None,
            config=Config(
                connect_timeout=2,
                read_timeout=10,
                retries={"mode": "standard", "total_max_attempts": 3},
                s3={"addressing_style": "path" if settings.s3_endpoint_url else "auto"},
            ),
        )
        self._bucket = settings.s3_bucket
        endpoint = (settings.s3_endpoint_url or "").rstrip("/")
        own = f"https://{settings.s3_bucket}.s3.{settings.s3_region}.amazonaws.com"
        by_server = f"{endpoint}/{settings.s3_bucket}" if endpoint else own
        self._public_url = (settings.s3_public_url or by_server).rstrip("/")

    def url(self, key: str) -> str:
        return f"{self._public_url}/{key}"

    async def put(self, key: str, data: bytes) -> None:
        """Raises ``Unavailable`` when the storage does not take it."""
        try:
            await asyncio.to_thread(
                self._client.put_object,
                Bucket=self._bucket,
                Key=key,
                Body=data,
                ContentType="image/webp",
                CacheControl="public, max-age=31536000, immutable",
            )
        except (BotoCoreError, ClientError) as error:
            raise Unavailable(
                "storage_unavailable", "the picture could not be stored; try again"
            ) from error

    async def delete(self, key: str) -> None:
        """Raises ``Unavailable``."""
        try:
            await asyncio.to_thread(self._client.delete_object, Bucket=self._bucket, Key=key)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("storage_unavailable", "the picture could not be deleted") from error

    async def check(self) -> None:
        """Raise when the bucket can't be reached; a readiness check."""
        await asyncio.to_thread(self._client.head_bucket, Bucket=self._bucket)

    def close(self) -> None:
        self._client.close()
