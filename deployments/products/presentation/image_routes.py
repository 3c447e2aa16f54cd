"""Pictures of products, for merchants."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile, status

from deployments.products.application.add_image import AddImage
from deployments.products.application.change_image import ChangeImage
from deployments.products.application.delete_image import DeleteImage
from deployments.products.application.order_images import OrderImages
from deployments.products.contract import Image, ImageChange, ImageOrder
from deployments.products.presentation import presenters
from deployments.products.presentation.merchant_routes import Merchant
from deployments.shared.rate_limit import rate_limit
from deployments.shared.schemas import PROBLEM

router = APIRouter(tags=["images"])


@router.post(
    "/{product_id}/images",
    status_code=status.HTTP_201_CREATED,
    # Decoding is what costs most of all that this service does.
    dependencies=[Depends(rate_limit("120/minute"))],
    responses={
        status.HTTP_200_OK: {"model": Image, "description": "the product has this picture"},
        status.HTTP_413_CONTENT_TOO_LARGE: PROBLEM,
        status.HTTP_415_UNSUPPORTED_MEDIA_TYPE: PROBLEM,
    },
)
async def add(
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
    image, new = await use_case(product_id, file.read, _text(alt), variant_id)
    if not new:
        response.status_code = status.HTTP_200_OK
    return presenters.image(image, request.app.state.media_url)


@router.put("/{product_id}/images")
async def order(
    product_id: UUID, body: ImageOrder, request: Request, principal: Merchant
) -> list[Image]:
    """Put the pictures in order; the first is the one lists show."""
    use_case: OrderImages = request.app.state.order_images
    ordered = await use_case(product_id, body.image_ids)
    return [presenters.image(each, request.app.state.media_url) for each in ordered]


@router.put("/{product_id}/images/{image_id}")
async def change(
    product_id: UUID, image_id: UUID, body: ImageChange, request: Request, principal: Merchant
) -> Image:
    """Say what a picture shows, and which variant."""
    use_case: ChangeImage = request.app.state.change_image
    changed = await use_case(product_id, image_id, _text(body.alt), body.variant_id)
    return presenters.image(changed, request.app.state.media_url)


@router.delete("/{product_id}/images/{image_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete(product_id: UUID, image_id: UUID, request: Request, principal: Merchant) -> None:
    """Remove a picture."""
    use_case: DeleteImage = request.app.state.delete_image
    await use_case(product_id, image_id)


def _text(alt: str | None) -> str | None:
    return (alt or "").replace("\0", "").strip() or None
