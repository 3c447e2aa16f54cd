"""Replace what a product says of itself; variants keep their ids by SKU."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from deployments.products.application.ports import UnitOfWorkFactory
from deployments.products.application.read_models import ProductView
from deployments.products.application.save_product import (
    UNKNOWN_PRODUCT,
    find_category,
    require_own_skus,
    take_slug,
    write_changes,
)
from deployments.products.domain.draft import ProductDraft


class ReplaceProduct:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(
        self,
        product_id: UUID,
        draft: ProductDraft,
        category: str | None,
        actor: str,
        version: int | None = None,
    ) -> ProductView:
        """Raises ``NotFound``, ``Invalid`` for a broken rule, ``Conflict`` for a taken slug or
        SKU, for stock below what is reserved, or when ``version`` is not the current one."""
        async with self._begin() as work:
            await work.products.lock_catalogue()
            before = await work.products.by_id_for_update(product_id)
            if before is None:
                raise UNKNOWN_PRODUCT
            before.require_version(version)
            category_id = await find_category(work, category)
            await require_own_skus(work, draft, product_id)
            slug = await take_slug(work, draft.slug or before.slug, [before.slug])
            reserved = await work.reservations.ever_reserved([v.id for v in before.variants])
            after = before.revised(draft, slug, category_id, reserved, datetime.now(UTC))
            if after is not before:
                await write_changes(work, [(before, after)], "count with the product", actor)
            view = await work.catalogue.by_id(product_id)
            await work.commit()
        if view is None:
            raise UNKNOWN_PRODUCT
        return view
