"""The steps that changing pictures of a product share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from deployments.products.application.ports import ProductsUnitOfWork, UnitOfWorkFactory
from deployments.products.application.product_events import changed
from deployments.products.application.save_product import UNKNOWN_PRODUCT
from deployments.products.domain.image import Image
from deployments.products.domain.product import Product
from deployments.shared.errors import NotFound

UNKNOWN_IMAGE = NotFound("image_not_found", "the product has no such picture")


@dataclass(frozen=True, slots=True)
class ImageChange:
    """A locked product with its pictures, in order."""

    work: ProductsUnitOfWork
    product: Product
    images: list[Image]

    def find(self, image_id: UUID) -> Image:
        """Raises ``NotFound`` ``image_not_found``."""
        for image in self.images:
            if image.id == image_id:
                return image
        raise UNKNOWN_IMAGE

    async def commit(self) -> None:
        """With a new version of the product, and the event that says so."""
        after = self.product.touched(datetime.now(UTC))
        await self.work.products.save_all([(self.product, after)])
        await self.work.events.append_all([changed(after.id, after.version)])
        await self.work.commit()


@asynccontextmanager
async def image_change(begin: UnitOfWorkFactory, product_id: UUID) -> AsyncIterator[ImageChange]:
    """Raises ``NotFound`` ``product_not_found``."""
    async with begin() as work:
        product = await work.products.by_id_for_update(product_id)
        if product is None:
            raise UNKNOWN_PRODUCT
        yield ImageChange(work, product, await work.images.of_product(product_id))


def require_variant(product: Product, variant_id: UUID | None) -> None:
    """Raises ``NotFound`` ``variant_not_found`` unless None or a variant for sale."""
    if variant_id is not None and variant_id not in {v.id for v in product.for_sale}:
        raise NotFound("variant_not_found", "the product has no such variant")
