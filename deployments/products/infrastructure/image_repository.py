from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.products.domain.image import Image, Size
from models.products.tables import ImageRow


def read_sizes(stored: list[dict[str, Any]]) -> tuple[Size, ...]:
    return tuple(Size(size["key"], size["width"], size["height"]) for size in stored)


def read_image(row: Any) -> Image:
    return Image(
        row.id,
        row.digest,
        read_sizes(row.sizes),
        row.external_url,
        row.alt,
        row.position,
        row.variant_id,
    )


class SqlImageRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of_product(self, product_id: UUID) -> list[Image]:
        rows = await self._session.execute(
            select(*ImageRow.__table__.columns)
            .where(ImageRow.product_id == product_id)
            .order_by(ImageRow.position, ImageRow.id)
        )
        return [read_image(row) for row in rows]

    async def external_of(self, product_ids: Collection[UUID]) -> dict[UUID, tuple[str, ...]]:
        if not product_ids:
            return {}
        rows = await self._session.execute(
            select(ImageRow.product_id, ImageRow.external_url)
            .where(ImageRow.product_id.in_(product_ids), ImageRow.external_url.is_not(None))
            .order_by(ImageRow.position, ImageRow.id)
        )
        urls: dict[UUID, list[str]] = defaultdict(list)
        for product_id, url in rows:
            if url is not None:
                urls[product_id].append(url)
        return {product_id: tuple(found) for product_id, found in urls.items()}

    async def add_all(self, images: Sequence[tuple[UUID, Image]]) -> None:
        if not images:
            return
        await self._session.execute(
            insert(ImageRow),
            [
                {
                    "id": image.id,
                    "product_id": product_id,
                    "variant_id": image.variant_id,
                    "digest": image.digest,
                    "sizes": [asdict(size) for size in image.sizes],
                    "external_url": image.external_url,
                    "alt": image.alt,
                    "position": image.position,
                }
                for product_id, image in images
            ],
        )

    async def remove_external(self, product_ids: Collection[UUID]) -> None:
        if not product_ids:
            return
        await self._session.execute(
            delete(ImageRow).where(
                ImageRow.product_id.in_(product_ids), ImageRow.external_url.is_not(None)
            )
        )

    async def save_all(self, images: Sequence[Image]) -> None:
        await self._session.execute(
            update(ImageRow),
            [
                {
                    "id": image.id,
                    "alt": image.alt,
                    "position": image.position,
                    "variant_id": image.variant_id,
                }
                for image in images
            ],
        )

    async def remove(self, image_id: UUID) -> None:
        await self._session.execute(delete(ImageRow).where(ImageRow.id == image_id))

    async def remove_all(self, product_id: UUID) -> None:
        await self._session.execute(delete(ImageRow).where(ImageRow.product_id == product_id))
