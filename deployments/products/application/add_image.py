"""Add a picture to a product."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import UUID

from deployments.products.application.ports import (
    ImageStorage,
    PictureEncoder,
    ProductsUnitOfWork,
    UnitOfWorkFactory,
)
from deployments.products.application.product_events import changed
from deployments.products.application.save_product import UNKNOWN_PRODUCT
from deployments.products.domain.image import MAX_ALT, MAX_IMAGES, EncodedPicture, Image
from deployments.products.domain.product import Product
from deployments.shared.errors import Conflict, NotFound
from deployments.shared.ids import new_id


class AddImage:
    def __init__(
        self, begin: UnitOfWorkFactory, encode: PictureEncoder, storage: ImageStorage
    ) -> None:
        self._begin = begin
        self._encode = encode
        self._storage = storage

    async def __call__(
        self, product_id: UUID, data: bytes, alt: str | None, variant_id: UUID | None
    ) -> tuple[Image, bool]:
        """The image, and whether it is new: the same picture again is the one there is.

        Raises:
            NotFound: ``product_not_found``, ``variant_not_found``.
            UnsupportedMedia, Invalid, TooLarge: what was sent is not a picture we take.
            Conflict: ``too_many_images``.
        """
        async with self._begin() as work:
            view = await work.catalogue.by_id(product_id)
        if view is None:
            raise UNKNOWN_PRODUCT
        # Outside of any transaction: encoding and storing take long. What is stored for a
        # transaction that fails afterwards is harmless, its key says only what it contains.
        picture = await self._encode(data)
        await asyncio.gather(*[self._storage.put(r.key, r.data) for r in picture.renderings])
        async with self._begin() as work:
            before = await work.products.by_id_for_update(product_id)
            if before is None:
                raise UNKNOWN_PRODUCT
            image, new = await _attach(work, before, picture, alt, variant_id)
            if new:
                after = before.touched(datetime.now(UTC))
                await work.products.save_all([(before, after)])
                await work.events.append_all([changed(after.id, after.version)])
                await work.commit()
        return image, new


async def _attach(
    work: ProductsUnitOfWork,
    product: Product,
    picture: EncodedPicture,
    alt: str | None,
    variant_id: UUID | None,
) -> tuple[Image, bool]:
    if variant_id is not None and variant_id not in {v.id for v in product.for_sale}:
        raise NotFound("variant_not_found", "the product has no such variant")
    images = await work.images.of_product(product.id)
    for image in images:
        if (image.digest, image.variant_id) == (picture.digest, variant_id):
            return image, False
    if len(images) >= MAX_IMAGES:
        raise Conflict("too_many_images", f"a product has at most {MAX_IMAGES} pictures")
    position = max((image.position for image in images), default=-1) + 1
    text = (alt or product.title)[:MAX_ALT]
    image = Image(new_id(), picture.digest, picture.sizes, None, text, position, variant_id)
    await work.images.add_all([(product.id, image)])
    return image, True
