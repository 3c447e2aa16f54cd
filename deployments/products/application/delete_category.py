"""Take a category out of the tree; what is in it moves to another one first."""

from __future__ import annotations

from uuid import UUID

from deployments.products.application.change_category import UNKNOWN_CATEGORY, find_by_path
from deployments.products.application.create_category import CATEGORY_EXISTS
from deployments.products.application.ports import ProductsUnitOfWork, UnitOfWorkFactory
from deployments.products.application.product_events import of_versions
from deployments.products.domain.category import Category
from deployments.shared.errors import Conflict


class DeleteCategory:
    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self._begin = begin

    async def __call__(self, category_id: UUID, move_to: str | None) -> None:
        """``move_to``: path of the category that takes its products and categories.

        Raises:
            NotFound: ``category_not_found``.
            Conflict: ``category_in_use`` (with ``products`` and ``categories``) without
                ``move_to``; ``category_exists`` when the target has a category of that name.
            Invalid: ``unknown_category``, ``category_in_itself``, ``invalid_category``.
        """
        async with self._begin() as work:
            await work.products.lock_catalogue()
            category = await work.categories.by_id(category_id)
            if category is None:
                raise UNKNOWN_CATEGORY
            tree = await work.categories.subtree(category.path)
            products = await work.categories.count_products(category_id)
            children = [each for each in tree if each.parent_id == category_id]
            if products or children:
                target = await find_by_path(work, move_to)
                if target is None:
                    raise _in_use(products, len(children))
                category.require_outside(target)
                await _empty(work, category, tree, children, target)
            await work.categories.remove(category_id)
            await work.commit()


def _in_use(products: int, categories: int) -> Conflict:
    return Conflict(
        "category_in_use",
        f"{products} products and {categories} categories are in it; say where they shall go",
        products=products,
        categories=categories,
    )


async def _empty(
    work: ProductsUnitOfWork,
    category: Category,
    tree: list[Category],
    children: list[Category],
    target: Category,
) -> None:
    versions = await work.products.published_in([each.id for each in tree])
    await work.categories.move_products(category.id, target.id)
    for child in children:
        below = [each.path for each in tree if each.path.startswith(f"{child.path}/")]
        depth = max([path.count("/") - child.path.count("/") for path in below], default=0) + 1
        moved = child.changed(
            target, name=child.name, slug=None, position=child.position, depth=depth
        )
        if await work.categories.by_paths([moved.path]):
            raise CATEGORY_EXISTS
        await work.categories.save(child, moved)
    await work.events.append_all(of_versions(versions))
