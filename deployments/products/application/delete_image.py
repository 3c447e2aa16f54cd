"""Remove a picture from a product; its files go later, when no other image has them."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from deployments.products.application.image_changes import image_change
from deployments.products.application.ports import UnitOfWorkFactory


class DeleteImage:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self, product_id: UUID, image_id: UUID) -> None:
        """Raises ``NotFound``: ``product_not_found``, ``image_not_found``."""
        async with image_change(self._begin, product_id) as change:
            image = change.find(image_id)
            await change.work.images.remove(image_id)
            await change.work.pictures.release([image], datetime.now(UTC))
            await change.commit()
