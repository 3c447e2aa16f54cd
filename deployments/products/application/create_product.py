"""Add a product to the catalogue."""

from __future__ import annotations

from datetime import UTC, datetime

from deployments.products.application.ports import UnitOfWorkFactory
from deployments.products.application.read_models import ProductView
from deployments.products.application.save_product import (
    UNKNOWN_PRODUCT,
    find_category,
    free_slugs,
    require_own_skus,
    take_slug,
    write_changes,
)
from deployments.products.domain.draft import ProductDraft
from deployments.products.domain.product import Product


class CreateProduct:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self, draft: ProductDraft, category: str | None, actor: str) -> ProductView:
        """Raises ``Invalid`` for a broken rule, ``Conflict`` for a taken slug or SKU."""
        draft.check()
        async with self._begin() as work:
            await work.products.lock_catalogue()
            category_id = await find_category(work, category)
            await require_own_skus(work, draft)
            if draft.slug is None:
                slug = (await free_slugs(work, [draft.title]))[0]
            else:
                slug = await take_slug(work, draft.slug)
            product = Product.create(draft, slug, category_id, datetime.now(UTC))
            await write_changes(work, [(None, product)], "first count", actor)
            view = await work.catalogue.by_id(product.id)
            await work.commit()
        if view is None:
            raise UNKNOWN_PRODUCT
        return view
