"""Reading the catalogue: open to everyone."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from deployments.products.application.browse_products import BrowseProducts
from deployments.products.application.count_facets import CountFacets
from deployments.products.application.read_product import ReadProduct
from deployments.products.contract import Facets, ProductCard, ProductDetail
from deployments.products.presentation import presenters
from deployments.products.presentation.browse_parameters import (
    BrowseParameters,
    FilterParameters,
    sees_hidden,
)
from deployments.shared.authentication import OptionalPrincipal
from deployments.shared.errors import NotFound
from deployments.shared.pagination import Page, encode_cursor

router = APIRouter(tags=["catalogue"])


@router.get("", response_model=Page[ProductCard])
@router.get("/", response_model=Page[ProductCard], include_in_schema=False)
async def browse(
    request: Request,
    principal: OptionalPrincipal,
    parameters: Annotated[BrowseParameters, Query()],
) -> Response:
    """Products, filtered and sorted, a page at a time."""
    parameters.require_allowed(principal)
    use_case: BrowseProducts = request.app.state.browse_products
    found = await use_case(parameters.to_query())
    url: presenters.MediaUrl = request.app.state.media_url
    page = Page[ProductCard](
        items=[presenters.card(item, url) for item in found.items],
        next_cursor=(encode_cursor(parameters.sort, *found.next_key) if found.next_key else None),
    )
    # Serialised here: letting FastAPI validate its own answer again doubles the time.
    return Response(page.model_dump_json(), media_type=JSONResponse.media_type)


@router.get("/facets")
async def facets(
    request: Request,
    principal: OptionalPrincipal,
    parameters: Annotated[FilterParameters, Query()],
) -> Facets:
    """How many products each further filter would leave, given those chosen."""
    parameters.require_allowed(principal)
    use_case: CountFacets = request.app.state.count_facets
    return Facets.model_validate(await use_case(parameters.to_query()))


@router.get("/by-slug/{slug}")
async def read_by_slug(
    slug: str, request: Request, response: Response, principal: OptionalPrincipal
) -> ProductDetail:
    """A product by its slug. An old slug finds it too: redirect when `slug` is another one."""
    use_case: ReadProduct = request.app.state.read_product
    found = await use_case(slug.replace("\0", ""), hidden=sees_hidden(principal))
    response.headers["ETag"] = f'"{found.version}"'
    return presenters.detail(found, request.app.state.media_url)


@router.get("/media/{key}", response_class=Response, tags=["images"])
async def media(key: str, request: Request) -> Response:
    """A picture kept in the folder storage. Its key names its content: cache it for ever."""
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "ETag": f'"{key}"',
        # Pictures are shown by the store's pages, which have another origin.
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    data = await request.app.state.read_media(key)
    if data is None:
        raise NotFound("image_not_found", "there is no such picture")
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(data, media_type="image/webp", headers=headers)


@router.get("/{product_id}")
async def read(
    product_id: UUID, request: Request, response: Response, principal: OptionalPrincipal
) -> ProductDetail:
    """A product with its pictures, variants and what of each is available."""
    use_case: ReadProduct = request.app.state.read_product
    found = await use_case(product_id, hidden=sees_hidden(principal))
    response.headers["ETag"] = f'"{found.version}"'
    return presenters.detail(found, request.app.state.media_url)
