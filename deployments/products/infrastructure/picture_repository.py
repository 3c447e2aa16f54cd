from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.products.domain.image import EncodedPicture, Image, Size
from models.products.tables import ImageRow, UnusedPictureRow


class SqlPictureRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def expect(self, picture: EncodedPicture, now: datetime) -> None:
        await self._note([(picture.digest, picture.sizes)], now)

    async def attach(self, digest: str) -> None:
        await self.forget(digest)

    async def release(self, images: Sequence[Image], now: datetime) -> None:
        # Sorted, so that two removals can't wait for each other in a circle.
        stored = {image.digest: image.sizes for image in images if image.sizes}
        await self._note(sorted(stored.items()), now)

    async def _note(self, pictures: Sequence[tuple[str, Sequence[Size]]], now: datetime) -> None:
        if not pictures:
            return
        rows: list[dict[str, Any]] = [
            {"digest": digest, "keys": [size.key for size in sizes], "since": now}
            for digest, sizes in pictures
        ]
        statement = postgresql_insert(UnusedPictureRow).values(rows)
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["digest"], set_={"since": statement.excluded.since}
            )
        )

    async def unused(self, before: datetime, limit: int) -> list[tuple[str, tuple[str, ...]]]:
        rows = (
            await self._session.execute(
                select(
                    UnusedPictureRow.digest,
                    UnusedPictureRow.keys,
                    exists().where(ImageRow.digest == UnusedPictureRow.digest).label("needed"),
                )
                .where(UnusedPictureRow.since < before)
                .order_by(UnusedPictureRow.digest)
                .limit(limit)
                .with_for_update(of=UnusedPictureRow, skip_locked=True)
            )
        ).all()
        for row in rows:
            if row.needed:
                await self.forget(row.digest)
        return [(row.digest, tuple(row.keys)) for row in rows if not row.needed]

    async def forget(self, digest: str) -> None:
        await self._session.execute(
            delete(UnusedPictureRow).where(UnusedPictureRow.digest == digest)
        )
