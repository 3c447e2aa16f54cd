"""Put a product's pictures in order; the first is the one lists show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from deployments.products.application.image_changes import image_change
from deployments.products.application.ports import UnitOfWorkFactory
from deployments.products.domain.image import Image
from deployments.shared.errors import Invalid


class OrderImages:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self, product_id: UUID, image_ids: Sequence[UUID]) -> list[Image]:
        """Raises ``NotFound``; ``Invalid`` ``invalid_order`` unless each picture is named once."""
        async with image_change(self._begin, product_id) as change:
            known = {image.id: image for image in change.images}
            if len(image_ids) != len(known) or set(image_ids) != set(known):
                raise Invalid(
                    "invalid_order", "name each of the product's pictures once; read them again"
                )
            ordered = [
                replace(known[image_id], position=position)
                for position, image_id in enumerate(image_ids)
            ]
            if ordered != change.images:
                await change.work.images.save_all(ordered)
                await change.commit()
        return ordered
