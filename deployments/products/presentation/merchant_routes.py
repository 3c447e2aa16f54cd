"""Changing the catalogue: for merchants and whoever operates the store."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response, status

from deployments.products.application.change_status import ChangeStatus
from deployments.products.application.create_product import CreateProduct
from deployments.products.application.delete_product import DeleteProduct
from deployments.products.application.import_products import ImportProducts
from deployments.products.application.replace_product import ReplaceProduct
from deployments.products.contract import (
    ImportOutcome,
    ImportRequest,
    ImportResponse,
    ProductDetail,
    ProductInput,
    StatusChange,
)
from deployments.products.presentation import parsing, presenters
from deployments.shared.authentication import require_roles_or_service
from deployments.shared.settings import OPERATOR
from deployments.shared.tokens import MERCHANT, Principal

router = APIRouter(tags=["merchant"])

Merchant = Annotated[Principal, Depends(require_roles_or_service((MERCHANT,), (OPERATOR,)))]


@router.post("", status_code=status.HTTP_201_CREATED)
@router.post("/", status_code=status.HTTP_201_CREATED, include_in_schema=False)
async def create(
    body: ProductInput, request: Request, response: Response, principal: Merchant
) -> ProductDetail:
    """Add a product. Its category must exist; its slug is made from the title when absent."""
    use_case: CreateProduct = request.app.state.create_product
    made = await use_case(parsing.draft(body), body.category, parsing.actor(principal))
    response.headers["ETag"] = f'"{made.version}"'
    return presenters.detail(made, request.app.state.media_url)


@router.put("/{product_id}")
async def replace(
    *,
    product_id: UUID,
    body: ProductInput,
    request: Request,
    response: Response,
    principal: Merchant,
    if_match: Annotated[
        str | None, Header(description="the version you read; another one is a 409")
    ] = None,
) -> ProductDetail:
    """Replace a product. Variants keep their ids by SKU; `on_hand` absent keeps the stock."""
    use_case: ReplaceProduct = request.app.state.replace_product
    version = parsing.version(if_match)
    who = parsing.actor(principal)
    made = await use_case(product_id, parsing.draft(body), body.category, who, version)
    response.headers["ETag"] = f'"{made.version}"'
    return presenters.detail(made, request.app.state.media_url)


@router.put("/{product_id}/status")
async def change_status(
    product_id: UUID,
    body: StatusChange,
    request: Request,
    response: Response,
    principal: Merchant,
) -> ProductDetail:
    """Publish a product, take it back to draft or archive it."""
    use_case: ChangeStatus = request.app.state.change_status
    made = await use_case(product_id, body.status, parsing.actor(principal))
    response.headers["ETag"] = f'"{made.version}"'
    return presenters.detail(made, request.app.state.media_url)


@router.delete("/{product_id}", status_code=status.HTTP_204_NO_CONTENT)
async def archive(
    product_id: UUID,
    request: Request,
    principal: Merchant,
    permanently: Annotated[
        bool, Query(description="as if it had never been: only before any order or review")
    ] = False,
) -> None:
    """Take a product out of the shop. Orders still know it; publishing it again brings it back."""
    if permanently:
        delete: DeleteProduct = request.app.state.delete_product
        await delete(product_id, parsing.actor(principal))
    else:
        use_case: ChangeStatus = request.app.state.change_status
        await use_case(product_id, "archived", parsing.actor(principal))


@router.post("/import", tags=["import"])
async def import_products(
    body: ImportRequest, request: Request, principal: Merchant
) -> ImportResponse:
    """Create or update up to 200 products by their handle in another system."""
    use_case: ImportProducts = request.app.state.import_products
    items = [parsing.import_item(product) for product in body.products]
    who = parsing.actor(principal)
    outcomes: list[Any] = await use_case(body.source, items, who, dry_run=body.dry_run)
    return ImportResponse(outcomes=[ImportOutcome.model_validate(each) for each in outcomes])
