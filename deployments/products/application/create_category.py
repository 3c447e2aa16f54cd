"""Add a category to the tree."""

from __future__ import annotations

from deployments.products.application.ports import UnitOfWorkFactory
from deployments.products.domain.category import Category
from deployments.shared.errors import Conflict, Invalid

CATEGORY_EXISTS = Conflict("category_exists", "there is a category with this path")


class CreateCategory:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(
        self, name: str, parent_path: str | None, slug: str | None, position: int
    ) -> Category:
        """Raises ``Invalid`` ``unknown_category`` for the parent, ``Conflict``
        ``category_exists``."""
        async with self._begin() as work:
            await work.products.lock_catalogue()
            parent = None
            if parent_path is not None:
                parent = (await work.categories.by_paths([parent_path])).get(parent_path)
                if parent is None:
                    raise Invalid("unknown_category", f"there is no category {parent_path!r}")
            category = Category.below(parent, name, slug=slug, position=position)
            if await work.categories.by_paths([category.path]):
                raise CATEGORY_EXISTS
            await work.categories.add_all([category])
            await work.commit()
        return category
