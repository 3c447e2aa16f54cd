"""Say what a picture shows, and which variant."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from deployments.products.application.image_changes import image_change, require_variant
from deployments.products.application.ports import UnitOfWorkFactory
from deployments.products.domain.image import MAX_ALT, Image


class ChangeImage:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(
        self, product_id: UUID, image_id: UUID, alt: str | None, variant_id: UUID | None
    ) -> Image:
        """``alt`` None: the product's title.

        Raises:
            NotFound: ``product_not_found``, ``image_not_found``, ``variant_not_found``.
            Conflict: ``image_exists`` when the variant has the same picture already.
        """
        async with image_change(self._begin, product_id) as change:
            before = change.find(image_id)
            require_variant(change.product, variant_id)
            text = (alt or change.product.title)[:MAX_ALT]
            after = replace(before, alt=text, variant_id=variant_id)
            if after != before:
                await change.work.images.save_all([after])
                await change.commit()
        return after
