"""Changing the catalogue: for merchants and whoever operates the store."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Header, Request, Response, UploadFile, status

from deployments.products.application.add_image import AddImage
from deployments.products.application.archive_product import ArchiveProduct
from deployments.products.application.create_category import CreateCategory
from deployments.products.application.create_product import CreateProduct
from deployments.products.application.import_products import ImportProducts
from deployments.products.application.replace_product import ReplaceProduct
from deployments.products.contract import (
    Category,
    CategoryInput,
    Image,
    ImportOutcome,
    ImportRequest,
    ImportResponse,
    ProductDetail,
    ProductInput,
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


@router.delete("/{product_id}", status_code=status.HTTP_204_NO_CONTENT)
async def archive(product_id: UUID, request: Request, principal: Merchant) -> None:
    """Take a product out of the shop. Orders still know it; publishing it again brings it back."""
    use_case: ArchiveProduct = request.app.state.archive_product
    await use_case(product_id, parsing.actor(principal))


@router.post("/{product_id}/images", status_code=status.HTTP_201_CREATED, tags=["images"])
async def add_image(
    *,
    product_id: UUID,
    request: Request,
    response: Response,
    principal: Merchant,
    file: Annotated[UploadFile, File(description="JPEG, PNG or WebP, at most 10 MB")],
    alt: Annotated[str | None, Form(max_length=300, description="else the title")] = None,
    variant_id: Annotated[UUID | None, Form(description="the variant it shows")] = None,
) -> Image:
    """Add a picture; the same picture again answers 200 with the one there is."""
    use_case: AddImage = request.app.state.add_image
    text = (alt or "").replace("\0", "").strip()
    image, new = await use_case(product_id, await file.read(), text or None, variant_id)
    if not new:
        response.status_code = status.HTTP_200_OK
    return presenters.image(image, request.app.state.media_url)


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


@router.post("/categories", status_code=status.HTTP_201_CREATED, tags=["categories"])
async def create_category(body: CategoryInput, request: Request, principal: Merchant) -> Category:
    """Add a category; without `parent` at the root of the tree."""
    use_case: CreateCategory = request.app.state.create_category
    return Category.model_validate(await use_case(body.name, body.parent, body.slug, body.position))
