"""Add a picture to a product."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import UUID

from deployments.products.application.image_changes import (
    ImageChange,
    image_change,
    require_variant,
)
from deployments.products.application.ports import (
    ImageStorage,
    PictureEncoder,
    ReadUpload,
    UnitOfWorkFactory,
)
from deployments.products.application.save_product import UNKNOWN_PRODUCT
from deployments.products.domain.image import MAX_ALT, MAX_IMAGES, EncodedPicture, Image
from deployments.shared.errors import Conflict
from deployments.shared.ids import new_id


class AddImage:
    def __init__(
        self, begin: UnitOfWorkFactory, encode: PictureEncoder, storage: ImageStorage
    ) -> None:
        self._begin = begin
        self._encode = encode
        self._storage = storage

    async def __call__(
        self, product_id: UUID, read: ReadUpload, alt: str | None, variant_id: UUID | None
    ) -> tuple[Image, bool]:
        """The image, and whether it is new: the same picture again is the one there is.

        Raises:
            NotFound: ``product_not_found``, ``variant_not_found``.
            UnsupportedMedia, Invalid, TooLarge: what was sent is not a picture we take.
            Conflict: ``too_many_images``.
            Unavailable: too many uploads at once.
        """
        async with self._begin() as work:
            if await work.catalogue.status(product_id) is None:
                raise UNKNOWN_PRODUCT
        # Outside of any transaction: encoding and storing take long.
        picture = await self._encode(read)
        await self._store(picture)
        async with image_change(self._begin, product_id) as change:
            image, new = await _attach(change, picture, alt, variant_id)
            if new:
                await change.work.pictures.attach(picture.digest)
                await change.commit()
        return image, new

    async def _store(self, picture: EncodedPicture) -> None:
        # Noted first: what is stored for a change that fails afterwards is deleted in time.
        async with self._begin() as work:
            await work.pictures.expect(picture, datetime.now(UTC))
            await work.commit()
        await asyncio.gather(*[self._storage.put(r.key, r.data) for r in picture.renderings])


async def _attach(
    change: ImageChange, picture: EncodedPicture, alt: str | None, variant_id: UUID | None
) -> tuple[Image, bool]:
    require_variant(change.product, variant_id)
    for image in change.images:
        if (image.digest, image.variant_id) == (picture.digest, variant_id):
            return image, False
    if len(change.images) >= MAX_IMAGES:
        raise Conflict("too_many_images", f"a product has at most {MAX_IMAGES} pictures")
    position = max((image.position for image in change.images), default=-1) + 1
    text = (alt or change.product.title)[:MAX_ALT]
    image = Image(new_id(), picture.digest, picture.sizes, None, text, position, variant_id)
    await change.work.images.add_all([(change.product.id, image)])
    return image, True
