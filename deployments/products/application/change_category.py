"""Rename a category, or move it with all that is below it."""

from __future__ import annotations

from uuid import UUID

from deployments.products.application.create_category import CATEGORY_EXISTS
from deployments.products.application.ports import ProductsUnitOfWork, UnitOfWorkFactory
from deployments.products.application.product_events import of_versions
from deployments.products.domain.category import Category
from deployments.shared.errors import Invalid, NotFound

UNKNOWN_CATEGORY = NotFound("category_not_found", "there is no such category")


class ChangeCategory:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(
        self,
        category_id: UUID,
        *,
        name: str,
        parent_path: str | None,
        slug: str | None,
        position: int,
    ) -> Category:
        """``slug`` None: it stays as it is.

        Raises:
            NotFound: ``category_not_found``.
            Invalid: ``unknown_category`` for the parent, ``invalid_category``,
                ``category_in_itself``.
            Conflict: ``category_exists``.
        """
        async with self._begin() as work:
            await work.products.lock_catalogue()
            before = await work.categories.by_id(category_id)
            if before is None:
                raise UNKNOWN_CATEGORY
            parent = await find_by_path(work, parent_path)
            tree = await work.categories.subtree(before.path)
            after = before.changed(
                parent, name=name, slug=slug, position=position, depth=_depth_of(tree)
            )
            if after == before:
                return before
            if after.path != before.path and await work.categories.by_paths([after.path]):
                raise CATEGORY_EXISTS
            await work.categories.save(before, after)
            if (after.path, after.name) != (before.path, before.name):
                # Search knows products by the names along their path.
                versions = await work.products.published_in([each.id for each in tree])
                await work.events.append_all(of_versions(versions))
            await work.commit()
        return after


async def find_by_path(work: ProductsUnitOfWork, path: str | None) -> Category | None:
    """None is the root; raises ``Invalid`` ``unknown_category``."""
    if path is None:
        return None
    category = (await work.categories.by_paths([path])).get(path)
    if category is None:
        raise Invalid("unknown_category", f"there is no category {path[:300]!r}")
    return category


def _depth_of(tree: list[Category]) -> int:
    """Levels of a subtree, its top included."""
    depths = [each.path.count("/") for each in tree]
    return max(depths) - min(depths) + 1
