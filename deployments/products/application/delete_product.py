"""Delete a product that no order and no review knows, as if it had never been."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from deployments.products.application.ports import UnitOfWorkFactory
from deployments.products.application.product_events import deleted
from deployments.products.application.save_product import UNKNOWN_PRODUCT
from deployments.shared.errors import Conflict

PRODUCT_IN_USE = Conflict(
    "product_in_use", "orders or reviews know this product; archive it instead"
)


class DeleteProduct:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self, product_id: UUID, actor: str) -> None:
        """Raises ``NotFound``; ``Conflict`` ``product_in_use``."""
        now = datetime.now(UTC)
        async with self._begin() as work:
            product = await work.products.by_id_for_update(product_id)
            if product is None:
                raise UNKNOWN_PRODUCT
            variants = [variant.id for variant in product.variants]
            reserved = await work.reservations.ever_reserved(variants)
            if reserved or await work.reviews.exist_of(product_id):
                raise PRODUCT_IN_USE
            gone = [(v.id, -v.stock.on_hand) for v in product.variants if v.stock.on_hand]
            await work.stock.record(gone, "deleted", actor)
            await work.pictures.release(await work.images.of_product(product_id), now)
            await work.images.remove_all(product_id)
            await work.products.remove(product)
            await work.events.append_all([deleted(product_id, product.version + 1)])
            await work.commit()
