"""The tree of categories: read by everyone, changed by merchants."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, status

from deployments.products.application.change_category import ChangeCategory
from deployments.products.application.create_category import CreateCategory
from deployments.products.application.delete_category import DeleteCategory
from deployments.products.application.list_categories import ListCategories
from deployments.products.contract import Category, CategoryChange, CategoryInput
from deployments.products.presentation.merchant_routes import Merchant

router = APIRouter(prefix="/categories", tags=["categories"])


@router.get("")
async def tree(request: Request) -> list[Category]:
    """The tree of categories, parents before children; counts include what is below."""
    use_case: ListCategories = request.app.state.list_categories
    return [Category.model_validate(node) for node in await use_case()]


@router.post("", status_code=status.HTTP_201_CREATED)
async def create(body: CategoryInput, request: Request, principal: Merchant) -> Category:
    """Add a category; without `parent` at the root of the tree."""
    use_case: CreateCategory = request.app.state.create_category
    return Category.model_validate(await use_case(body.name, body.parent, body.slug, body.position))


@router.put("/{category_id}")
async def change(
    category_id: UUID, body: CategoryChange, request: Request, principal: Merchant
) -> Category:
    """Rename a category, or move it with all below it; the store's addresses follow its path."""
    use_case: ChangeCategory = request.app.state.change_category
    changed = await use_case(
        category_id,
        name=body.name,
        parent_path=body.parent,
        slug=body.slug,
        position=body.position,
    )
    return Category.model_validate(changed)


@router.delete("/{category_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete(
    category_id: UUID,
    request: Request,
    principal: Merchant,
    move_to: Annotated[
        str | None,
        Query(max_length=600, description="path of the category that takes what is in it"),
    ] = None,
) -> None:
    """Take a category out of the tree; 409 with something in it, unless `move_to` takes that."""
    use_case: DeleteCategory = request.app.state.delete_category
    await use_case(category_id, move_to)
