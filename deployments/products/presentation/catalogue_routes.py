"""Reading the catalogue: open to everyone."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from deployments.products.application.browse_products import BrowseProducts
from deployments.products.application.list_categories import ListCategories
from deployments.products.application.read_models import BrowseQuery
from deployments.products.application.read_product import ReadProduct
from deployments.products.contract import Category, ProductCard, ProductDetail, Sort
from deployments.products.presentation import presenters
from deployments.products.presentation.parsing import browse_key
from deployments.shared.authentication import OptionalPrincipal
from deployments.shared.errors import Forbidden, NotFound, Unauthenticated
from deployments.shared.pagination import Cursor, Limit, Page, encode_cursor
from deployments.shared.settings import OPERATOR
from deployments.shared.tokens import MERCHANT, Principal

router = APIRouter(tags=["catalogue"])

_PATH = r"^[a-z0-9-]+(/[a-z0-9-]+)*$"
_MAX_AMOUNT = 10**12
StatusFilter = Literal["published", "draft", "archived", "all"]


def _sees_hidden(principal: Principal | None) -> bool:
    return principal is not None and (principal.service == OPERATOR or principal.has_role(MERCHANT))


def _require_hidden(principal: Principal | None) -> None:
    if principal is None:
        raise Unauthenticated("not_authenticated", "sign in as merchant to filter by status")
    if not _sees_hidden(principal):
        raise Forbidden("wrong_role", "filtering by status needs the role merchant")


class BrowseParameters(BaseModel):
    """The query of ``GET /products``."""

    category: Annotated[
        str | None,
        Field(pattern=_PATH, max_length=600, description="path; includes what is below it"),
    ] = None
    brand: Annotated[
        list[Annotated[str, Field(max_length=120, pattern=r"^[^\x00]*$")]],
        Field(max_length=20, description="any of"),
    ] = []
    price_min: Annotated[
        int | None, Field(ge=0, le=_MAX_AMOUNT, description="minor units; bounds price_from")
    ] = None
    price_max: Annotated[int | None, Field(ge=0, le=_MAX_AMOUNT)] = None
    in_stock: Annotated[bool, Field(description="only what can be bought now")] = False
    sort: Sort = "newest"
    status: Annotated[StatusFilter, Field(description="other than published: merchants only")] = (
        "published"
    )
    limit: Limit = 24
    cursor: Cursor = None

    def to_query(self) -> BrowseQuery:
        """Raises ``Invalid`` ``invalid_cursor``."""
        return BrowseQuery(
            sort=self.sort,
            limit=self.limit,
            category=self.category,
            brands=tuple(self.brand),
            price_min=self.price_min,
            price_max=self.price_max,
            in_stock=self.in_stock,
            status=None if self.status == "all" else self.status,
            after=browse_key(self.cursor, self.sort),
        )


@router.get("", response_model=Page[ProductCard])
@router.get("/", response_model=Page[ProductCard], include_in_schema=False)
async def browse(
    request: Request,
    principal: OptionalPrincipal,
    parameters: Annotated[BrowseParameters, Query()],
) -> Response:
    """Products, filtered and sorted, a page at a time."""
    if parameters.status != "published":
        _require_hidden(principal)
    use_case: BrowseProducts = request.app.state.browse_products
    found = await use_case(parameters.to_query())
    url: presenters.MediaUrl = request.app.state.media_url
    page = Page[ProductCard](
        items=[presenters.card(item, url) for item in found.items],
        next_cursor=(encode_cursor(parameters.sort, *found.next_key) if found.next_key else None),
    )
    # Serialised here: letting FastAPI validate its own answer again doubles the time.
    return Response(page.model_dump_json(), media_type=JSONResponse.media_type)


@router.get("/categories", tags=["categories"])
async def categories(request: Request) -> list[Category]:
    """The tree of categories, parents before children; counts include what is below."""
    use_case: ListCategories = request.app.state.list_categories
    return [Category.model_validate(node) for node in await use_case()]


@router.get("/by-slug/{slug}")
async def read_by_slug(
    slug: str, request: Request, response: Response, principal: OptionalPrincipal
) -> ProductDetail:
    """A product by its slug, as the store's addresses name it."""
    use_case: ReadProduct = request.app.state.read_product
    found = await use_case(slug.replace("\0", ""), hidden=_sees_hidden(principal))
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
    found = await use_case(product_id, hidden=_sees_hidden(principal))
    response.headers["ETag"] = f'"{found.version}"'
    return presenters.detail(found, request.app.state.media_url)
