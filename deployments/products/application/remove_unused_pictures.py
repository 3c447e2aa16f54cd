"""Background work: delete the files of pictures that no image has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from deployments.products.application.ports import ImageStorage, UnitOfWorkFactory

# Longer than an upload takes between noting its picture and having its image.
GRACE = timedelta(hours=1)
_BATCH = 20  # few, for the transaction waits for the storage


class RemoveUnusedPictures:
    def __init__(
        self, begin: UnitOfWorkFactory, storage: ImageStorage, grace: timedelta = GRACE
    ) -> None:
        self._begin = begin
        self._storage = storage
        self._grace = grace

    async def __call__(self) -> int:
        """How many pictures are gone. Raises ``Unavailable``."""
        count = 0
        while removed := await self._batch():
            count += removed
        return count

    async def _batch(self) -> int:
        async with self._begin() as work:
            unused = await work.pictures.unused(datetime.now(UTC) - self._grace, _BATCH)
            # An upload of the same picture waits for the lock and then stores it again.
            for digest, keys in unused:
                for key in keys:
                    await self._storage.delete(key)
                await work.pictures.forget(digest)
            await work.commit()
        return len(unused)
